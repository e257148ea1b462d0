internal import Evidence
internal import Glibc
internal import LinuxNet
internal import Testbed

/// Frames in on fd 0, frames out on fd 1, or in a guest on a serial port. Used by one thread, but
/// for `exitAtEnd`'s own.
struct Channel {
    /// Where frames go.
    var output: CInt = 1

    /// Where they go as long as there is room: each is then only told of through `output`, by a
    /// byte that begins no frame.
    var memory: SharedMemory?

    private static let bell: [UInt8] = [0]

    /// The exit status when the one who asked is gone.
    static let abandoned: CInt = 3

    /// Sends a frame with a value.
    func send(_ kind: Frame.Kind, _ value: some Encodable) throws {
        try write(Frame(kind, of: value))
    }

    /// Sends a frame without payload.
    func send(_ kind: Frame.Kind) throws { try write(Frame(kind)) }

    /// Sends a frame; when nobody takes it any more, ends the process.
    func sendOrExit(_ kind: Frame.Kind, _ value: some Encodable) {
        orExit { try send(kind, value) }
    }

    /// Sends an observation with its packets; when nobody takes it any more, ends the process.
    func sendOrExit(_ request: Int, _ observation: Observation) {
        orExit {
            try write(
                Frame(.observation, try ObservationPayload.encode(request: request, observation)))
        }
    }

    func orExit(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            Perform.complain("cannot report: \(error)")
            _exit(Self.abandoned)
        }
    }

    /// Waits for the plan; nil if the one who asked goes away without having sent a byte.
    func receivePlan() throws -> Plan? { try receivePayload().map(Self.plan) }

    /// Waits for a plan, whatever kind of plan it is.
    func receivePayload() throws -> [UInt8]? {
        var parser = FrameParser()
        while true {
            if let frame = try parser.next() {
                guard frame.kind == .plan else {
                    throw Refused("a plan was expected, not a frame of kind \(frame.kind)")
                }
                return frame.payload
            }
            let bytes = try Self.read()
            guard !bytes.isEmpty else {
                if parser.pendingBytes == 0 { return nil }
                throw Refused("the plan ends after \(parser.pendingBytes) bytes")
            }
            parser.append(bytes)
        }
    }

    /// The plan in these bytes.
    static func plan(_ bytes: [UInt8]) throws -> Plan {
        do {
            return try Compact.decode(Plan.self, from: bytes)
        } catch {
            throw Refused("the plan cannot be read: \(error)")
        }
    }

    /// Ends the process as soon as fd 0 ends: nobody wants the observations any more, and the
    /// namespaces go with it.
    func exitAtEnd(after abandon: @escaping @Sendable () -> Void) throws {
        _ = try WorkerThread(name: "input") {
            while let bytes = try? Self.read(), !bytes.isEmpty {}
            abandon()
            _exit(Self.abandoned)
        }
    }

    private static func read() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(0, &bytes, bytes.count)
            if count >= 0 { return Array(bytes.prefix(count)) }
            if errno != EINTR { throw Refused("fd 0 cannot be read: errno \(errno)") }
        }
    }

    func write(_ frame: Frame) throws { try write(bytes: frame.encoded[...]) }

    /// Sends bytes as they are.
    func write(bytes: ArraySlice<UInt8>) throws {
        let isShared = memory?.append(bytes) ?? false
        try writeOut(isShared ? Self.bell[...] : bytes)
    }

    private func writeOut(_ bytes: ArraySlice<UInt8>) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.dropFirst(sent).withUnsafeBytes {
                Glibc.write(output, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                sent += count
            } else if errno != EINTR {
                throw Refused("fd \(output) cannot be written: errno \(errno)")
            }
        }
    }
}
