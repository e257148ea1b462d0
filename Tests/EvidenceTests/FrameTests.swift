import Behaviours
import Evidence
import Support
import XCTest

/// The frames between the one who asks and the performer.
final class FrameTests: XCTestCase {
    private func parsed(_ bytes: [UInt8], inPiecesOf size: Int) throws -> [Frame] {
        var parser = FrameParser()
        var frames: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            parser.append(bytes[start..<min(start + size, bytes.count)])
            while let frame = try parser.next() { frames.append(frame) }
        }
        XCTAssertEqual(parser.pendingBytes, 0)
        return frames
    }

    func testFramesComeBackHoweverTheStreamIsCut() throws {
        let frames = [
            Frame(.greeting, Array("{}".utf8)), Frame(.done), Frame(.observation, [0, 1, 2, 255]),
        ]
        let bytes = frames.flatMap(\.encoded)

        for size in [1, 2, 15, 16, 17, 1000] {
            XCTAssertEqual(try parsed(bytes, inPiecesOf: size), frames)
        }
    }

    func testEveryChangedBitIsNoticedOrLeavesTheFrameIncomplete() {
        let bytes = Frame(.observation, Array("evidence".utf8)).encoded
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            // The three zero bytes are for later versions, and the kind is told by its value.
            guard !(4..<8).contains(bit / 8) else { continue }
            var parser = FrameParser()
            parser.append(changed)

            XCTAssertNil(try? parser.next(), "bit \(bit)")
        }
    }

    func testAFrameThatClaimsTooMuchIsRefusedBeforeItArrives() {
        var bytes = Frame(.plan, []).encoded
        bytes.replaceSubrange(8..<12, with: [0, 0, 0, 0xf0])
        var parser = FrameParser()
        parser.append(bytes)

        XCTAssertThrowsError(try parser.next()) {
            XCTAssertEqual($0 as? FrameError, .tooLong(0xf000_0000, offset: 0))
        }
    }

    func testWhatIsNoFrameIsNamedByItsPlaceInTheStream() throws {
        var parser = FrameParser()
        let good = Frame(.done).encoded
        parser.append(good + Array("plain text, no frame".utf8))

        XCTAssertEqual(try parser.next(), Frame(.done))
        XCTAssertThrowsError(try parser.next()) {
            XCTAssertEqual("\($0)", "byte \(good.count) of the stream does not begin a frame")
        }
    }
}

/// Observations on their way from the performer.
final class ObservationPayloadTests: XCTestCase {
    private func observation() throws -> Observation {
        let behaviour = try XCTUnwrap(Catalogue.behaviour("blackhole.established"))
        let parameters = try XCTUnwrap(behaviour.cases.first)
        let variant = try XCTUnwrap(behaviour.variants(for: parameters).first)
        return try SyntheticObservation.make(behaviour, variant, parameters, seed: 1)
    }

    func testAllButTheScriptArrives() throws {
        let sent = try observation()

        let payload = try ObservationPayload.encode(request: 7, sent)

        var (request, arrived) = try XCTUnwrap(ObservationPayload.decode(payload))
        XCTAssertEqual(request, 7)
        XCTAssertNotEqual(arrived, sent)
        arrived.script = sent.script
        XCTAssertEqual(arrived, sent)
        XCTAssertGreaterThan(arrived.captures.map(\.packets.count).reduce(0, +), 0)
    }

    func testAPayloadThatIsCutAnywhereIsRefusedWhole() throws {
        let payload = try ObservationPayload.encode(request: 0, try observation())

        for length in stride(from: 0, to: payload.count, by: 7) {
            let whole = try? ObservationPayload.decode(Array(payload.prefix(length)))
            XCTAssertNil(whole ?? nil, "\(length) of \(payload.count) bytes")
        }
        XCTAssertNil(try ObservationPayload.decode(payload + [0]))
    }
}
