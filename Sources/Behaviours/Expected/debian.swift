extension Expectation {
    /// What kernels that Debian ships are known to break.
    static let debian: [Expectation] = []
}
