extension Scenario {
    /// Every situation of the list, in its order.
    public static let all =
        established + addressRemoved + moved + zeroWindow + keepalive + option
        + making + closing + path + writing + delivery

    private static let established = [
        Scenario(1, "T of 100 ms to 5 s in a blackhole"),
        Scenario(2, "T with tcp_retries2=1"),
        Scenario(3, "no T: tcp_retries2 decides"),
        Scenario(4, "the schedule at tcp_retries2=15"),
        Scenario(5, "writes during the outage"),
        Scenario(6, "T set during the outage"),
        Scenario(7, "idle, no data: never"),
        Scenario(8, "one-way loss"),
        Scenario(9, "partial progress"),
        Scenario(10, "the outage ends just before and just after T"),
        Scenario(11, "nothing is sent after the abort"),
        Scenario(12, "no tail loss probe"),
    ]

    private static let addressRemoved = [
        Scenario(13, "address removed, idle, write"),
        Scenario(14, "address removed, data in flight"),
        Scenario(15, "the same without T"),
        Scenario(16, "T on the listener only"),
        Scenario(17, "address restored in time"),
        Scenario(18, "the first write after the removal succeeds"),
        Scenario(
            19, "a socket at another address",
            unasked: "it is the control of unroutable.idle: the address is not removed"),
        Scenario(20, "ip_nonlocal_bind, IP_TRANSPARENT"),
        Scenario(21, "primary and secondary addresses"),
        Scenario(22, "keepalive after the removal"),
        Scenario(23, "IPv6 goes on sending"),
        Scenario(24, "orphan after the removal"),
    ]

    private static let moved = [
        Scenario(25, "new owner, with and without a listener", unasked: laboratory),
        Scenario(26, "no gratuitous ARP", unasked: laboratory),
        Scenario(27, "idle client", unasked: laboratory),
        Scenario(
            28, "RST with unread data",
            unasked: "the client's kernel, not the one under test, decides"),
        Scenario(29, "the new owner drops", unasked: laboratory),
        Scenario(30, "fail-back within T and after it", unasked: laboratory),
        Scenario(31, "tickle ACK, ss -K", unasked: byHand),
        Scenario(32, "RPCs to a dead consumer", unasked: laboratory),
    ]

    private static let zeroWindow = [
        Scenario(33, "live zero window"),
        Scenario(34, "live, then the peer vanishes"),
        Scenario(35, "window opened in time, and a drip reader"),
        Scenario(36, "window retracted with data in flight"),
        Scenario(37, "orphan at a zero window"),
        Scenario(
            38, "orphan limit",
            rest: "tcp_mem: what a socket holds depends on the pages of the machine, so that no "
                + "limit is passed at a known moment; it meets the same code"),
        Scenario(39, "a stopped peer with large buffers"),
    ]

    private static let keepalive = [
        Scenario(40, "keepalive, T before the count"),
        Scenario(41, "keepalive, T between the first probes"),
        Scenario(42, "keepalive without T"),
        Scenario(43, "keepalive with data in flight"),
        Scenario(44, "keepalive, T later than the count"),
        Scenario(45, "keepalive, T shorter than the idle time"),
        Scenario(46, "keepalive, one probe lost"),
        Scenario(47, "keepalive after half-close, in FIN_WAIT2, at a zero window"),
    ]

    private static let option = [
        Scenario(48, "values that are set and read back"),
        Scenario(
            49, "an option of eight bytes",
            unasked: "the kernel reads four of them; option.rejects asks for too few"),
        Scenario(50, "inheritance before and after the handshake"),
        Scenario(
            51, "dup and fork share",
            unasked: "the option belongs to the socket, of which there is one"),
        Scenario(
            52, "MPTCP, AF_UNIX",
            rest: "AF_UNIX has no timers; MPTCP at both ends: see 82"),
        Scenario(
            53, "SO_REUSEPORT, fd passing", unasked: "what HAProxy does, not what the kernel does"),
        Scenario(54, "IPv4-mapped listener"),
        Scenario(55, "syncookies, TFO, deferred accept"),
    ]

    private static let making = [
        Scenario(56, "connect with T"),
        Scenario(57, "T does not prolong connect"),
        Scenario(58, "connect at the kernel's own tcp_syn_retries"),
        Scenario(59, "TCP_SYNCNT"),
        Scenario(60, "a handshake that the client never ends"),
        Scenario(61, "connect without waiting"),
        Scenario(
            62, "TFO: SYN with data lost",
            rest: "the choice of no longer trying TFO behind a firewall (tcp_fastopen_blackhole_"
                + "timeout) is of the next connection, no timer's"),
        Scenario(63, "ICMP during SYN_SENT"),
    ]

    private static let closing = [
        Scenario(64, "close in a blackhole"),
        Scenario(65, "half-close in a blackhole"),
        Scenario(66, "FIN_WAIT2 of an orphan"),
        Scenario(67, "CLOSE_WAIT, idle and with data"),
        Scenario(68, "LAST_ACK, CLOSING"),
        Scenario(69, "SO_LINGER with a time"),
        Scenario(70, "a packet of the peer after death is reset"),
    ]

    private static let path = [
        Scenario(71, "failures of the path over IPv6, without T, with IP_RECVERR"),
        Scenario(
            72, "path MTU blackhole",
            rest: "of tcp_retries1 only this shows: that a route is looked up anew does not"),
        Scenario(
            73, "conntrack flush",
            unasked: "a middlebox, not the kernel under test, loses the state"),
        Scenario(74, "link flap"),
        Scenario(75, "namespace deleted under live sockets", unasked: "no timer is asked"),
        Scenario(
            76, "sysctls do not leak", unasked: "every trial sets its own, and reads them back"),
        Scenario(77, "SIOCKILLADDR, ss -K", unasked: byHand),
    ]

    private static let writing = [
        Scenario(78, "Nagle, TCP_NODELAY, many segments"),
        Scenario(79, "TCP_CORK"),
        Scenario(
            80, "MSG_MORE, MSG_ZEROCOPY, sendfile",
            unasked: "other ways into the same queue: no timer looks at them"),
        Scenario(81, "TLS, kTLS"),
        Scenario(
            82, "MPTCP",
            rest: "with MPTCP at both ends the option is refused, and the subflows' end is heard "
                + "of a minute later, by a timer of MPTCP's own (close_timeout)"),
        Scenario(83, "thin streams, congestion control, no SACK, no timestamps"),
    ]

    private static let delivery = [
        Scenario(84, "each way to wait reports the error once"),
        Scenario(85, "the wake-up follows the abort"),
        Scenario(86, "counters of every row"),
        Scenario(87, "TCP_INFO during the outage"),
        Scenario(88, "the kernel's timer by name"),
        Scenario(89, "TCP_INFO after the abort"),
    ]

    private static let laboratory = "asked by the failover laboratory: etimedout failover"
    private static let byHand = "SOCK_DESTROY ends a connection by hand: no timer is asked"
}
