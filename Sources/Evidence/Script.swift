/// The stimulus of a behaviour, as data: who does what, when, and what is impaired.
///
/// A script is performed after a round trip through its coding, so that what is stored with an
/// observation is what was done.
public struct Script: Hashable, Codable, Sendable {
    /// The address family of the connection.
    public var family: AddressFamily
    /// On what the connection runs.
    public var link: Link
    /// What the trial must not share with others.
    public var isolation: Isolation
    /// Sysctls of the subject's namespace, such as `net.ipv4.tcp_retries2`.
    public var sysctls: [String: String]
    /// The step after which the instrument is proved: traffic was captured, nothing is impaired.
    public var proof: String
    /// What each actor does, one list of steps each.
    public var lanes: [Lane]
    /// What kind of socket the subject makes; nil is one of TCP over the connection's family.
    public var subjectSocket: SocketKind?

    /// A script; at least the subject's lane must be there.
    public init(
        family: AddressFamily, link: Link, isolation: Isolation = .namespace,
        sysctls: [String: String] = [:], proof: String, lanes: [Lane],
        subjectSocket: SocketKind? = nil
    ) {
        self.family = family
        self.link = link
        self.isolation = isolation
        self.sysctls = sysctls
        self.proof = proof
        self.lanes = lanes
        self.subjectSocket = subjectSocket
    }

    /// How long its steps wait or watch by themselves at most, all together; milliseconds.
    public var waitingMilliseconds: Int {
        lanes.flatMap(\.steps).reduce(0) { $0 + $1.action.waitingMilliseconds }
    }

    /// What a trial must have for itself.
    public enum Isolation: String, Codable, Sendable {
        /// Namespaces of its own are enough.
        case namespace
        /// It changes what is global to a kernel: in guests only, one group after another.
        case kernel
    }
}

/// Who does something in a script.
public enum Actor: String, Hashable, Codable, Sendable, CaseIterable {
    /// The host under test.
    case subject
    /// The other end of the connection.
    case peer
}

/// One actor's steps, in order.
public struct Lane: Hashable, Codable, Sendable {
    /// Who does them.
    public var actor: Actor
    /// What is done.
    public var steps: [Step]

    /// The steps of an actor.
    public init(_ actor: Actor, _ steps: [Step]) {
        self.actor = actor
        self.steps = steps
    }
}

/// One step: what, when, and by when at the latest.
public struct Step: Hashable, Codable, Sendable {
    /// The name under which the step's moment is known to other steps and to the model.
    public var label: String
    /// When the step begins.
    public var trigger: Trigger
    /// What is done.
    public var action: Action
    /// How long the trigger and the action may take together.
    public var deadlineMilliseconds: Int

    /// A step; it follows the one before it unless a trigger says otherwise.
    public init(
        _ label: String, _ action: Action, when trigger: Trigger = .previous,
        deadlineMilliseconds: Int = 20_000
    ) {
        self.label = label
        self.trigger = trigger
        self.action = action
        self.deadlineMilliseconds = deadlineMilliseconds
    }
}

/// When a step begins.
public enum Trigger: Hashable, Codable, Sendable {
    /// When the actor's step before it is done.
    case previous
    /// When the step with that label, of whichever actor, is done, and so much later.
    case done(label: String, plusMilliseconds: Int)
    /// When the subject's capture has shown such a packet since the step with that label began.
    case packet(Awaited, since: String)

    /// A packet that a step can wait for.
    public enum Awaited: String, Codable, Sendable {
        /// The peer acknowledges everything and says that its window is shut.
        case windowShut
        /// The subject asks for a window update.
        case windowProbe
    }
}

