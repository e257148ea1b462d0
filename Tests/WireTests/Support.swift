import XCTest

@testable import Wire

/// A seeded generator (SplitMix64), so that a failure repeats.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    mutating func text(upTo count: Int) -> String {
        let letters = Array("abc XYZ 012 äß€ 日本 🙂 \"\\\n")
        return String(
            (0..<Int.random(in: 0...count, using: &self)).map { _ in
                letters.randomElement(using: &self) ?? "?"
            })
    }

    mutating func chance() -> Bool { Bool.random(using: &self) }

    mutating func uint64() -> UInt64 { next() }
}

/// The octets of hexadecimal text, blanks ignored.
func octets(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}

/// Expects a ``WireError`` and returns it.
@discardableResult
func wireError<T>(
    _ body: @autoclosure () throws -> T, file: StaticString = #filePath, line: UInt = #line
) -> WireError? {
    do {
        let value = try body()
        XCTFail("no error but \(value)", file: file, line: line)
        return nil
    } catch let error as WireError {
        let text = error.description
        XCTAssertFalse(text.isEmpty || text.contains("\n"), text, file: file, line: line)
        return error
    } catch {
        XCTFail("\(error) is no WireError", file: file, line: line)
        return nil
    }
}

/// Addresses and segments that several tests use.
enum Sample {
    static let subject = IPAddress.v4(0x0A09_0001)
    static let peer = IPAddress.v4(0x0A09_0002)
    static let subject6 = IPAddress.v6(high: 0xFD00_0009_0000_0000, low: 1)
    static let peer6 = IPAddress.v6(high: 0xFD00_0009_0000_0000, low: 2)

    static let data = TCPSegment(
        sourcePort: 40000, destinationPort: 5000, sequence: SequenceNumber(1000),
        acknowledgment: SequenceNumber(2000), flags: [.psh, .ack], window: 501,
        payload: Array("hello".utf8))

    static let allOptions = TCPSegment(
        sourcePort: 40000, destinationPort: 5000, sequence: SequenceNumber(7), flags: .syn,
        options: [
            .maximumSegmentSize(1460), .selectiveAcknowledgmentPermitted,
            .timestamps(value: 1, echoReply: 2), .windowScale(7),
            .userTimeout(UserTimeoutOption(value: 5, isInMinutes: true)),
            .selectiveAcknowledgment([
                SACKBlock(left: SequenceNumber(3), right: SequenceNumber(4))
            ]),
            .unknown(kind: 254, data: [0xF9]),
        ])
}
