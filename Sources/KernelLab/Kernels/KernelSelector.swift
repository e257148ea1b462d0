import Foundation

/// Which kernel is meant, in the one syntax that is used everywhere.
public enum KernelSelector: Sendable, Hashable, CustomStringConvertible {
    /// The kernel of this machine.
    case host
    /// A kernel of Debian: a series (`6.1`), of which the newest is meant, or one release
    /// (`6.1.192`), and its flavour.
    case debian(version: String, flavour: String)
    /// A program that is a kernel: User-Mode Linux.
    case userMode(String)
    /// A file or folder: an image, a package, or a folder of such.
    case path(String)

    /// The flavour that is meant where none is named: small, and made for virtual machines.
    public static let usualFlavour = "cloud-amd64"

    /// Reads `host`, `debian:6.1`, `debian:6.12.117`, `debian:6.1-amd64`, `uml:PATH` or a path.
    public init(_ text: String) throws(KernelLabError) {
        if text == "host" {
            self = .host
        } else if let rest = text.dropping("debian:") {
            self = try Self.debian(rest, text)
        } else if let path = text.dropping("uml:") {
            guard Files.exists(path) else {
                throw .notASelector(text, reason: "there is no such file")
            }
            self = .userMode(path)
        } else if text.contains("/") || Files.exists(text) {
            guard Files.exists(text) else {
                throw .notASelector(text, reason: "there is no such file or folder")
            }
            self = .path(text)
        } else {
            throw .notASelector(
                text,
                reason: "host, debian:VERSION (such as debian:6.1), uml:PATH and paths are known")
        }
    }

    private static func debian(_ rest: String, _ text: String) throws(KernelLabError) -> Self {
        let parts = rest.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let version = String(parts[0])
        let numbers = version.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(numbers.count), numbers.allSatisfy({ UInt16($0) != nil }) else {
            throw .notASelector(text, reason: "a version such as 6.1 or 6.1.192 is needed")
        }
        let flavour = parts.count == 2 ? String(parts[1]) : usualFlavour
        guard ["cloud-amd64", "amd64", "rt-amd64"].contains(flavour) else {
            throw .notASelector(
                text, reason: "Debian's flavours are cloud-amd64, amd64 and rt-amd64")
        }
        return .debian(version: version, flavour: flavour)
    }

    /// The selector as it is written.
    public var description: String {
        switch self {
        case .host: "host"
        case .debian(let version, Self.usualFlavour): "debian:\(version)"
        case .debian(let version, let flavour): "debian:\(version)-\(flavour)"
        case .userMode(let path): "uml:\(path)"
        case .path(let path): path
        }
    }

    /// The selector as a part of a file's name.
    public var fileName: String {
        let text =
            switch self {
            case .host, .debian: description
            case .userMode(let path): "uml-" + Self.lastPart(path)
            case .path(let path): Self.lastPart(path)
            }
        return String(text.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" })
    }
}

extension KernelSelector {
    fileprivate static func lastPart(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? "kernel"
    }
}

extension String {
    /// What follows a prefix; nil where there is none.
    func dropping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
