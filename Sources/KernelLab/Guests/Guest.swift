public import Evidence
import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// A kernel booted once, in virtual time, with a plan to perform.
public struct Guest: Sendable {
    private let emulator: QEMU
    private let kernel: Kernel
    private let initramfs: Initramfs
    private let plan: [UInt8]
    private let memoryMegabytes: Int
    /// How long, on the wall, the guest may neither report nor print.
    private let patience: Duration

    /// A guest that is not booted yet.
    /// - Parameter plan: the plan's JSON.
    public init(
        emulator: QEMU, kernel: Kernel, initramfs: Initramfs, plan: [UInt8], trialCount: Int,
        patience: Duration = .seconds(90)
    ) {
        self.emulator = emulator
        self.kernel = kernel
        self.initramfs = initramfs
        self.plan = plan
        self.patience = patience
        memoryMegabytes = Self.memoryMegabytes(
            initramfs: initramfs, plan: plan.count, trialCount: trialCount)
    }

    /// Boots, and hands on what arrives over the results' port until the guest ends. When the task
    /// is cancelled the guest is killed.
    /// - Parameter take: gets each piece; false ends the guest.
    /// - Throws: `KernelLabError` where it cannot be booted at all, and what `take` throws.
    public func boot(
        take: @escaping @Sendable ([UInt8]) async throws -> Bool
    ) async throws -> GuestEnd {
        try Self.checkMemory(memoryMegabytes)
        let scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout")
        defer { Files.remove(scratch) }
        let files = GuestFiles(kernel: kernel.image, folder: scratch)
        try initramfs.write(with: plan, to: files.initramfs)
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = []
        let arguments = emulator.arguments(files, memoryMegabytes: memoryMegabytes)
        let result = try await Subprocess.run(
            .path(FilePath(emulator.path)), arguments: Arguments(arguments),
            platformOptions: options, input: .none, output: .discarded, error: .sequence
        ) { execution in
            let isOver = Flag()
            let words = Task {
                defer { isOver.raise() }
                return await Self.text(execution.standardError)
            }
            let stop: Stop?
            do {
                let hearing = Hearing(files: files, patience: patience)
                stop = try await hearing.listen(until: isOver, take)
            } catch {
                try? execution.send(signal: .kill)
                throw error
            }
            if stop != nil { try? execution.send(signal: .kill) }
            return (stop, await words.value)
        }
        let (stop, message) = result.closureResult
        return GuestEnd(
            stop: stop, status: result.terminationStatus, message: message,
            console: String(decoding: Files.growth(of: files.console, since: 0), as: UTF8.self))
    }

    private static func text(_ stream: SubprocessOutputSequence) async -> String? {
        var bytes: [UInt8] = []
        do {
            for try await buffer in stream where bytes.count < 1 << 16 {
                bytes += buffer.withUnsafeBytes { Array($0) }
            }
        } catch {}
        return Program.lastLine(String(decoding: bytes, as: UTF8.self))
    }

    /// What the guest is: for the record of a run.
    public func identity(kernelSHA256: String) -> GuestIdentity {
        GuestIdentity(
            kernelSHA256: kernelSHA256, initramfsSHA256: initramfs.sha256,
            packageVersion: kernel.packageVersion, emulator: emulator.version,
            commandLine: ["qemu-system-x86_64"]
                + emulator.arguments(.anywhere, memoryMegabytes: memoryMegabytes))
    }

    /// Why a guest was killed.
    enum Stop: Sendable { case cancelled, silent(Duration), enough }
}

/// Something that one task tells another, once.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}

/// Listens to a guest's files while they grow.
private struct Hearing {
    var files: GuestFiles
    var patience: Duration

    func listen(
        until isOver: Flag, _ take: @Sendable ([UInt8]) async throws -> Bool
    ) async throws -> Guest.Stop? {
        var offset = 0
        var consoleSize = 0
        var last = ContinuousClock.now
        while true {
            // Asked before reading: what it wrote before it ended is then read below.
            let isLast = isOver.isRaised
            let piece = Files.growth(of: files.results, since: offset)
            let console = (try? Files.size(files.console)) ?? 0
            if !piece.isEmpty || console != consoleSize { last = .now }
            offset += piece.count
            consoleSize = console
            if !piece.isEmpty, try await !take(piece) { return .enough }
            if isLast { return nil }
            if Task.isCancelled { return .cancelled }
            if last.duration(to: .now) > patience { return .silent(patience) }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
