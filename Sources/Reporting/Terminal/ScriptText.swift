public import Evidence

/// A script in words, one line a step.
public struct ScriptText: Sendable {
    let script: Script

    /// The words of a script.
    public init(_ script: Script) { self.script = script }

    /// The lines.
    public var lines: [String] {
        var lines: [String] = []
        for (name, value) in script.sysctls.sorted(by: { $0.key < $1.key }) {
            lines.append("subject: \(name) = \(value)")
        }
        if let kind = script.subjectSocket { lines.append("subject: \(Self.words(kind))") }
        for lane in script.lanes {
            for step in lane.steps {
                lines.append(
                    "\(lane.actor.rawValue): [\(step.label)] \(Self.words(step.trigger))"
                        + Self.words(step.action))
            }
        }
        return lines.map(PlainText.line)
    }

    /// When a step begins, with a comma behind it; empty for a step that follows the one before.
    public static func words(_ trigger: Trigger) -> String {
        switch trigger {
        case .previous: ""
        case .done(let label, 0): "after [\(label)], "
        case .done(let label, let delay): "\(delay) ms after [\(label)], "
        case .packet(.windowShut, let label): "once the window is shut since [\(label)], "
        case .packet(.windowProbe, let label): "at a window probe since [\(label)], "
        }
    }

    /// What a scripted peer sends, in a few words.
    public static func words(_ response: Response) -> String {
        let what =
            switch response.kind {
            case .acknowledgement(.nothing, let window):
                "an ACK of nothing new, window field \(window)"
            case .acknowledgement(.everything, let window):
                "an ACK of everything, window field \(window)"
            case .acknowledgement(.heard, let window):
                "an ACK of what was heard last, window field \(window)"
            case .icmp(let type, let code): "ICMP type \(type) code \(code)"
            case .strayICMP(let type, let code):
                "ICMP type \(type) code \(code) that quotes what was never sent"
            }
        let delay = response.delayMilliseconds
        return what + (delay > 0 ? ", after \(delay) ms" : "")
            + (response.most < 100 ? ", at most \(response.most) times" : "")
    }

    /// What kind of socket the subject makes.
    public static func words(_ kind: SocketKind) -> String {
        switch kind {
        case .mapped: "its sockets are of IPv6, bound to the IPv4 address (::ffff:…)"
        case .multipath: "its sockets are of Multipath TCP"
        }
    }

    /// What goes wrong, in a few words.
    public static func words(_ impairment: Impairment) -> String {
        switch impairment {
        case .routeDeleted: "no route to the peer"
        case .routeProhibited: "a prohibit route to the peer"
        case .routeUnreachable: "an unreachable route to the peer"
        case .routeBlackholed: "a blackhole route to the peer"
        case .linkDown: "the subject's link is down"
        case .carrierLost: "the peer's link is down"
        case .neighbourGone: "nobody answers for the peer's address"
        case .outputDropped: "the subject's firewall drops what it sends"
        case .queueFull: "the subject's queue takes no packet"
        }
    }

    /// What is done, in a few words.
    public static func words(_ action: Action) -> String {
        switch action {
        case .listen(let bytes): "listen" + (bytes.map { ", receive buffer \($0) bytes" } ?? "")
        case .connect: "connect"
        case .rehearse: "connect from another port, and reset that connection"
        case .open: "make a socket, not connected yet"
        case .startConnect: "begin to connect it, without waiting"
        case .dropAtListener: "from here on drop all that the listener receives"
        case .deliverAtListener: "let the listener receive again"
        case .close: "close the connection"
        case .closeLingering: "close the connection, and wait as SO_LINGER says"
        case .dropLarge(let bytes):
            "from here on drop received segments of more than \(bytes) bytes"
        case .encrypt: "have the kernel encrypt what is sent from here on (TLS_TX)"
        case .shutdownWriting: "end the direction of sending"
        case .awaitVanishing(let milliseconds):
            "wait until the kernel has forgotten the connection, at most \(milliseconds) ms"
        case .accept: "accept a connection"
        case .send(let bytes): "send \(bytes) bytes"
        case .receive(let bytes): "receive \(bytes) bytes"
        case .fill(let bytes): "send until the kernel takes no more, at most \(bytes) bytes"
        case .awaitAcknowledged: "wait until all is acknowledged"
        case .awaitReadable(let socket): "wait until the \(socket.rawValue) is readable"
        case .setOption(let option, let socket, let value, let length):
            "set \(option.rawValue) of the \(socket.rawValue) to \(value)"
                + (length == 4 ? "" : ", only \(length) bytes of it")
        case .getOption(let option, let socket):
            "read \(option.rawValue) of the \(socket.rawValue)"
        case .dropReceived: "from here on drop all that is received"
        case .deliverReceived: "receive again"
        case .removeAddress: "remove the connection's address"
        case .restoreAddress: "give the address back"
        case .limitOrphans(let count): "let the kernel have \(count) orphans"
        case .limitRTO(let milliseconds): "a route to the peer with rto_min \(milliseconds) ms"
        case .makeAddressPrimary: "make the connection's address the primary one"
        case .impair(let impairment): "\(words(impairment)): from here on"
        case .respond(let response?):
            "answer each segment by hand with \(words(response))"
        case .respond(nil): "answer by hand no longer"
        case .inject(let response): "send by hand \(words(response))"
        case .mend(let impairment): "\(words(impairment)): no longer"
        case .awaitError(let waiter, let milliseconds):
            "wait in \(waiter.rawValue) for the error, at most \(milliseconds) ms"
        case .inspectTimer: "look at the kernel's timer in /proc"
        case .watch(let milliseconds): "watch for \(milliseconds) ms"
        case .call(let call): "call \(call.rawValue)"
        }
    }
}
