internal import CLinux
internal import Glibc
internal import SystemPackage

/// What can happen to a descriptor, for poll(2) and epoll(7), whose first bits agree.
public struct PollEvents: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// The bits, as the kernel has them.
    public let rawValue: UInt32

    /// Creates a set from bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// POLLIN: something can be read, be it the end or an error.
    public static let input = PollEvents(rawValue: 0x001)
    /// POLLPRI: urgent data.
    public static let priority = PollEvents(rawValue: 0x002)
    /// POLLOUT: something can be written, or would fail at once.
    public static let output = PollEvents(rawValue: 0x004)
    /// POLLERR: an error is pending. Always reported.
    public static let error = PollEvents(rawValue: 0x008)
    /// POLLHUP: both directions have ended. Always reported.
    public static let hangUp = PollEvents(rawValue: 0x010)
    /// POLLNVAL: not an open descriptor. Reported by poll(2) only.
    public static let invalid = PollEvents(rawValue: 0x020)
    /// POLLRDHUP: the other end won't send any more.
    public static let readHangUp = PollEvents(rawValue: 0x2000)
    /// EPOLLONESHOT: reported once, until modified.
    public static let oneShot = PollEvents(rawValue: 1 << 30)
    /// EPOLLET: reported when it happens, not while it lasts.
    public static let edgeTriggered = PollEvents(rawValue: 1 << 31)

    private static let names: [(PollEvents, String)] = [
        (.input, "IN"), (.priority, "PRI"), (.output, "OUT"), (.error, "ERR"), (.hangUp, "HUP"),
        (.invalid, "NVAL"), (.readHangUp, "RDHUP"), (.oneShot, "ONESHOT"), (.edgeTriggered, "ET"),
    ]

    /// "IN|ERR|HUP", or "none"; bits without a name as one hexadecimal number.
    public var description: String {
        var rest = self
        var parts = Self.names.compactMap { rest.remove($0.0) == nil ? nil : $0.1 }
        if !rest.isEmpty { parts.append("0x" + String(rest.rawValue, radix: 16)) }
        return parts.isEmpty ? "none" : parts.joined(separator: "|")
    }
}

/// Waiting for one or a few descriptors.
public enum Poll {
    /// Waits until something happens to `descriptor`, or until `deadline`.
    ///
    /// The corresponding C function is `ppoll`, made again with the time left when a signal
    /// interrupts it.
    /// - Parameter deadline: a moment of ``MonotonicClock``, in nanoseconds; nil waits for ever.
    /// - Returns: what happened; empty when the deadline has passed.
    /// - Throws: EBADF for a descriptor that was closed.
    public static func wait(
        for events: PollEvents, on descriptor: Descriptor, until deadline: Int64?
    ) throws(LinuxError) -> PollEvents {
        try wait([(descriptor, events)], until: deadline).first ?? []
    }

    /// Waits until something happens to any of the descriptors, or until `deadline`.
    ///
    /// - Returns: what happened to each, in the same order.
    public static func wait(
        _ entries: [(descriptor: Descriptor, events: PollEvents)], until deadline: Int64?
    ) throws(LinuxError) -> [PollEvents] {
        // poll(2) ignores negative numbers, and would wait for ever on a closed descriptor.
        guard entries.allSatisfy({ $0.descriptor.rawValue >= 0 }) else {
            throw LinuxError(operation: "poll a closed descriptor", errno: .badFileDescriptor)
        }
        var polled = entries.map {
            pollfd(
                fd: $0.descriptor.rawValue,
                events: Int16(truncatingIfNeeded: $0.events.rawValue & 0xffff), revents: 0)
        }
        let deadline = deadline.map { max($0, 0) } ?? -1
        try check(clinux_poll(&polled, UInt32(polled.count), deadline), "poll")
        return withExtendedLifetime(entries) {
            polled.map { PollEvents(rawValue: UInt32(UInt16(bitPattern: $0.revents))) }
        }
    }
}

extension Poll {
    /// The sets in which select(2) reports a descriptor.
    public enum Set: String, Sendable {
        /// Something can be read, be it the end or an error.
        case input = "READ"
        /// Urgent data.
        case exception = "EXCEPT"
    }

    /// Waits for input or an exception in select(2), or until `deadline`.
    ///
    /// The corresponding C function is `pselect`, with sets that are as large as the descriptor's
    /// number wants.
    /// - Returns: in which sets it was reported; none when the deadline has passed.
    public static func select(
        _ descriptor: Descriptor, until deadline: Int64
    ) throws(LinuxError) -> [Set] {
        let number = descriptor.rawValue
        let bits = try check(clinux_select(number, max(0, deadline)), "select fd \(number)")
        return withExtendedLifetime(descriptor) {
            (bits & 1 != 0 ? [.input] : []) + (bits & 2 != 0 ? [.exception] : [])
        }
    }
}

