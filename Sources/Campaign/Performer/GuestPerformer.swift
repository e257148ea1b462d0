public import Evidence
import Foundation
public import KernelLab
import Reporting
import Synchronization

/// Performs plans in guests that run another kernel, in virtual time.
public struct GuestPerformer: Performer {
    /// The kernel.
    public var kernel: Kernel
    /// The path of the performer that goes into the guests.
    public var path: String
    /// How often the kernel's witness reads each socket, milliseconds of the guest.
    public var samplePeriodMilliseconds: Int

    /// A performer for a kernel.
    public init(kernel: Kernel, path: String, samplePeriodMilliseconds: Int = 100) {
        self.kernel = kernel
        self.path = path
        self.samplePeriodMilliseconds = samplePeriodMilliseconds
    }

    /// Boots a guest with the plan in it, and listens.
    public func perform(
        _ plan: Plan, handle: @escaping @Sendable (PerformerEvent) async throws -> Void
    ) async throws -> PerformanceEnd {
        let emulator = try await QEMU.find()
        let scratch = try Self.makeScratch()
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let initramfs = try await Initramfs.make(
            performer: path, kernel: kernel, at: "\(scratch)/initramfs")
        var plan = plan
        plan.time = .virtual
        plan.samplePeriodMilliseconds = samplePeriodMilliseconds
        let guest = Guest(
            emulator: emulator, kernel: kernel, initramfs: initramfs,
            plan: try JSONText.encode(plan), trialCount: plan.trials.count)
        let identity = guest.identity(kernelSHA256: try await kernel.sha256())
        let talk = GuestTalk(plan)
        let end = try await guest.boot { [kernel] bytes in
            talk.append(bytes)
            while let event = talk.next() {
                try await handle(event.told(of: kernel, identity))
            }
            return !talk.isOver
        }
        return talk.end(end)
    }

    private static func makeScratch() throws -> String {
        let path = NSTemporaryDirectory() + "etimedout-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        return path
    }
}

extension PerformerEvent {
    /// The event with what a guest cannot know of itself.
    fileprivate func told(of kernel: Kernel, _ identity: GuestIdentity) -> PerformerEvent {
        guard case .greeting(var greeting) = self else { return self }
        greeting.kernel.selector = kernel.selector
        greeting.kernel.configuredHZ = kernel.configuredHZ
        greeting.kernel.guest = identity
        return .greeting(greeting)
    }
}

/// What a guest has said so far.
private final class GuestTalk: Sendable {
    private struct State {
        var dialogue: PerformerDialogue
        var fault: PerformerError?
    }

    private let state: Mutex<State>

    init(_ plan: Plan) { state = Mutex(State(dialogue: PerformerDialogue(plan))) }

    func append(_ bytes: [UInt8]) { state.withLock { $0.dialogue.append(bytes) } }

    func next() -> PerformerEvent? {
        state.withLock { state in
            guard state.fault == nil else { return nil }
            do throws(PerformerError) {
                return try state.dialogue.next()
            } catch {
                state.fault = error
                return nil
            }
        }
    }

    /// Whether nothing that still comes is wanted.
    var isOver: Bool { state.withLock { $0.fault != nil || $0.dialogue.isDone } }

    /// What it all came to.
    func end(_ end: GuestEnd) -> PerformanceEnd {
        let (dialogue, fault) = state.withLock { ($0.dialogue, $0.fault) }
        if let fault { return .failed(fault) }
        if dialogue.isDone { return .done }
        if end.loss == .killed { return .stopped }
        return .failed(
            .guestLost(GuestLoss(end, hasGreeted: dialogue.hasGreeted), console: end.tail(20)))
    }
}
