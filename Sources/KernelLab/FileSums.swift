/// SHA-256 sums of files, by the machine's own `sha256sum`.
public enum FileSums {
    /// So many files at once that no command line is too long.
    private static let atOnce = 500

    /// The sums in hexadecimal digits, in the order of the paths.
    /// - Throws: `KernelLabError`.
    public static func sha256(_ paths: [String]) async throws -> [String] {
        var sums: [String] = []
        for first in stride(from: 0, to: paths.count, by: atOnce) {
            let some = paths[first..<min(first + atOnce, paths.count)]
            sums += try await Program.sha256(Array(some))
        }
        return sums
    }
}
