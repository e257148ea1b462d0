import Foundation

/// Finds the performer.
public enum PerformerLocator {
    /// The program's name.
    public static let name = "etimedout-perform"
    /// The environment variable that names another program.
    public static let variable = "ETIMEDOUT_PERFORM"

    /// The performer's path: what `$ETIMEDOUT_PERFORM` says, else the program beside the running
    /// executable, which in tests is the test bundle. Without `environment`, our own counts.
    public static func locate(
        environment: [String: String]? = nil
    ) throws(PerformerError) -> String {
        let environment = environment ?? ProcessInfo.processInfo.environment
        if let named = environment[variable], !named.isEmpty {
            guard FileManager.default.isExecutableFile(atPath: named) else {
                throw .notFound(searched: ["\(named) ($\(variable))"])
            }
            return named
        }
        let folders = folders()
        for folder in folders {
            let path = folder + "/" + name
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw .notFound(searched: folders)
    }

    private static func folders() -> [String] {
        var folders: [String] = []
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        for path in [own, CommandLine.arguments.first].compactMap({ $0 }) {
            let folder = URL(filePath: path).deletingLastPathComponent().path
            if !folders.contains(folder) { folders.append(folder) }
        }
        return folders
    }
}
