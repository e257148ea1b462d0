import Foundation
import Synchronization

@testable import KernelLab

/// A source of packages that is made up, and can fail in every way a real one does.
final class PaperSource: PackageSource {
    let name: String
    private let records: [KernelRecord]
    private let contents: [String: [UInt8]]
    private let state: Mutex<State>

    struct State {
        /// What happens to the next fetches, the first first; then all is well.
        var faults: [Fault] = []
        var isOffline = false
        var fetches = 0
    }

    enum Fault {
        /// The line is cut after so many bytes, which nobody notices.
        case cutShort(Int)
        /// Bytes arrive that are others.
        case garbled
        /// It fails after a part has arrived.
        case broken
        /// Nothing arrives, and it says that all is well.
        case nothing
    }

    /// A source of one kernel.
    init(
        _ name: String = "bookworm", version: String = "6.1.192-2", holding content: [UInt8]
    ) async throws {
        let scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
        defer { Files.remove(scratch) }
        try Files.write(content, to: "\(scratch)/content")
        let sum = try await Program.sha256(["\(scratch)/content"])[0]
        self.name = name
        let package = "linux-image-6.1.0-56-cloud-amd64"
        records = [
            KernelRecord(
                release: "6.1.0-56", version: version,
                packages: [.init(name: package, bytes: content.count, sha256: sum)])
        ]
        contents = [package: content]
        state = Mutex(State())
    }

    var fetches: Int { state.withLock { $0.fetches } }

    func fail(_ faults: Fault...) { state.withLock { $0.faults += faults } }

    func setOffline(_ isOffline: Bool) { state.withLock { $0.isOffline = isOffline } }

    func kernels(flavour: String) async throws -> [KernelRecord] {
        if state.withLock({ $0.isOffline }) { throw unreachable }
        return flavour == KernelSelector.usualFlavour ? records : []
    }

    private var unreachable: KernelLabError {
        .programFailed("apt-get", reason: "Could not resolve the mirror's name")
    }

    func fetch(_ record: KernelRecord, into folder: String) async throws {
        let (isOffline, fault) = state.withLock { state in
            state.fetches += 1
            return (state.isOffline, state.faults.isEmpty ? nil : state.faults.removeFirst())
        }
        if isOffline { throw unreachable }
        for package in record.packages {
            var content = contents[package.name] ?? []
            let path = "\(folder)/\(package.name)_\(record.version)_amd64.deb"
            switch fault {
            case .cutShort(let bytes): content = Array(content.prefix(bytes))
            case .garbled: content[content.count / 2] ^= 0x40
            case .broken:
                try Files.write(Array(content.prefix(content.count / 2)), to: path)
                throw KernelLabError.programFailed("apt-get", reason: "Connection reset by peer")
            case .nothing: continue
            case nil: break
            }
            try Files.write(content, to: path)
        }
    }
}
