public import Evidence
import Foundation
import Subprocess
import SystemPackage

/// A kernel booted once, in virtual time, with a plan to perform.
public struct Guest: Sendable {
    private let emulator: any Emulator
    private let kernel: Kernel
    private let initramfs: Initramfs
    private let plan: [UInt8]
    private let memoryMegabytes: Int
    /// How long, on the wall, the guest may neither report nor print.
    private let patience: Duration
    private let fault: String?

    /// The one that it goes on from; nil for a guest that boots.
    private var snapshot: Snapshot?

    /// A guest that is not booted yet.
    /// - Parameters:
    ///   - plan: the plan's compact bytes.
    ///   - fault: how process 1 is to lose the guest (`GuestFault`): for tests.
    public init(
        emulator: any Emulator, kernel: Kernel, initramfs: Initramfs, plan: [UInt8],
        trialCount: Int, patience: Duration = .seconds(90), fault: String? = nil
    ) {
        self.fault = fault
        self.emulator = emulator
        self.kernel = kernel
        self.initramfs = initramfs
        self.plan = plan
        self.patience = patience
        memoryMegabytes = Self.memoryMegabytes(
            initramfs: initramfs, plan: plan.count, trialCount: trialCount)
    }

    /// The same guest, which goes on from another that has booted.
    public func going(on snapshot: Snapshot?) -> Guest {
        var guest = self
        guest.snapshot = snapshot
        return guest
    }

    /// Boots, and hands on what arrives over the results' port until the guest ends. When the task
    /// is cancelled the guest is killed; it also ends with this process, however that ends.
    /// - Parameter take: gets each piece, and says what is wanted next.
    /// - Throws: `KernelLabError` where it cannot be booted at all, and what `take` throws.
    public func boot(
        take: @escaping @Sendable ([UInt8]) async throws -> Wish
    ) async throws -> GuestEnd {
        let scratch = try Scratch()
        defer { scratch.remove() }
        var files = GuestFiles(kernel: kernel.image, folder: scratch.path)
        files.fault = fault
        guard let snapshot else {
            try initramfs.write(with: plan, to: files.initramfs)
            return try await run(files, nil, take)
        }
        files.initramfs = initramfs.path
        files.beginning = .snapshot
        try Files.write(plan, to: files.plan)
        if let fault { try Files.write(Array(fault.utf8), to: "\(files.plan).fault") }
        files.memory = snapshot.memory
        files.state = snapshot.state
        let monitor = try MachineMonitor(.goOn(from: files.state), pipes: files.monitor)
        monitor.begin()
        var end = try await run(files, monitor, take)
        end.console = snapshot.console + end.console
        return end
    }

    /// Boots as far as a guest stands still, and keeps it in a folder.
    /// - Returns: the guest; nil if it never stood still, or cannot be kept.
    func keep(in folder: String) async throws -> Snapshot? {
        let scratch = try Scratch()
        defer { scratch.remove() }
        var files = GuestFiles(kernel: kernel.image, folder: scratch.path)
        files.initramfs = initramfs.path
        files.beginning = .bootAndStand
        let snapshot = Snapshot(folder: folder)
        (files.memory, files.state) = (snapshot.memory, snapshot.state)
        let monitor = try MachineMonitor(.keep(files.state), pipes: files.monitor)
        // It reports when it is about to stand still.
        let end = try await run(files, monitor) { _ in
            monitor.begin()
            return .more
        }
        guard monitor.isDone, end.loss == nil,
            let state = MigrationStream.forgettingAddress(
                of: QEMU.sharedBlock, in: try Files.read(files.state))
        else { return nil }
        try Files.write(state, to: files.state)
        try Files.write(Array(end.console.utf8), to: snapshot.consoleFile)
        return snapshot
    }

