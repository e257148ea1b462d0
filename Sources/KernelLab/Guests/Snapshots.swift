import Evidence
import Foundation

/// A guest that has booted and stands still before it looks at a plan, in a file.
public struct Snapshot: Sendable, Hashable {
    /// The file of its memory and devices, as QEMU migrates them.
    var path: String
    /// What came to its console while it booted.
    var console: String
}

/// Booted guests kept between runs: whoever asks the same kernel again, or asks it with more guests
/// than one, boots it once.
///
/// A guest that goes on is the same as any other that goes on from the same kernel, initramfs and
/// command line, to the byte: it stands still at an instruction, not at a moment. What these are
/// makes the name of a snapshot. It is compared with its checksum each time it is used, and made
/// again if it is damaged.
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
        let scratch = try Files.makeScratch(in: folder)
        defer { Files.remove(scratch) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try Files.write(Array(try encoder.encode(identity)), to: "\(scratch)/identity.json")
        let sum = try await Program.sha256(["\(scratch)/identity.json"])[0]
        let place = "\(folder)/\(sum.prefix(16))"
        return try await StoreLock.hold("\(place).lock") {
            if let snapshot = try await kept(place) { return snapshot }
            let memory = "\(scratch)/memory"
            guard let console = try await attempt({ try await guest.keep(in: memory) }) else {
                return nil
            }
            try Files.write(Array(console.utf8), to: "\(scratch)/console.txt")
            let sum = try await Program.checksum(memory)
            try Files.write(Array(sum.utf8), to: "\(scratch)/memory.cksum")
            Files.remove(place)
            try Files.install(scratch, as: place)
            forgetOldest(but: place)
            return Snapshot(path: "\(place)/memory", console: console)
        }
    }

    /// A guest that can't be kept is no harm, but one that was interrupted is not to boot again.
    private func attempt(_ body: () async throws -> String?) async throws -> String? {
        do {
            return try await body()
        } catch let error as KernelLabError {
            if case .memory = error { throw error }
            return nil
        }
    }

    private func kept(_ place: String) async throws -> Snapshot? {
        let path = "\(place)/memory"
        guard Files.exists(path), let wanted = try? Files.read("\(place)/memory.cksum"),
            let console = try? Files.read("\(place)/console.txt"),
            try await Program.checksum(path).utf8.elementsEqual(wanted)
        else { return nil }
        // When it was used last.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: place)
        return Snapshot(path: path, console: String(decoding: console, as: UTF8.self))
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
