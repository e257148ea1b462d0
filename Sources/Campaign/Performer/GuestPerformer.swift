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
    /// In which time the guests live.
    public var time = TrialTime.virtual
    /// What was found out about how they run.
    public var circumstances: [String: String] {
        foundBefore.merging(found.withLock { $0 }) { _, new in new }
    }
    /// What was found out before anything was performed.
    var foundBefore: [String: String] = [:]
    private let found = Findings()
    /// What limits how many guests run at once, where several performers share the machine.
    public var slots: GuestSlots?
    /// Where guests that have booted are kept; nil has each of them boot.
    var snapshots: Snapshots? = Snapshots()
    /// How long, on the wall, a guest may neither report nor print.
    var patience = Duration.seconds(90)
    /// How guests are to be lost (`GuestFault`): for tests.
    var fault: String?

    /// A performer for a kernel.
    public init(
        kernel: Kernel, path: String, samplePeriodMilliseconds: Int = 100,
        slots: GuestSlots? = nil
    ) {
        self.kernel = kernel
        self.path = path
        self.slots = slots
        self.samplePeriodMilliseconds = samplePeriodMilliseconds
    }

    /// The most trials of one guest: so many that to go on from a snapshot is worth it, so few that
    /// what grows with their number does not outweigh it.
    static let groupSize = 128
    /// More than so many are shared by an even number of guests, for the two processors that every
    /// machine has: neither is to wait for the other.
    static let alone = 32

    /// The trials of each guest. The rule knows nothing of the machine, and no trial can tell in
    /// whose company it is: all begin at the same phase of the timer wheel, and none when another
    /// does.
    ///
    /// What changes what is global to a kernel has a guest of its own: so it meets no other trial,
    /// and leaves nothing behind.
    static func groups(_ trials: [Plan.Request]) -> [[Plan.Request]] {
        func isAlone(_ request: Plan.Request) -> Bool {
            (request.performInstead ?? request.script).isolation == .kernel
        }
        let together = trials.filter { !isAlone($0) }
        let least = (together.count + groupSize - 1) / groupSize
        let count = together.count > alone ? (least + 1) / 2 * 2 : least
        return (0..<count).map { group in
            stride(from: group, to: together.count, by: count).map { together[$0] }
        } + trials.filter(isAlone).map { [$0] }
    }

    /// Performs the plan in guests, as many at once as the machine has processors. They go on from
    /// one that has booted and is kept, or boot themselves.
    public func perform(
        _ plan: Plan, handle: @escaping @Sendable (PerformerEvent) async throws -> Void
    ) async throws -> PerformanceEnd {
        let emulator = try await kernel.emulator(in: time) {
            try PerformerLocator.locateConductor()
        }
        let scratch = try Scratch()
        defer { scratch.remove() }
        async let kernelSum = kernel.sha256()
        let initramfs = try await Initramfs.make(
            performer: path, kernel: kernel, at: "\(scratch.path)/initramfs")
        let sum = try await kernelSum
        let groups = Self.groups(plan.trials)
        let company = Company(handle)
        let guests = try groups.map { trials in
            var part = plan
            part.trials = trials
            part.time = emulator.time
            part.samplePeriodMilliseconds = samplePeriodMilliseconds
            let guest = Guest(
                emulator: emulator, kernel: kernel, initramfs: initramfs,
                plan: try Compact.encode(part),
                // All go on from one, which has networks for as many trials as there may be.
                trialCount: emulator.keepsSnapshots
                    ? Self.groupSize : groups.map(\.count).max() ?? 0,
                patience: patience, fault: fault)
            return (guest, part)
        }
        let slots = slots ?? GuestSlots(ProcessInfo.processInfo.activeProcessorCount)
        let snapshot = try await slots.hold { [snapshots] in
            guard let snapshots, let (guest, _) = guests.first, !Task.isCancelled else {
                return Snapshot?.none
            }
            return try await snapshots.snapshot(for: guest, kernelSHA256: sum)
        }
        if snapshots != nil, emulator.keepsSnapshots, snapshot == nil, !Task.isCancelled {
            found.withLock { $0["guests"] = "each booted: none that has booted could be kept" }
        }
        return try await withThrowingTaskGroup(of: PerformanceEnd.self) { group in
            for (number, (booting, part)) in zip(1..., guests) {
                let guest = booting.going(on: snapshot)
                let identity = guest.identity(kernelSHA256: sum)
                group.addTask {
                    try await slots.hold {
                        guard !Task.isCancelled else { return .stopped }
                        return try await Self.perform(part, in: guest, number) { event in
                            try await company.hear(event.told(of: kernel, identity))
                        }
                    }
                }
            }
            var ends: [PerformanceEnd] = []
            for try await end in group { ends.append(end) }
            return Self.end(of: ends)
        }
    }

    private static func perform(
        _ plan: Plan, in guest: Guest, _ number: Int,
        handle: @escaping @Sendable (PerformerEvent) async throws -> Void
    ) async throws -> PerformanceEnd {
        let talk = GuestTalk(plan)
        let end = try await guest.boot { bytes in
            talk.append(bytes)
            while let event = talk.next() { try await handle(event) }
            return talk.wish
        }
        try await handle(
            .console(
                GuestConsole(
                    guest: number, text: end.console, complaints: end.complaints,
                    requests: plan.trials)))
        return talk.end(end)
    }

    /// All is done if it is in each guest; else what went wrong first.
    private static func end(of ends: [PerformanceEnd]) -> PerformanceEnd {
        let failure = ends.first { end in
            if case .failed = end { true } else { false }
        }
        return failure ?? (ends.contains(.stopped) ? .stopped : .done)
    }
}

