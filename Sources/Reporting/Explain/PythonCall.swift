import Evidence

/// An action as a call of the reproducer's player.
enum PythonCall {
    /// The call; nil where the player has none.
    static func text(_ action: Action, _ actor: Actor, _ script: Script) -> String? {
        switch action {
        case .listen(let bytes): "a.listen(l, \(bytes.map(String.init) ?? "None"))"
        case .connect: "a.connect(l)"
        case .accept: "a.accept(l)"
        case .send(let bytes): "a.send(l, \(bytes))"
        case .receive(let bytes): "a.receive(l, \(bytes))"
        case .fill(let bytes): "a.fill(l, \(bytes))"
        case .awaitAcknowledged: "a.acknowledged(l)"
        case .setOption(let option, let socket, let value, let length):
            number(option).map {
                "a.option(l, \"\(socket.rawValue)\", \($0), \(value), \(length))"
            }
        case .getOption(let option, let socket):
            number(option).map { "a.read_option(l, \"\(socket.rawValue)\", \($0))" }
        case .dropReceived: "a.deaf(l)"
        case .dropLarge(let bytes): "a.deaf(l, \(bytes))"
        case .encrypt: "a.encrypt(l)"
        case .closeLingering: "a.close(l)"
        case .shutdownWriting: "a.finish(l)"
        case .deliverReceived: "a.hearing(l)"
        case .removeAddress: "a.shell(l, \"\(address("del", actor, script))\")"
        case .restoreAddress: "a.shell(l, \"\(address("add", actor, script))\")"
        case .limitOrphans(let count): shell(["sysctl -qw net.ipv4.tcp_max_orphans=\(count)"])
        case .limitRTO(let milliseconds):
            shell([
                script.family == .ipv4
                    ? "ip -n $S route add 10.9.0.2/32 dev $DEV rto_min \(milliseconds)ms"
                    : "ip -6 -n $S route add fd00:9::2/128 dev $DEV rto_min \(milliseconds)ms"
            ])
        case .makeAddressPrimary:
            shell(
                [("del", "254"), ("del", "1"), ("add", "254"), ("add", "1")].map {
                    "ip -n $S addr \($0.0) 10.9.0.\($0.1)$PREFIX dev $DEV"
                })
        case .impair(let impairment): shell(commands(impairment, script, mends: false))
        case .mend(let impairment): shell(commands(impairment, script, mends: true))
        case .awaitError(.connect, _): nil
        case .awaitError(let waiter, let milliseconds):
            "a.error(l, \"\(waiter.rawValue)\", \(milliseconds / 1000 + 1))"
        case .inspectTimer: "a.show_timer(l)"
        case .watch(let milliseconds): "a.watch(l, \(milliseconds) / 1000)"
        case .call(.epollWait), .call(.epollArm): nil
        case .call(let call): "a.call(l, \"\(call.rawValue)\")"
        case .awaitReadable, .respond, .inject, .rehearse, .open, .startConnect, .dropAtListener,
            .deliverAtListener, .close, .awaitVanishing:
            nil
        }
    }

    private static func number(_ option: Option) -> String? {
        switch option {
        case .userTimeout: "socket.IPPROTO_TCP, 18"
        case .noDelay: "socket.IPPROTO_TCP, socket.TCP_NODELAY"
        case .sendBuffer: "socket.SOL_SOCKET, socket.SO_SNDBUF"
        case .receiveBuffer: "socket.SOL_SOCKET, socket.SO_RCVBUF"
        case .keepAlive: "socket.SOL_SOCKET, socket.SO_KEEPALIVE"
        case .keepIdle: "socket.IPPROTO_TCP, 4"
        case .keepInterval: "socket.IPPROTO_TCP, 5"
        case .keepCount: "socket.IPPROTO_TCP, 6"
        case .synCount: "socket.IPPROTO_TCP, 7"
        case .fastOpen: "socket.IPPROTO_TCP, 23"
        case .fastOpenConnect: "socket.IPPROTO_TCP, 30"
        case .linger: "socket.SOL_SOCKET, socket.SO_LINGER"
        case .linger2: "socket.IPPROTO_TCP, 8"
        case .deferAccept: "socket.IPPROTO_TCP, 9"
        case .cork: "socket.IPPROTO_TCP, 3"
        case .thinLinearTimeouts: "socket.IPPROTO_TCP, 16"
        case .transparent: "socket.IPPROTO_IP, 19"
        case .receiveErrors: "socket.IPPROTO_IP, 11"
        case .receiveErrors6: "socket.IPPROTO_IPV6, 25"
        case .rtoMax: "socket.IPPROTO_TCP, 44"
        case .rtoMin: "socket.IPPROTO_TCP, 45"
        }
    }

    private static func shell(_ commands: [String]) -> String {
        "a.shell(l, " + commands.map { "\"\($0)\"" }.joined(separator: ", ") + ")"
    }

    private static func address(_ verb: String, _ actor: Actor, _ script: Script) -> String {
        let isFour = script.family == .ipv4
        let own = isFour ? "10.9.0." : "fd00:9::"
        let number = actor == .subject ? (isFour ? "254" : "fe") : "2"
        let space = actor == .subject ? "$S" : "$PN"
        let device = actor == .subject || script.link == .loopback ? "$DEV" : "peer0"
        return "ip -n \(space) addr \(verb) \(own)\(number)$PREFIX dev \(device)"
            + (verb == "add" && !isFour ? " nodad" : "")
    }

    private static func commands(
        _ impairment: Impairment, _ script: Script, mends: Bool
    ) -> [String] {
        let isFour = script.family == .ipv4
        let peer = isFour ? "10.9.0.2/32" : "fd00:9::2/128"
        let network = isFour ? "10.9.0.0/24" : "fd00:9::/64"
        let six = isFour ? "" : " -6"
        func route(_ kind: String) -> [String] {
            ["ip\(six) -n $S route \(mends ? "del" : "add") \(kind) \(peer)"]
        }
        switch impairment {
        case .routeDeleted:
            return ["ip\(six) -n $S route \(mends ? "add" : "del") \(network) dev $DEV"]
        case .routeProhibited: return route("prohibit")
        case .routeUnreachable: return route("unreachable")
        case .routeBlackholed: return route("blackhole")
        case .linkDown: return ["ip -n $S link set $DEV \(mends ? "up" : "down")"]
        case .carrierLost: return ["ip -n $P link set peer0 \(mends ? "up" : "down")"]
        case .neighbourGone:
            let address = isFour ? "10.9.0.2" : "fd00:9::2"
            return mends
                ? [
                    "ip -n $S neigh replace \(address) lladdr 02:00:00:00:09:02 "
                        + "dev $DEV nud permanent"
                ]
                : [
                    "ip netns exec $P sysctl -qw net.ipv4.conf.all.arp_ignore=8",
                    "ip -n $S neigh del \(address) dev $DEV",
                ]
        case .outputDropped:
            return mends
                ? ["ip netns exec $S nft delete table inet etimedout"]
                : [
                    "ip netns exec $S nft add table inet etimedout",
                    "ip netns exec $S nft 'add chain inet etimedout output "
                        + "{ type filter hook output priority 0; policy drop; }'",
                ]
        case .queueFull:
            return mends
                ? ["tc -n $S qdisc del dev $DEV root"]
                : ["tc -n $S qdisc replace dev $DEV root pfifo limit 0"]
        }
    }
}