    private func run(
        _ files: GuestFiles, _ monitor: MachineMonitor?,
        _ take: @escaping @Sendable ([UInt8]) async throws -> Wish
    ) async throws -> GuestEnd {
        try Self.checkMemory(memoryMegabytes)
        let watch = try FolderWatch(
            files.folder, pipe: monitor?.output ?? -1, patience: patience)
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = []
        let call = emulator.call(files, memoryMegabytes: memoryMegabytes)
        let hearing = Hearing(files: files, watch: watch, patience: patience, monitor: monitor)
        // Its standard input says that we live: see conductor.c, and UserModeLinux.
        let result = try await Subprocess.run(
            .path(FilePath(call.program)), arguments: Arguments(call.arguments),
            environment: .inherit.updating(call.subprocessEnvironment),
            platformOptions: options, input: .inputWriter, output: .discarded, error: .sequence
        ) { execution in
            let words = Task {
                defer { watch.finish() }
                return await Self.text(execution.standardError)
            }
            let stop: Stop?
            do {
                stop = try await withTaskCancellationHandler {
                    try await hearing.listen(take)
                } onCancel: {
                    watch.finish()
                }
            } catch {
                try? execution.send(signal: .kill, toProcessGroup: true)
                throw error
            }
            if stop != nil { try? execution.send(signal: .kill, toProcessGroup: true) }
            return (stop, await words.value)
        }
        let (stop, message) = result.closureResult
        return GuestEnd(
            stop: stop, status: result.terminationStatus, message: message,
            console: String(decoding: Files.growth(of: files.console, since: 0), as: UTF8.self),
            needsConductor: call.environment["LD_PRELOAD"] != nil)
    }

    private static func text(_ stream: SubprocessOutputSequence) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await buffer in stream where bytes.count < 1 << 16 {
                bytes += buffer.withUnsafeBytes { Array($0) }
            }
        } catch {}
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What the guest is: for the record of a run.
    public func identity(kernelSHA256: String) -> GuestIdentity {
        GuestIdentity(
            kernelSHA256: kernelSHA256, initramfsSHA256: initramfs.sha256,
            packageVersion: kernel.packageVersion, emulator: emulator.version,
            commandLine: emulator.commandLine(
                snapshot == nil ? .boot : .snapshot, memoryMegabytes: memoryMegabytes))
    }

    /// What a guest that stands still is; nil where none can be kept.
    func standingIdentity(kernelSHA256: String) -> GuestIdentity? {
        guard emulator.keepsSnapshots else { return nil }
        var identity = identity(kernelSHA256: kernelSHA256)
        identity.commandLine = emulator.commandLine(
            .bootAndStand, memoryMegabytes: memoryMegabytes)
        return identity
    }

    /// What is wanted of a guest after what it reported.
    public enum Wish: Sendable {
        /// More of it.
        case more
        /// That it comes to its end, which is near: all is done.
        case end
        /// Nothing any more: it is killed.
        case nothing
    }

    /// Why a guest was killed.
    enum Stop: Sendable { case cancelled, silent(Duration), enough }
}

/// Listens to a guest's files while they grow.
private struct Hearing {
    var files: GuestFiles
    var watch: FolderWatch
    var patience: Duration
    var monitor: MachineMonitor?

    /// How long a guest that has done all may take to end, since it last printed.
    private static let endPatience = Duration.seconds(15)

    func listen(
        _ take: @Sendable ([UInt8]) async throws -> Guest.Wish
    ) async throws -> Guest.Stop? {
        var results = GuestResults(files)
        func hear() async throws -> Guest.Wish {
            let piece = results.growth()
            return piece.isEmpty ? .more : try await take(piece)
        }
        for await news in watch.news {
            switch news {
            case .silence: return .silent(patience)
            case .change:
                try monitor?.hear()
                switch try await hear() {
                case .more: break
                case .end: watch.set(patience: min(patience, Self.endPatience))
                case .nothing: return .enough
                }
            }
        }
        if Task.isCancelled { return .cancelled }
        // What it wrote before it ended.
        return try await hear() == .nothing ? .enough : nil
    }
}
