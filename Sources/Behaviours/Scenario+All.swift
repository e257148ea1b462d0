extension Scenario {
    /// Every situation of the list, in its order.
    public static let all =
        established + addressRemoved + moved + zeroWindow + keepalive + option
        + making + closing + path + writing + delivery

    private static let established = [
        Scenario(1, "T of 100 ms to 5 s in a blackhole"),
        Scenario(
            2, "T with tcp_retries2=1",
            unasked: "takes values of both in one trial; T alone and tcp_retries2 alone are asked"),
        Scenario(3, "no T: tcp_retries2 decides"),
        Scenario(4, "the schedule at tcp_retries2=15"),
        Scenario(5, "writes during the outage", unasked: "takes repeated writes in a script"),
        Scenario(6, "T set during the outage"),
        Scenario(7, "idle, no data: never", unasked: "takes a variant that predicts no event"),
        Scenario(8, "one-way loss"),
        Scenario(
            9, "partial progress", unasked: "takes a scripted peer that acknowledges a part, late"),
        Scenario(
            10, "the outage ends just before and just after T",
            unasked: "takes a step that ends a blackhole at a fraction of T"),
        Scenario(11, "nothing is sent after the abort"),
        Scenario(
            12, "no tail loss probe",
            unasked: "takes tcp_early_retrans as a value; variants without a probe are judged "
                + "wherever they match"),
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
        Scenario(
            20, "ip_nonlocal_bind, IP_TRANSPARENT",
            unasked: "takes a socket option or sysctl by which packets leave all the same"),
        Scenario(
            21, "primary and secondary addresses",
            unasked: "the address that is removed is always a secondary one"),
        Scenario(22, "keepalive after the removal", unasked: "takes keepalive in unroutable.*"),
        Scenario(23, "IPv6 goes on sending"),
        Scenario(24, "orphan after the removal", unasked: "takes orphans"),
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
        Scenario(
            34, "live, then the peer vanishes",
            unasked: "zero-window.silent asks it of a peer that is gone before the first probe"),
        Scenario(
            35, "window opened in time, and a drip reader",
            unasked: "takes a peer that reads again at a fraction of T"),
        Scenario(
            36, "window retracted with data in flight",
            unasked: "takes a scripted peer that shrinks its window"),
        Scenario(37, "orphan at a zero window", unasked: "takes orphans"),
        Scenario(38, "orphan limit", unasked: "takes orphans, and a kernel to itself"),
        Scenario(
            39, "a stopped peer with large buffers",
            unasked: "takes a peer that acknowledges and does not read"),
    ]

    private static let keepalive = [
        Scenario(40, "keepalive, T before the count"),
        Scenario(41, "keepalive, T between the first probes"),
        Scenario(42, "keepalive without T"),
        Scenario(43, "keepalive with data in flight", unasked: "takes keepalive in blackhole.*"),
        Scenario(44, "keepalive, T later than the count"),
        Scenario(45, "keepalive, T shorter than the idle time"),
        Scenario(
            46, "keepalive, one probe lost",
            unasked: "keepalive.answered asks for probes that are all answered, then none"),
        Scenario(
            47, "keepalive after half-close, in FIN_WAIT2, at a zero window",
            unasked: "takes half-close"),
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
        Scenario(52, "MPTCP, AF_UNIX", unasked: "neither is a TCP socket of the kernel's timers"),
        Scenario(
            53, "SO_REUSEPORT, fd passing", unasked: "what HAProxy does, not what the kernel does"),
        Scenario(
            54, "IPv4-mapped listener",
            unasked: "takes a listener of one family, asked by another"),
        Scenario(
            55, "syncookies, TFO, deferred accept",
            unasked: "takes a peer that opens in these ways; the option is the listener's in each"),
    ]

    private static let making = [
        Scenario(56, "connect with T"),
        Scenario(57, "T does not prolong connect"),
        Scenario(58, "connect at the kernel's own tcp_syn_retries"),
        Scenario(59, "TCP_SYNCNT"),
        Scenario(60, "a handshake that the client never ends"),
        Scenario(61, "connect without waiting"),
        Scenario(62, "TFO: SYN with data lost", unasked: "takes TCP_FASTOPEN on both sides"),
        Scenario(63, "ICMP during SYN_SENT", unasked: "takes ICMP errors"),
    ]

    private static let closing = [
        Scenario(64, "close in a blackhole", unasked: "takes orphans"),
        Scenario(65, "half-close in a blackhole", unasked: "takes half-close"),
        Scenario(66, "FIN_WAIT2 of an orphan", unasked: "takes orphans"),
        Scenario(67, "CLOSE_WAIT, idle and with data", unasked: "takes a peer that half-closes"),
        Scenario(68, "LAST_ACK, CLOSING", unasked: "takes orphans"),
        Scenario(69, "SO_LINGER with a time", unasked: "takes a close that waits"),
        Scenario(
            70, "a packet of the peer after death is reset",
            unasked: "takes a peer that speaks after the abort"),
    ]

    private static let path = [
        Scenario(71, "failures of the path over IPv6, without T, with IP_RECVERR"),
        Scenario(
            72, "path MTU blackhole",
            unasked: "takes a router between, which drops what is large and says nothing"),
        Scenario(
            73, "conntrack flush",
            unasked: "a middlebox, not the kernel under test, loses the state"),
        Scenario(74, "link flap", unasked: "path.link-down.* asks for one without end"),
        Scenario(75, "namespace deleted under live sockets", unasked: "no timer is asked"),
        Scenario(
            76, "sysctls do not leak", unasked: "every trial sets its own, and reads them back"),
        Scenario(77, "SIOCKILLADDR, ss -K", unasked: byHand),
    ]

    private static let writing = [
        Scenario(
            78, "Nagle, TCP_NODELAY, many segments", unasked: "takes several writes in a script"),
        Scenario(79, "TCP_CORK", unasked: "takes the option, and a write that is kept back"),
        Scenario(
            80, "MSG_MORE, MSG_ZEROCOPY, sendfile",
            unasked: "other ways into the same queue: no timer looks at them"),
        Scenario(
            81, "TLS, kTLS",
            unasked: "takes the tls module and keys; it hands the socket's error on"),
        Scenario(
            82, "MPTCP",
            unasked: "its subflows are TCP sockets; the rest is no TCP timer's matter"),
        Scenario(
            83, "thin streams, congestion control, no SACK, no timestamps",
            unasked: "takes these as values; each trial has Reno, and the kernel's own rest"),
    ]

    private static let delivery = [
        Scenario(84, "each way to wait reports the error once"),
        Scenario(85, "the wake-up follows the abort"),
        Scenario(86, "counters of every row"),
        Scenario(87, "TCP_INFO during the outage"),
        Scenario(88, "the kernel's timer by name"),
        Scenario(
            89, "TCP_INFO after the abort",
            unasked: "takes a step that reads it, and an expectation of what it holds"),
    ]

    private static let laboratory = "asked by the failover laboratory: etimedout failover"
    private static let byHand = "SOCK_DESTROY ends a connection by hand: no timer is asked"
}