/// What turns up while a plan is performed; copies of a performer share it.
private final class Findings: Sendable {
    private let findings = Mutex<[String: String]>([:])

    func withLock<Result: Sendable>(
        _ body: (inout sending [String: String]) -> sending Result
    ) -> Result { findings.withLock(body) }
}

extension PerformerEvent {
    /// The event with what a guest cannot know of itself.
    fileprivate func told(of kernel: Kernel, _ identity: GuestIdentity) -> PerformerEvent {
        guard case .greeting(var greeting) = self else { return self }
        greeting.kernel.selector = kernel.selector
        greeting.kernel.configuration = kernel.configuration
        greeting.kernel.configuredHZ = greeting.kernel.configuredHZ ?? kernel.configuredHZ
        greeting.kernel.guest = identity
        return .greeting(greeting)
    }
}

/// Several guests that are heard as one performer: which greets once.
private final class Company: Sendable {
    private let handle: @Sendable (PerformerEvent) async throws -> Void
    private let hasGreeted = Mutex(false)

    init(_ handle: @escaping @Sendable (PerformerEvent) async throws -> Void) {
        self.handle = handle
    }

    func hear(_ event: PerformerEvent) async throws {
        if case .greeting = event {
            let isSecond = hasGreeted.withLock { greeted in
                defer { greeted = true }
                return greeted
            }
            if isSecond { return }
        }
        try await handle(event)
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

    /// What is wanted of it next. One that has done all ends by itself, so that its console is
    /// whole.
    var wish: Guest.Wish {
        state.withLock { $0.fault != nil ? .nothing : $0.dialogue.isDone ? .end : .more }
    }

    /// What it all came to.
    func end(_ end: GuestEnd) -> PerformanceEnd {
        let (dialogue, fault) = state.withLock { ($0.dialogue, $0.fault) }
        if let fault { return .failed(fault) }
        if dialogue.isDone && end.loss != .unconducted { return .done }
        if end.loss == .killed { return .stopped }
        return .failed(
            .guestLost(GuestLoss(end, hasGreeted: dialogue.hasGreeted), console: end.tail(20)))
    }
}
