import Evidence
import Foundation

/// A guest that has booted and stands still before it looks at a plan, in a folder.
public struct Snapshot: Sendable, Hashable {
    /// Where it is.
    var folder: String

    /// The file of its memory, of which most is never written and takes no room.
    var memory: String { "\(folder)/memory" }
    /// The file of its devices, as QEMU migrates them.
    var state: String { "\(folder)/state" }
    /// The file of what came to its console while it booted.
    var consoleFile: String { "\(folder)/console.txt" }
    /// What came to its console while it booted.
    var console: String {
        String(decoding: (try? Files.read(consoleFile)) ?? [], as: UTF8.self)
    }
}

/// Booted guests kept between runs: whoever asks the same kernel again, or asks it with more guests
/// than one, boots it once.
///
/// A guest that goes on is the same as any other that goes on from the same kernel, initramfs and
/// command line, to the byte: it stands still at an instruction, not at a moment. What these are
/// makes the name of a snapshot. Its files are on the disk before it gets that name, and one whose
/// files were written to since is made again: to read them for a checksum, mostly holes, would take
/// longer than to go on from them.
public struct Snapshots: Sendable {
    private let folder: String

    /// So many are kept, of some 200 MB each; of more those go that were not used for longest.
    private static let limit = 16

    /// The ones in a folder; by default in that of `KernelStore`.
    public init(folder: String? = nil) {
        self.folder = folder ?? "\(KernelStore.usualFolder)/snapshots"
    }

    /// The snapshot that a guest can go on from, kept from earlier or made.
    /// - Returns: nil if the emulator keeps none, or this kernel does not come so far: then the
    ///   guest is to boot, and shows why.
    public func snapshot(for guest: Guest, kernelSHA256: String) async throws -> Snapshot? {
        guard let identity = guest.standingIdentity(kernelSHA256: kernelSHA256) else { return nil }
        try Files.makeFolders(folder)
        let scratch = try Scratch(in: folder)
        defer { scratch.remove() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try Files.write(Array(try encoder.encode(identity)), to: "\(scratch.path)/identity.json")
        let sum = try await Program.sha256(["\(scratch.path)/identity.json"])[0]
        let place = "\(folder)/\(sum.prefix(16))"
        return try await StoreLock.hold("\(place).lock") {
            if let snapshot = kept(place) { return snapshot }
            guard let made = try await attempt({ try await guest.keep(in: scratch.path) }) else {
                return nil
            }
            for file in [made.memory, made.state, made.consoleFile] { try Files.sync(file) }
            try Files.write(
                Array(try Self.stamps(made).utf8), to: "\(scratch.path)/\(Self.stamped)")
            Files.remove(place)
            try Files.install(scratch.path, as: place)
            forgetOldest(but: place)
            return Snapshot(folder: place)
        }
    }

    /// A guest that can't be kept is no harm, but one that was interrupted is not to boot again.
    private func attempt(_ body: () async throws -> Snapshot?) async throws -> Snapshot? {
        do {
            return try await body()
        } catch let error as KernelLabError {
            if case .memory = error { throw error }
            return nil
        }
    }

    private func kept(_ place: String) -> Snapshot? {
        let snapshot = Snapshot(folder: place)
        guard let wanted = try? Files.read("\(place)/\(Self.stamped)"),
            let stamps = try? Self.stamps(snapshot), stamps.utf8.elementsEqual(wanted)
        else { return nil }
        // When it was used last.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: place)
        return snapshot
    }

    /// The file that says of what size the others are, and when they were written.
    private static let stamped = "written.txt"

    private static func stamps(_ snapshot: Snapshot) throws(KernelLabError) -> String {
        var text = ""
        for file in [snapshot.memory, snapshot.state, snapshot.consoleFile] {
            text += try Files.stamp(file) + "\n"
        }
        return text
    }

    /// One that is being loaded stays for whoever loads it, as a file without a name.
    private func forgetOldest(but kept: String) {
        func used(_ place: String) -> Date {
            let attributes = try? FileManager.default.attributesOfItem(atPath: place)
            return attributes?[.modificationDate] as? Date ?? .distantPast
        }
        let places = Files.names(in: folder).map { "\(folder)/\($0)" }
            .filter { Files.exists("\($0)/memory") && $0 != kept }
        let oldest = places.sorted { used($0) < used($1) }.prefix(
            max(0, places.count - Self.limit + 1))
        for place in oldest {
            Files.remove(place)
            Files.remove("\(place).lock")
        }
    }
}
