public import Evidence
import Foundation
import Reporting
import Subprocess
import Synchronization
import SystemPackage

/// A performer as a child process: it gets a plan and sends what it witnessed.
///
/// It is the leader of a process group of its own, so that an interrupt at the terminal reaches
/// only us, who then close its standard input, at which it stops and cleans up by itself; and so
/// that a kill reaches all that it started.
public struct PerformerProcess: Performer {
    /// The program.
    public var path: String
    /// How long it may be silent before its greeting.
    public var greetingPatience: Duration
    /// How long it may be silent while it performs; nil: worked out from the plan.
    public var patience: Duration?

    /// The performer at a path.
    public init(
        path: String, greetingPatience: Duration = .seconds(30), patience: Duration? = nil
    ) {
        self.path = path
        self.greetingPatience = greetingPatience
        self.patience = patience
    }

    /// How long it has to end after it was told to, and after it said that all is done.
    private static let grace = Duration.seconds(5)

    /// Has a plan performed; each event is handed to `handle` in turn.
    ///
    /// Never throws for the performer's faults: they are the end that it came to. Rethrows what
    /// `handle` throws, after the performer was stopped. When the task is cancelled the performer
    /// is told to stop, and what it still says is dropped.
    public func perform(
        _ plan: Plan, handle: @escaping @Sendable (PerformerEvent) async throws -> Void
    ) async throws -> PerformanceEnd {
        // A performer that died must be an error of a write, not our end.
        signal(SIGPIPE, SIG_IGN)
        let control = PerformerControl()
        // A task of its own: cancellation must not tear the child down before it has cleaned up.
        let task = Task { try await run(plan, control, handle) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            control.stop()
        }
    }

    private func run(
        _ plan: Plan, _ control: PerformerControl,
        _ handle: @escaping @Sendable (PerformerEvent) async throws -> Void
    ) async throws -> PerformanceEnd {
        guard !control.isStopped else { return .stopped }
        let pulse = Pulse(patience: greetingPatience)
        // The watchdog outlives the conversation: until the process itself is gone.
        defer { pulse.stop() }
        var options = PlatformOptions()
        options.processGroupID = 0
        let result: ExecutionResult<Conversation, SequenceOutput, SequenceOutput>
        do {
            result = try await Subprocess.run(
                .path(FilePath(path)), platformOptions: options, input: .inputWriter,
                output: .sequence, error: .sequence
            ) { execution in
                await converse(execution, plan, control, pulse, handle)
            }
        } catch let error as SubprocessError {
            let reason = error.underlyingError.map { "\($0)" } ?? "\(error)"
            return .failed(.cannotStart(path: path, reason: PlainText.line(reason)))
        }
        var conversation = result.closureResult
        conversation.silence = pulse.lapsed
        return try conversation.end(
            status: result.terminationStatus, isStopped: control.isStopped)
    }

    // MARK: - The conversation

    private typealias Child = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

    private func converse(
        _ child: Child, _ plan: Plan, _ control: PerformerControl, _ pulse: Pulse,
        _ handle: @Sendable (PerformerEvent) async throws -> Void
    ) async -> Conversation {
        control.begin { await Self.finishInput(child) }
        Task { await Self.watch(pulse, control, child) }
        let errors = Task { await Self.lastLine(child) }
        var dialogue = PerformerDialogue(plan)
        var conversation = Conversation()
        do {
            for try await buffer in child.standardOutput {
                pulse.beat()
                dialogue.append(buffer.withUnsafeBytes { Array($0) })
                while let event = try dialogue.next() {
                    if control.isStopped { continue }
                    if case .greeting = event {
                        pulse.set(patience: patience ?? plan.patience)
                        Self.send(plan, to: child)
                    }
                    try await handle(event)
                }
                if dialogue.isDone { break }
            }
        } catch let error as PerformerError {
            conversation.fault = error
        } catch is SubprocessError {
            // The stream broke; the exit status tells more.
        } catch {
            conversation.thrown = error
        }
        conversation.isDone = dialogue.isDone
        conversation.cutOffBytes = dialogue.pendingBytes
        // Whatever it was: end of file tells it to go, and the watchdog sees to it.
        if conversation.fault == nil, !pulse.hasLapsed { pulse.set(patience: Self.grace) }
        await Self.finishInput(child)
        if conversation.fault != nil || conversation.thrown != nil { Self.kill(child) }
        conversation.lastLine = await errors.value
        return conversation
    }

    private static func send(_ plan: Plan, to child: Child) {
        // Beside the reading: a performer that does not take the plan must not block us.
        Task {
            guard let frame = try? Frame(.plan, of: plan) else { return }
            _ = try? await child.standardInputWriter.write(frame.encoded)
        }
    }

    private static func finishInput(_ child: Child) async {
        try? await child.standardInputWriter.finish()
    }

    private static func kill(_ child: Child) {
        try? child.send(signal: .kill, toProcessGroup: true)
    }

    /// Kills the performer when it is silent for too long, or does not go when told to.
    private static func watch(_ pulse: Pulse, _ control: PerformerControl, _ child: Child) async {
        while let rest = pulse.rest(isStopping: control.isStopped, grace: grace) {
            guard rest > .zero else {
                pulse.lapse(isSilence: !control.isStopped)
                kill(child)
                return
            }
            try? await Task.sleep(for: min(rest, .milliseconds(200)))
        }
    }

    /// Reads the performer's standard error to its end; the last line that says something.
    private static func lastLine(_ child: Child) async -> String? {
        var tail: [UInt8] = []
        do {
            for try await buffer in child.standardError {
                tail += buffer.withUnsafeBytes { Array($0) }
                if tail.count > 1 << 16 { tail.removeFirst(tail.count - 1 << 15) }
            }
        } catch {}
        let lines = String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline)
        let last = lines.last { !PlainText.line(String($0)).isEmpty }
        return last.map { PlainText.cut(PlainText.line(String($0)), to: 300) }
    }
}
