/// Where packages of kernels come from.
protocol PackageSource: Sendable {
    /// Its name, such as that of a release.
    var name: String { get }

    /// All kernels of a flavour, the newest first.
    ///
    /// - Throws: `KernelLabError` where its lists cannot be had.
    func kernels(flavour: String) async throws -> [KernelRecord]

    /// Fetches the packages of a kernel into a folder. What is there when it throws counts for
    /// nothing.
    func fetch(_ record: KernelRecord, into folder: String) async throws
}
