/// What is wrong with a run's folder; one line, which names the file.
public struct RunFolderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file or folder.
    public var path: String
    /// What is wrong with it.
    public var reason: String

    /// What is wrong with a file.
    public init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The file and the reason.
    public var description: String { "\(path): \(reason)" }
}
