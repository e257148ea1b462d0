public import Behaviours
public import Evidence
import KernelTimers

/// A trial as a script for packetdrill, where its language can say it.
///
/// packetdrill plays the peer itself, over a tun device of its own: so a trial can be said whose
/// peer only answers in the schedule's way or not at all, and in which nothing is done to the
/// subject's addresses, routes and links. The packets' times come from the model, with its windows
/// as ranges.
public struct PacketdrillScript: Sendable {
    private let behaviour: Behaviour
    private let parameters: Parameters
    private let script: Script

    /// The script of a trial.
    public init(_ behaviour: Behaviour, _ parameters: Parameters) {
        self.behaviour = behaviour
        self.parameters = parameters
        script = behaviour.script(parameters)
    }

    /// The text; or why there is none, in one line.
    public var text: Result<String, ShellReproducer.Unsayable> {
        if let reason = obstacle { return .failure(.init(reason: reason)) }
        guard let variant = behaviour.promised(parameters) else {
            return .failure(.init(reason: "no variant of the contract applies to these values"))
        }
        let schedule = Schedule(
            predicting: variant.prospects(
                behaviour.assumedConditions(parameters), parameters),
            horizon: .milliseconds(behaviour.horizonMilliseconds(parameters)))
        guard !schedule.events.isEmpty else {
            return .failure(.init(reason: "the behaviour is about return values alone"))
        }
        return .success(head(variant) + opening + window + events(schedule))
    }

    // MARK: - What cannot be said

    private var obstacle: String? {
        if script.family != .ipv4 { return "only IPv4 is exported; choose other --values" }
        if script.subjectSocket != nil { return "packetdrill is to make a socket of plain TCP" }
        if script.link != .veth { return "packetdrill has a tun device of its own, no loopback" }
        let subject = script.lanes.filter { $0.actor == .subject }.flatMap(\.steps)
        if subject.contains(where: { $0.action == .listen(receiveBufferBytes: nil) }) {
            return "only connections that the subject makes are exported"
        }
        return script.lanes.flatMap(\.steps).lazy.compactMap(Self.obstacle).first
    }

    private static func obstacle(_ step: Step) -> String? {
        switch step.action {
        case .listen, .connect, .accept, .send, .receive, .fill, .awaitAcknowledged,
            .dropReceived, .inspectTimer, .call, .getOption:
            return nil
        case .setOption(.userTimeout, on: .connection, _, lengthBytes: 4): return nil
        case .watch, .awaitError(.read, _): return nil
        case .removeAddress, .restoreAddress, .makeAddressPrimary, .limitRTO, .impair, .mend:
            return "packetdrill owns the addresses and routes of its tun device, and "
                + "[\(step.label)] changes them"
        case .setOption, .awaitReadable, .deliverReceived, .awaitError, .respond, .inject,
            .rehearse, .open, .startConnect, .dropAtListener, .deliverAtListener, .close,
            .shutdownWriting, .awaitVanishing, .dropLarge, .encrypt, .closeLingering,
            .limitOrphans:
            return "[\(step.label)] has no counterpart: \(ScriptText.words(step.action))"
        }
    }

    // MARK: - Before the outage

    private func head(_ variant: Variant) -> String {
        var lines = ["// \(behaviour.id) \(parameters.summary), \(variant.name)"]
        lines += PlainText.wrapped(behaviour.question, width: 78, first: "// ", rest: "// ")
        lines.append("// Times by the model of etimedout at HZ=250; written by etimedout explain.")
        let settings =
            [
                "net.ipv4.tcp_no_metrics_save=1", "net.ipv4.tcp_congestion_control=reno",
                "net.ipv4.tcp_timestamps=0",
            ] + script.sysctls.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        lines.append("`sysctl -q \(settings.joined(separator: " "))`")
        return lines.joined(separator: "\n") + "\n\n"
    }

    private var isZeroWindow: Bool {
        if case .windowShut = behaviour.outage { return true }
        return false
    }

    private var opening: String {
        var lines = [
            "   0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
            "  +0 connect(3, ..., ...) = 0",
            "  +0 > S 0:0(0) <mss 1460,sackOK,nop,wscale 0~14>",
            "  +0 < S. 0:0(0) ack 1 win \(isZeroWindow ? 100 : 65535) <mss 1460,nop,nop,sackOK>",
            "  +0 > . 1:1(0) ack 1",
        ]
        // connect(2) blocks until the answer: the call ends a moment after the lines above.
        lines[1] = "  +0...0.01 connect(3, ..., ...) = 0"
        let timeout = parameters.userTimeoutMilliseconds
        if timeout > 0 {
            lines.append("  +0 setsockopt(3, SOL_TCP, TCP_USER_TIMEOUT, [\(timeout)], 4) = 0")
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// What was sent before the judged part begins, and the sequence number after it.
    private var window: String {
        guard isZeroWindow else { return "" }
        return """
            // The window takes 100 bytes; the rest waits.
              +0 write(3, ..., 1000) = 1000
              +0 > P. 1:101(100) ack 1
              +0 < . 1:1(0) ack 101 win 0


            """
    }

    // MARK: - The schedule

    private func events(_ schedule: Schedule) -> String {
        var lines: [String] = []
        var now = Window(at: .zero)
        var wrote = isZeroWindow
        for event in schedule.events {
            let (first, last) = (
                max(Duration.zero, event.window.earliest - now.earliest),
                max(Duration.zero, event.window.latest - now.earliest)
            )
            let when = "+\(Self.text(first))~+\(Self.text(last))"
            switch event.kind {
            case .sent(.data) where !wrote:
                wrote = true
                lines.append("  +0 write(3, ..., 100) = 100")
                lines.append("  +0 > P. 1:101(100) ack 1")
            case .sent(.data), .sent(.retransmission), .sent(.tailLossProbe):
                lines.append("\(when) > P. 1:101(100) ack 1   // \(event.kind)")
            case .sent(.windowProbe):
                lines.append("\(when) > . 100:100(0) ack 1   // \(event.kind)")
            case .answered:
                lines.append("  +0 < . 1:1(0) ack 101 win \(isZeroWindow ? 0 : 65535)")
                continue
            case .sent(.keepAliveProbe), .sent(.syn), .sent(.fin), .sent(.reset), .vanished,
                .returned, .complaint, .told, .failedToSend:
                continue
            case .aborted(let error):
                lines.append("// \(error) is due \(when) s after that, and not before.")
                lines.append("+\(Self.text(last)) write(3, ..., 1) = -1 \(error) (\(error))")
            }
            now = event.window
        }
        if schedule.abort == nil { lines.append("  +0 close(3) = 0   // it lives") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ duration: Duration) -> String {
        Duration.fixed(duration.wholeNanoseconds, digits: 3)
    }
}
