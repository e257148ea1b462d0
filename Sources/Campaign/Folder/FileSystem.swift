import Foundation
import Reporting

/// The few things that are done with files, each error with the file's name and one reason.
enum FileSystem {
    /// The largest file that is read: far more than any run writes.
    static let maximumBytes = 256 << 20

    /// A whole file.
    static func read(_ path: String) throws(RunFolderError) -> [UInt8] {
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let type = attributes[.type] as? FileAttributeType
            guard type == .typeRegular || type == .typeSymbolicLink else {
                throw RunFolderError(path, "is not a file")
            }
            let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
            guard size <= maximumBytes else {
                throw RunFolderError(path, "has \(size) bytes, more than \(maximumBytes)")
            }
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw failure(path, error)
        }
    }

    /// Writes a file: whole, or not at all (a temporary name, then rename(2)).
    static func write(_ bytes: [UInt8], to path: String) throws(RunFolderError) {
        do {
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw failure(path, error)
        }
    }

    /// Makes a folder whose parent is there; false if something of that name is there already.
    static func makeFolder(_ path: String) throws(RunFolderError) -> Bool {
        if mkdir(path, 0o777) == 0 { return true }
        let code = errno
        guard code != EEXIST else { return false }
        throw RunFolderError(path, reason(code))
    }

    /// Makes a folder and those above it.
    static func makeFolders(_ path: String) throws(RunFolderError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw failure(path, error)
        }
    }

    /// Renames a file.
    static func rename(_ from: String, to: String) throws(RunFolderError) {
        guard Foundation.rename(from, to) == 0 else { throw RunFolderError(from, reason(errno)) }
    }

    /// Removes a file, or a folder with all that is in it, if it is there.
    static func remove(_ path: String) throws(RunFolderError) {
        guard exists(path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw failure(path, error)
        }
    }

    /// Copies a folder with all that is in it to where nothing is yet.
    static func copy(_ from: String, to: String) throws(RunFolderError) {
        do {
            try FileManager.default.copyItem(atPath: from, toPath: to)
        } catch {
            throw failure(to, error)
        }
    }

    /// The names in a folder, sorted.
    static func names(in path: String) throws(RunFolderError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw failure(path, error)
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// Foundation's error as one reason: the errno beneath it, where there is one.
    private static func failure(_ path: String, _ error: any Error) -> RunFolderError {
        if let error = error as? RunFolderError { return error }
        if let error = error as? CocoaError {
            if let underlying = error.underlying as? POSIXError {
                return RunFolderError(path, reason(underlying.code.rawValue))
            }
            switch error.code {
            case .fileNoSuchFile, .fileReadNoSuchFile:
                return RunFolderError(path, reason(ENOENT))
            case .fileReadNoPermission, .fileWriteNoPermission:
                return RunFolderError(path, reason(EACCES))
            default: break
            }
        }
        return RunFolderError(path, PlainText.line("\(error.localizedDescription)"))
    }
}
