internal import Evidence
internal import KernelTimers
internal import LinuxNet
internal import SystemPackage
internal import Wire

/// The application's witness: waiting for the error, and single calls.
extension LaneRun {
    func awaitError(_ waiter: Waiter, milliseconds: Int) throws {
        switch trial.time {
        case .real: Rank.witness.take(in: .real)
        case .virtual: _ = CurrentThread.raisePriority()
        }
        let until = MonotonicClock.nowNanoseconds() + Int64(milliseconds) * 1_000_000
        switch waiter {
        case .read: try awaitInRead(until: until)
        case .write: try awaitInWrite(until: until)
        case .poll: try awaitInPoll([.input, .readHangUp, .priority], until: until)
        case .hangUp: try awaitInPoll([], until: until)
        case .select: try awaitInSelect(until: until)
        case .epollLevel: try awaitInEpoll([], until: until)
        case .epollEdge: try awaitInEpoll(.edgeTriggered, until: until)
        case .epollOneShot: try awaitInEpoll(.oneShot, until: until)
        case .connect: try awaitInConnect(until: until)
        }
        // What shutting the sockets of a cancelled trial down returned is no evidence.
        if trial.board.failure != nil { throw LaneError.cancelled }
    }

    /// connect(2), which waits for as long as SO_SNDTIMEO allows, and then says EINPROGRESS.
    private func awaitInConnect(until: Int64) throws {
        let socket = try socket(.connection)
        let target = target
        let left = until - MonotonicClock.nowNanoseconds()
        try socket.setTimeout(.sendTimeout, nanoseconds: left)
        record("connect", isBlocking: true) { () throws(LinuxError) in
            try socket.connect(to: target)
        }
        try socket.clearTimeout(.sendTimeout)
    }

    /// read(2), again while it returns data: until an error, the end of the stream or the timeout.
    private func awaitInRead(until: Int64) throws {
        let socket = try socket(.connection)
        while true {
            let left = until - MonotonicClock.nowNanoseconds()
            try socket.setTimeout(.receiveTimeout, nanoseconds: left)
            let outcome = record("read", isBlocking: true) { () throws(LinuxError) in
                try socket.read(upTo: 4096).count
            } complete: { count, call in
                call.result = count
            }
            if left <= 0 { break }
            guard case .success(let count) = outcome, count > 0 else { break }
        }
        try socket.clearTimeout(.receiveTimeout)
    }

    /// write(2) until it fails. Only that call is kept, with the bytes that went before it.
    private func awaitInWrite(until: Int64) throws {
        let socket = try socket(.connection)
        let chunk = [UInt8](repeating: UInt8(ascii: "w"), count: 4096)
        var written = 0
        while true {
            let left = until - MonotonicClock.nowNanoseconds()
            try socket.setTimeout(.sendTimeout, nanoseconds: left)
            let before = calls.count
            let outcome = record("write", isBlocking: true) { () throws(LinuxError) in
                try socket.send(chunk)
            } complete: { count, call in
                call.result = count
            }
            calls[before].value = written
            guard case .success(let count) = outcome, left > 0 else { break }
            written += count
            calls.removeLast()
        }
        try socket.clearTimeout(.sendTimeout)
    }

    private func awaitInPoll(_ events: PollEvents, until: Int64) throws {
        let descriptor = try socket(.connection).descriptor
        record("poll", isBlocking: true) { () throws(LinuxError) in
            try Poll.wait(for: events, on: descriptor, until: until)
        } complete: { events, call in
            call.result = events.isEmpty ? 0 : 1
            call.events = events.names(prefix: "POLL")
        }
    }

    private func awaitInSelect(until: Int64) throws {
        let descriptor = try socket(.connection).descriptor
        record("select", isBlocking: true) { () throws(LinuxError) in
            try Poll.select(descriptor, until: until)
        } complete: { sets, call in
            call.result = sets.count
            call.events = sets.map(\.rawValue)
        }
    }

    private func awaitInEpoll(_ trigger: PollEvents, until: Int64) throws {
        let poll = try EventPoll()
        let descriptor = try socket(.connection).descriptor
        try poll.add(descriptor, for: [.input, .readHangUp, trigger], token: 1)
        waitedOn = poll
        recordEpollWait(poll, isBlocking: true, until: until)
    }

    private func recordEpollWait(_ poll: EventPoll, isBlocking: Bool, until: Int64) {
        let left = max(0, until - MonotonicClock.nowNanoseconds())
        record("epoll_wait", isBlocking: isBlocking) { () throws(LinuxError) in
            try poll.wait(timeoutMilliseconds: Int((left + 999_999) / 1_000_000))
        } complete: { events, call in
            call.result = events.count
            call.events = events.first?.events.names(prefix: "EPOLL") ?? []
        }
    }

    /// Reads the kernel's timer of the subject's connection from the table of sockets.
    func inspectTimer() throws {
        let outcome = record("timer") { () throws(LinuxError) -> KernelSample.Timer? in
            guard let found = try self.trial.findInTable() else {
                throw LinuxError(operation: "find the connection", errno: .noSuchFileOrDirectory)
            }
            return KernelSample.Timer(found.timer)
        } complete: { timer, call in
            call.events = timer.map { [$0.rawValue] } ?? ["unknown"]
        }
        if case .success(let timer) = outcome { trial.sample(timer: timer) }
    }

    /// One call, its result taken down.
    func make(_ call: Call) throws {
        let socket = try socket(.connection)
        switch call {
        case .takeError:
            record("SO_ERROR") { () throws(LinuxError) in
                try socket.takeError()
            } complete: { errno, call in
                call.value = Int(errno?.rawValue ?? 0)
                call.errno = errno.map { SocketError($0) }
            }
        case .read:
            // On a dead connection calls return at once; on a live one they must not hang.
            try socket.setTimeout(.receiveTimeout, nanoseconds: 1_000_000_000)
            record("read") { () throws(LinuxError) in
                try socket.read(upTo: 1).count
            } complete: { count, call in
                call.result = count
            }
            try socket.clearTimeout(.receiveTimeout)
        case .write:
            try socket.setTimeout(.sendTimeout, nanoseconds: 1_000_000_000)
            record("write") { () throws(LinuxError) in
                try socket.send([UInt8(ascii: "c")])
            } complete: { count, call in
                call.result = count
            }
            try socket.clearTimeout(.sendTimeout)
        case .poll:
            record("poll") { () throws(LinuxError) in
                try Poll.wait(
                    for: [.input, .output, .readHangUp], on: socket.descriptor, until: 0)
            } complete: { events, call in
                call.result = events.isEmpty ? 0 : 1
                call.events = events.names(prefix: "POLL")
            }
        case .info:
            record("TCP_INFO") { () throws(LinuxError) in
                try socket.info()
            } complete: { info, call in
                call.value = Int(info.state.number)
            }
        case .epollArm:
            guard let waitedOn else {
                throw LaneError.testbed("the \(actor) has no epoll instance yet")
            }
            record("epoll_ctl") { () throws(LinuxError) in
                try waitedOn.modify(
                    socket.descriptor, for: [.input, .readHangUp, .oneShot], token: 1)
            }
        case .epollWait:
            guard let waitedOn else {
                throw LaneError.testbed("the \(actor) has no epoll instance yet")
            }
            let until = MonotonicClock.nowNanoseconds() + 100_000_000
            recordEpollWait(waitedOn, isBlocking: false, until: until)
        }
    }
}
