extension Expectation {
    /// What kernels that Debian ships are known to break: nothing that the catalogue asks. Of 5.10,
    /// 6.1, 6.12, 7.2 and 7.3 every trial conforms; which variant each of them is expected to show
    /// follows from its list of commits (`KnownKernel`).
    static let debian: [Expectation] = []
}