/// What is done in a step. Sockets are the actor's own.
public enum Action: Hashable, Codable, Sendable {
    /// Listens; a receive buffer in bytes may be set before.
    case listen(receiveBufferBytes: Int?)
    /// Connects to the other actor's listener.
    case connect
    /// Connects to the other actor's listener from another port, and resets that connection: shows
    /// that packets pass and are captured, and leaves nothing.
    case rehearse
    /// Makes the socket that will connect, bound and not connected.
    case open
    /// Begins to connect that socket, without waiting.
    case startConnect
    /// Accepts one connection.
    case accept
    /// Sends that many bytes, blocking.
    case send(bytes: Int)
    /// Receives exactly that many bytes, blocking.
    case receive(bytes: Int)
    /// Sends without blocking until the kernel takes no more, at most that many bytes.
    case fill(bytes: Int)
    /// Waits until everything sent is acknowledged (SIOCOUTQ is 0).
    case awaitAcknowledged
    /// Waits until a connection can be accepted.
    case awaitReadable(SocketName)
    /// Sets an option to a 32-bit integer, of which so many bytes are handed over.
    case setOption(Option, on: SocketName, value: Int, lengthBytes: Int)
    /// Reads an option of four bytes.
    case getOption(Option, on: SocketName)
    /// From here on all that the actor's connection receives is dropped, after the capture.
    case dropReceived
    /// What the connection receives is delivered again.
    case deliverReceived
    /// From here on what the actor's connection receives in segments of more than that many bytes,
    /// header included, is dropped, after the capture: as a router does that says nothing.
    case dropLarge(bytes: Int)
    /// From here on the kernel encrypts what the actor's connection sends (TLS 1.2, a made-up key).
    case encrypt
    /// From here on all that the actor's listener receives is dropped, after the capture.
    case dropAtListener
    /// What the listener receives is delivered again.
    case deliverAtListener
    /// Removes the address at which the actor's connection ends.
    case removeAddress
    /// Gives that address back.
    case restoreAddress
    /// Sets how many orphans the kernel may have (net.ipv4.tcp_max_orphans), which is global to it.
    case limitOrphans(count: Int)
    /// Gives the subject a route to the peer with that least RTO.
    case limitRTO(milliseconds: Int)
    /// Makes that address the primary one of its network, and the subject's other a secondary one.
    case makeAddressPrimary
    /// Something goes wrong with the path of the actor's connection.
    case impair(Impairment)
    /// It is mended.
    case mend(Impairment)
    /// From here on the scripted peer answers each data segment and probe of the subject so; nil
    /// has it fall silent.
    case respond(Response?)
    /// The scripted peer sends such a packet, as if to the last that it saw.
    case inject(Response)
    /// Waits in that way until the connection's error is heard, at most that long.
    case awaitError(Waiter, milliseconds: Int)
    /// Reads the kernel's timer of the connection from /proc/net/tcp.
    case inspectTimer
    /// Closes the connection's descriptor. The kernel's witness is the table of sockets from then.
    case close
    /// Closes it where SO_LINGER has close(2) wait: when it returns is an event of the trial.
    case closeLingering
    /// Ends the direction of sending (shutdown(2), SHUT_WR).
    case shutdownWriting
    /// Waits until the kernel has forgotten the connection, at most that long.
    case awaitVanishing(milliseconds: Int)
    /// Goes on watching for so long.
    case watch(milliseconds: Int)
    /// One call on the connection, its result taken down.
    case call(Call)
}

extension Action {
    /// Whether the action is the wait for the connection's end: for its error, or for the kernel to
    /// forget it.
    public var isAwaitingEnd: Bool {
        switch self {
        case .awaitError, .awaitVanishing: true
        default: false
        }
    }

    /// How long the action waits or watches by itself at most, milliseconds.
    public var waitingMilliseconds: Int {
        switch self {
        case .awaitError(_, let milliseconds), .awaitVanishing(let milliseconds),
            .watch(let milliseconds):
            milliseconds
        default: 0
        }
    }
}

/// Which of an actor's sockets.
public enum SocketName: String, Hashable, Codable, Sendable {
    /// The socket that listens.
    case listener
    /// The connection.
    case connection
}