/// A set of descriptors that are watched together.
///
/// The corresponding C functions are `epoll_create1`, `epoll_ctl` and `epoll_wait`.
public final class EventPoll: Sendable {
    /// What happened to one descriptor.
    public struct Event: Hashable, Sendable {
        /// The number with which it was added.
        public let token: UInt64
        /// What happened.
        public let events: PollEvents
    }

    /// The set's own descriptor, which is readable while events wait.
    public let descriptor: Descriptor

    /// Makes an empty set.
    public init() throws(LinuxError) {
        descriptor = Descriptor(owning: try check(clinux_epoll_create(), "epoll_create1"))
    }

    /// Watches a descriptor. `token` comes back with its events. Closing it ends the watching.
    public func add(
        _ watched: Descriptor, for events: PollEvents, token: UInt64
    ) throws(LinuxError) {
        let number = watched.rawValue
        let result = descriptor.withRawValue {
            clinux_epoll_add($0, number, events.rawValue, token)
        }
        try check(result, "epoll_ctl add fd \(number)")
    }

    /// Changes what is watched for, and arms a descriptor again that was added with `oneShot`.
    public func modify(
        _ watched: Descriptor, for events: PollEvents, token: UInt64
    ) throws(LinuxError) {
        let number = watched.rawValue
        let result = descriptor.withRawValue {
            clinux_epoll_modify($0, number, events.rawValue, token)
        }
        try check(result, "epoll_ctl modify fd \(number)")
    }

    /// No longer watches a descriptor.
    public func remove(_ watched: Descriptor) throws(LinuxError) {
        let number = watched.rawValue
        let result = descriptor.withRawValue { clinux_epoll_remove($0, number) }
        try check(result, "epoll_ctl remove fd \(number)")
    }

    /// Waits for events, and returns at most 64 of them; none when the time is over.
    ///
    /// - Parameter timeoutMilliseconds: 0 only looks; nil waits for ever.
    public func wait(timeoutMilliseconds: Int?) throws(LinuxError) -> [Event] {
        var tokens = [UInt64](repeating: 0, count: 64)
        var events = [UInt32](repeating: 0, count: 64)
        let timeout = timeoutMilliseconds.map { CInt(clamping: max($0, 0)) } ?? -1
        let result = descriptor.withRawValue {
            clinux_epoll_wait($0, &tokens, &events, 64, timeout)
        }
        let count = Int(try check(result, "epoll_wait"))
        return (0..<count).map {
            Event(token: tokens[$0], events: PollEvents(rawValue: events[$0]))
        }
    }
}

/// A counter that wakes who waits for it, in any thread: readable while it isn't 0.
///
/// The corresponding C function is `eventfd`.
public final class EventDescriptor: Sendable {
    /// What to wait on.
    public let descriptor: Descriptor

    /// Makes a counter of 0.
    public init() throws(LinuxError) {
        descriptor = Descriptor(owning: try check(clinux_eventfd(), "eventfd"))
    }

    /// Adds 1.
    public func signal() throws(LinuxError) {
        var one: UInt64 = 1
        try check(descriptor.withRawValue { clinux_write($0, &one, 8) }, "signal an eventfd")
    }

    /// Takes the count and leaves 0. Never waits.
    public func take() throws(LinuxError) -> UInt64 {
        try readCount(descriptor, "read an eventfd")
    }
}

/// A timer that is readable once it has expired.
///
/// The corresponding C functions are `timerfd_create` and `timerfd_settime` with `CLOCK_MONOTONIC`.
public final class TimerDescriptor: Sendable {
    /// What to wait on.
    public let descriptor: Descriptor

    /// Makes a timer that is not armed.
    public init() throws(LinuxError) {
        descriptor = Descriptor(owning: try check(clinux_timerfd(), "timerfd_create"))
    }

    /// Arms it for a moment of ``MonotonicClock`` (a past one expires at once), and then for each
    /// interval after it.
    public func arm(
        atNanoseconds moment: Int64, everyNanoseconds interval: Int64 = 0
    ) throws(LinuxError) {
        // Zero would disarm it.
        let result = descriptor.withRawValue { clinux_timerfd_set($0, max(moment, 1), interval) }
        try check(result, "timerfd_settime")
    }

    /// Disarms it.
    public func disarm() throws(LinuxError) {
        try check(descriptor.withRawValue { clinux_timerfd_set($0, 0, 0) }, "timerfd_settime")
    }

    /// How often it has expired since this was asked last. Never waits.
    public func takeExpirations() throws(LinuxError) -> UInt64 {
        try readCount(descriptor, "read a timerfd")
    }
}

/// Reads the eight bytes of an eventfd or timerfd, or 0 when there are none yet.
private func readCount(
    _ descriptor: Descriptor, _ operation: String
) throws(LinuxError) -> UInt64 {
    var count: UInt64 = 0
    do throws(LinuxError) {
        try check(descriptor.withRawValue { clinux_read($0, &count, 8) }, operation)
    } catch let error where error.errno == .resourceTemporarilyUnavailable {
        return 0
    }
    return count
}
