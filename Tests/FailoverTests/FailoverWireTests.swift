import Behaviours
import Evidence
import Judge
import KernelTimers
import Wire
import XCTest

/// What the interfaces saw counts before what programs wrote down, in observations and captures
/// that are made up.
final class FailoverWireTests: XCTestCase {
    private static let zero: Int64 = 1_700_000_000_000_000_000
    private let proxy = Endpoint("10.77.0.11:5000")
    private let broker = Endpoint("10.77.0.20:5672")

    /// One connection's packets, at one interface.
    private struct Tape {
        var proxy: Endpoint
        var broker: Endpoint
        var packets: [PacketRecord] = []
        private var sent: [Endpoint: UInt32] = [:]

        init(_ proxy: Endpoint, _ broker: Endpoint) throws {
            (self.proxy, self.broker) = (proxy, broker)
            try add(-3, from: proxy, .syn)
            try add(-3, from: broker, [.syn, .ack])
        }

        /// A segment with so much payload, which acknowledges all that came, or all but the last.
        mutating func add(
            _ at: Double, from source: Endpoint, _ flags: TCPFlags = .ack, payload: Int = 0,
            acknowledging: UInt32? = nil
        ) throws {
            let target = source == proxy ? broker : proxy
            let next = sent[source] ?? 1000
            let segment = TCPSegment(
                sourcePort: source.port, destinationPort: target.port,
                sequence: SequenceNumber(next),
                acknowledgment: SequenceNumber(acknowledging ?? sent[target] ?? 0), flags: flags,
                window: 500, payload: [UInt8](repeating: 7, count: payload))
            sent[source] = next + UInt32(segment.sequenceLength)
            let bytes = try PacketBuilder().tcp(
                segment, from: source.address, to: target.address)
            packets.append(
                PacketRecord(
                    realtimeNanoseconds: FailoverWireTests.zero + Int64(at * 1e9), bytes: bytes,
                    originalLength: bytes.count))
        }

        func capture(_ node: FailoverNode, _ interface: String) -> FailoverCapture {
            var capture = FailoverCapture(node: node, interface: interface, linkType: 1)
            capture.packets = packets
            capture.count = packets.count
            return capture
        }
    }

    private func blank(_ event: String, _ protection: String) throws -> FailoverObservation {
        let cell = try XCTUnwrap(
            FailoverCatalogue.cells(
                FailoverCatalogue.protections().filter { $0.id == protection },
                FailoverCatalogue.events.filter { $0.id == event }, backend: .rabbitmq
            ).first)
        var observation = FailoverObservation(cell: cell, hz: 250, processors: 1)
        observation.zeroRealtimeNanoseconds = Self.zero
        observation.end = Moment(nanoseconds: 24_000_000_000)
        note(-3, "broker", .socket, "10.77.0.20:5672 10.77.0.11:5000 ESTAB", in: &observation)
        note(-2, "worker", .connected, "worker-1 10.77.0.10:4000", in: &observation)
        note(-2, "broker", .subscribed, "worker-1 10.77.0.11:5000", in: &observation)
        note(-1, "inner", .published, "inner-1", message: 1, in: &observation)
        note(-0.99, "worker", .received, "worker-1", message: 1, in: &observation)
        return observation
    }

    private func note(
        _ at: Double, _ who: String, _ what: FailoverEntry.What, _ detail: String = "",
        message: Int? = nil, in observation: inout FailoverObservation
    ) {
        observation.entries.append(
            FailoverEntry(
                at: Moment(nanoseconds: Int64((at * 1e9).rounded())), who: who, what: what,
                message: message, detail: detail))
    }

    private func check(
        _ observation: FailoverObservation, _ words: String
    ) throws -> FailoverFinding.Check {
        let finding = FailoverJudge.judge(observation)
        return try XCTUnwrap(
            finding.checks.first { $0.what.contains(words) }, "\(words): \(finding)")
    }

    /// A broker that stood still publishes at 0.1 s what reaches the proxy at 0.9 s.
    func testTheClockStartsWhenTheMessageReachesTheProxyAndNotWhenItWasPublished() throws {
        let (proxy, broker) = (try XCTUnwrap(proxy), try XCTUnwrap(broker))
        var tape = try Tape(proxy, broker)
        try tape.add(-1, from: broker, [.ack, .psh], payload: 100)
        try tape.add(-0.99, from: proxy, [.ack, .psh], payload: 20)
        try tape.add(0.9, from: broker, [.ack, .psh], payload: 100)
        var observation = try blank("move", "tcp-ut")
        note(0, "lab", .step, "the address moves from c1 to c2", in: &observation)
        note(0, "c1", .addressRemoved, "10.77.0.100", in: &observation)
        note(0.1, "inner", .published, "inner-1", message: 2, in: &observation)
        for (end, isMet) in [(5.45, false), (6.2, true)] {
            var ended = observation
            note(
                end, "c1.haproxy", .proxyEnded, "end client=10.77.0.10:4000 state=CD ms=1",
                in: &ended)
            note(end, "broker", .unsubscribed, "worker-1 over", in: &ended)
            note(end, "worker", .received, "worker-2 redelivered", message: 2, in: &ended)
            var blind = FailoverCapture(node: .c1, interface: "eth0", linkType: 1)
            blind.count = 1

            ended.captures = [tape.capture(.c1, "eth0")]
            XCTAssertEqual(try check(ended, "the proxy ends").isMet, isMet, "\(end)")
            ended.captures = [blind]
            XCTAssertEqual(try check(ended, "the proxy ends").isMet, !isMet, "\(end)")
            // A capture that had no room for all says nothing of what was not kept.
            ended.captures = [tape.capture(.c1, "eth0")]
            ended.captures[0].cut = 1
            XCTAssertEqual(try check(ended, "the proxy ends").isMet, !isMet, "\(end)")
        }
    }

    func testTheBrokersClockStartsWithTheFirstDataThatNobodyAcknowledged() throws {
        let (proxy, broker) = (try XCTUnwrap(proxy), try XCTUnwrap(broker))
        var tape = try Tape(proxy, broker)
        try tape.add(-1, from: broker, [.ack, .psh], payload: 100)
        try tape.add(-0.99, from: proxy)
        try tape.add(0.001, from: broker, [.ack, .psh], payload: 100)
        try tape.add(0.002, from: proxy)
        try tape.add(1.5, from: broker, [.ack, .psh], payload: 100)
        var observation = try blank("power", "nothing")
        note(0, "lab", .step, "c1 is cut off", in: &observation)
        note(0.003, "lab", .stepped, "c1 is cut off", in: &observation)
        note(0.001, "inner", .published, "inner-1", message: 2, in: &observation)
        note(1.5, "inner", .published, "inner-1", message: 3, in: &observation)
        observation.captures = [tape.capture(.broker, "cell0")]
        // 12.6 s of tcp_retries2=5, from the first RTO on: 0.2 s after 1.5 s, not after 0.001 s.
        for (end, isMet) in [(12.9, false), (14.4, true)] {
            var ended = observation
            note(end, "broker", .unsubscribed, "worker-1 over", in: &ended)
            note(end, "worker", .received, "worker-2 redelivered", message: 2, in: &ended)

            let check = try check(ended, "the broker ends")

            XCTAssertEqual(check.isMet, isMet, "\(end): \(check)")
        }
    }
}
