import Foundation

/// Finds the performer.
public enum PerformerLocator {
    /// The program's name.
    public static let name = "etimedout-perform"
    /// The environment variable that names another program.
    public static let variable = "ETIMEDOUT_PERFORM"

    /// The performer's path: what `$ETIMEDOUT_PERFORM` says, else the program beside the running
    /// executable, which in tests is the test bundle. Without `environment`, our own counts.
    ///
    /// For guests a release build is wanted: a debug build executes some ten times as many
    /// instructions, each of which takes time there. So a performer in the folder `release` beside
    /// ours counts, unless ours was built later.
    public static func locate(
        forGuests: Bool = false, environment: [String: String]? = nil
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
            guard FileManager.default.isExecutableFile(atPath: path) else { continue }
            return forGuests ? releaseBuild(of: path) ?? path : path
        }
        throw .notFound(searched: folders)
    }

    /// The path of the library that is preloaded into emulators: what `$ETIMEDOUT_CONDUCTOR` says,
    /// else the file beside the running executable, or in the folder of the other build.
    public static func locateConductor(
        environment: [String: String]? = nil
    ) throws(PerformerError) -> String {
        let environment = environment ?? ProcessInfo.processInfo.environment
        if let named = environment[conductorVariable], !named.isEmpty {
            guard FileManager.default.fileExists(atPath: named) else {
                throw .conductorNotFound(searched: ["\(named) ($\(conductorVariable))"])
            }
            return named
        }
        let folders = folders().flatMap { [$0, "\($0)/../release", "\($0)/../debug"] }
        for folder in folders {
            let path = URL(filePath: "\(folder)/\(conductorName)").standardized.path
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw .conductorNotFound(searched: PerformerLocator.folders())
    }

    private static let conductorName = "libetimedout-conductor.so"
    private static let conductorVariable = "ETIMEDOUT_CONDUCTOR"

    private static func releaseBuild(of path: String) -> String? {
        let folder = URL(filePath: path).deletingLastPathComponent()
        let other = folder.deletingLastPathComponent().path + "/release/" + name
        guard FileManager.default.isExecutableFile(atPath: other), let theirs = date(other),
            let ours = date(path), theirs >= ours
        else { return nil }
        return other
    }

    private static func date(_ path: String) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.modificationDate] as? Date
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
