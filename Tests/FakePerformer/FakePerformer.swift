import Behaviours
import Evidence
import Foundation
import KernelTimers
import Reporting
import Support

/// A performer that performs nothing: observations are made by the model. What else goes wrong is
/// said by `$FAKE_PERFORMER`, which kernel it plays by `$FAKE_KERNEL`, and that it is a guest by
/// `$FAKE_INITRAMFS`. It speaks the protocol of the real one, so that everything behind it can be
/// tested without privileges, and every way to fail can be had at will.
@main
enum FakePerformer {
    static func main() throws {
        let mode = ProcessInfo.processInfo.environment["FAKE_PERFORMER"] ?? "perform"
        switch mode {
        case "refuse":
            send(.refusal, try Compact.encode(Refusal(reason: "no user namespaces here")))
            return
        case "die-early": die("first line\nboom: the last line", status: 3)
        case "loader":
            die(
                "etimedout-perform: error while loading shared libraries: libpcap.so.0.8: cannot "
                    + "open shared object file: No such file or directory", status: 127)
        case "garbage":
            write(Array("Hello, this is no frame at all.\n".utf8))
            return
        case "mute":
            waitForEver()
        default: break
        }
        try greet(mode)
        if mode == "hang" { waitForEver() }
        let plan = try readPlan()
        try perform(plan, mode)
    }

    private static func greet(_ mode: String) throws {
        let played = ProcessInfo.processInfo.environment["FAKE_KERNEL"] ?? "6.99-fake"
        var kernel = KernelIdentity(
            selector: "host", release: played, version: "#1 SMP", machine: "x86_64", hz: 250)
        if let initramfs = ProcessInfo.processInfo.environment["FAKE_INITRAMFS"] {
            kernel.guest = GuestIdentity(
                kernelSHA256: played, initramfsSHA256: initramfs, packageVersion: nil,
                emulator: "none", commandLine: [])
        }
        var greeting = Greeting(
            kernel: kernel, privilege: "none", captureLibrary: "libpcap 0 (fake)")
        if mode == "future" { greeting.protocolVersion = 99 }
        send(.greeting, try Compact.encode(greeting))
    }

    private static func perform(_ plan: Plan, _ mode: String) throws {
        for (index, request) in plan.trials.enumerated() {
            send(.progress, try Compact.encode(Progress(index: index, label: "connect")))
            if index == 1 { try misbehave(mode) }
            try sendObservation(request, mode, index)
        }
        if mode == "no-end" { return }
        send(.done, [])
    }

    /// What goes wrong after one observation was sent.
    private static func misbehave(_ mode: String) throws {
        switch mode {
        case "die-midway": die("midway: the machine is on fire", status: 9)
        case "kill-midway":
            kill(getpid(), SIGKILL)
            waitForEver()
        case "hang-midway": waitForEver()
        case "wait-for-end": readToEnd()
        case "cut-off":
            write(Array(Frame(.progress, Array(repeating: 7, count: 100)).encoded.prefix(40)))
            exit(0)
        case "damaged":
            var bytes = Frame(.progress, Array("{}".utf8)).encoded
            bytes[16] ^= 0xff
            write(bytes)
            waitForEver()
        default: break
        }
    }

    private static func sendObservation(
        _ request: Plan.Request, _ mode: String, _ index: Int
    ) throws {
        guard let behaviour = Catalogue.behaviour(request.trial.behaviour),
            let variant = behaviour.variants(for: request.trial.parameters).first(where: {
                mode == "deviate"
                    ? !behaviour.contract.variants.contains($0.name)
                    : behaviour.contract.variants.contains($0.name)
            })
        else { return }
        var observation = try SyntheticObservation.make(
            behaviour, variant, request.trial.parameters,
            seed: UInt64(index + (mode == "other-times" ? 101 : 1)))
        observation.attempt = request.attempt
        if mode == "unasked" { observation.trial.parameters.userTimeoutMilliseconds = 77 }
        let isStalling = mode == "stall" || (mode == "stall-once" && request.attempt == 1)
        if isStalling, index == 0 {
            observation.stalls = [Stall(from: .milliseconds(50), until: .milliseconds(200))]
        }
        send(.observation, try ObservationPayload.encode(request: index, observation))
    }

    // MARK: - In and out

    private static func readPlan() throws -> Plan {
        var parser = FrameParser()
        while true {
            let bytes = FileHandle.standardInput.availableData
            guard !bytes.isEmpty else { exit(0) }
            parser.append(bytes)
            if let frame = try parser.next(), frame.kind == .plan {
                return try frame.value(as: Plan.self)
            }
        }
    }

    private static func readToEnd() -> Never {
        while !FileHandle.standardInput.availableData.isEmpty {}
        exit(0)
    }

    private static func send(_ kind: Frame.Kind, _ payload: [UInt8]) {
        write(Frame(kind, payload).encoded)
    }

    private static func write(_ bytes: [UInt8]) {
        try? FileHandle.standardOutput.write(contentsOf: Data(bytes))
    }

    private static func die(_ words: String, status: Int32) -> Never {
        try? FileHandle.standardError.write(contentsOf: Data((words + "\n").utf8))
        exit(status)
    }

    private static func waitForEver() -> Never {
        while true { pause() }
    }
}