/// The socket options that scripts know.
public enum Option: String, Hashable, Codable, Sendable {
    /// TCP_USER_TIMEOUT, milliseconds (tcp(7)).
    case userTimeout = "TCP_USER_TIMEOUT"
    /// TCP_NODELAY (tcp(7)).
    case noDelay = "TCP_NODELAY"
    /// SO_SNDBUF, bytes (socket(7)).
    case sendBuffer = "SO_SNDBUF"
    /// SO_RCVBUF, bytes (socket(7)).
    case receiveBuffer = "SO_RCVBUF"
    /// SO_KEEPALIVE (socket(7)).
    case keepAlive = "SO_KEEPALIVE"
    /// TCP_KEEPIDLE, seconds (tcp(7)).
    case keepIdle = "TCP_KEEPIDLE"
    /// TCP_KEEPINTVL, seconds (tcp(7)).
    case keepInterval = "TCP_KEEPINTVL"
    /// TCP_KEEPCNT (tcp(7)).
    case keepCount = "TCP_KEEPCNT"
    /// TCP_SYNCNT (tcp(7)).
    case synCount = "TCP_SYNCNT"
    /// TCP_LINGER2, seconds (tcp(7)).
    case linger2 = "TCP_LINGER2"
    /// SO_LINGER, eight bytes: the low half says whether, the high half how many seconds
    /// (socket(7)).
    case linger = "SO_LINGER"
    /// TCP_CORK (tcp(7)).
    case cork = "TCP_CORK"
    /// TCP_DEFER_ACCEPT, seconds (tcp(7)).
    case deferAccept = "TCP_DEFER_ACCEPT"
    /// TCP_FASTOPEN_CONNECT (tcp(7)): the first write opens the connection, with its data.
    case fastOpenConnect = "TCP_FASTOPEN_CONNECT"
    /// TCP_FASTOPEN (tcp(7)): how many clients of a listener may send data with the SYN.
    case fastOpen = "TCP_FASTOPEN"
    /// TCP_THIN_LINEAR_TIMEOUTS (tcp(7)).
    case thinLinearTimeouts = "TCP_THIN_LINEAR_TIMEOUTS"
    /// IP_TRANSPARENT (ip(7)).
    case transparent = "IP_TRANSPARENT"
    /// IP_RECVERR (ip(7)).
    case receiveErrors = "IP_RECVERR"
    /// IPV6_RECVERR (ipv6(7)).
    case receiveErrors6 = "IPV6_RECVERR"
    /// TCP_RTO_MAX_MS, milliseconds (6.15 54a378f43425).
    case rtoMax = "TCP_RTO_MAX_MS"
    /// TCP_RTO_MIN_US, microseconds (6.15 f38805c5d26f).
    case rtoMin = "TCP_RTO_MIN_US"

    /// Whether kernels that are asked may not know it: they are then not applicable.
    public var isRecent: Bool { self == .rtoMax || self == .rtoMin }
}

/// How an application waits for its connection.
public enum Waiter: String, Hashable, Codable, Sendable, CaseIterable {
    /// Blocked in read(2).
    case read
    /// Blocked in write(2), the send buffer being full.
    case write
    /// poll(2) for input.
    case poll
    /// epoll(7), level-triggered.
    case epollLevel
    /// epoll(7), edge-triggered.
    case epollEdge
    /// epoll(7), reported once (EPOLLONESHOT).
    case epollOneShot
    /// select(2) for input.
    case select
    /// poll(2) for nothing: only errors and hang-ups are reported.
    case hangUp
    /// Blocked in connect(2), which it begins.
    case connect
}

/// A single call, after the error was heard.
public enum Call: String, Hashable, Codable, Sendable {
    /// getsockopt SO_ERROR.
    case takeError
    /// read(2) of one byte.
    case read
    /// write(2) of one byte, without SIGPIPE.
    case write
    /// poll(2) for input and output, not waiting.
    case poll
    /// epoll_wait(2) on the step's epoll instance, 100 ms at most.
    case epollWait
    /// EPOLL_CTL_MOD on it, which arms what is reported once.
    case epollArm
    /// getsockopt TCP_INFO; its value is the state, 7 being TCP_CLOSE.
    case info
}
