import Foundation
import Wire
import XCTest

final class IPAddressTests: XCTestCase {
    func testCanonicalTextFollowsRFC5952() {
        let examples = [
            // Section 4: leading zeros, "::" for the longest run, the first of two, lower case.
            "2001:0db8::0001": "2001:db8::1",
            "2001:db8:0:0:0:0:2:1": "2001:db8::2:1",
            "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
            "2001:0:0:1:0:0:0:1": "2001:0:0:1::1",
            "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
            "2001:DB8::A": "2001:db8::a",
            // Section 5, and what must not be mistaken for it.
            "::ffff:192.0.2.1": "::ffff:192.0.2.1",
            "::FFFF:c000:201": "::ffff:192.0.2.1",
            "::192.0.2.1": "::c000:201",
            "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
            "::": "::",
            "::1": "::1",
            "1::": "1::",
            "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
            "::2:3:4:5:6:7:8": "0:2:3:4:5:6:7:8",
            "fe80::1:0:0": "fe80::1:0:0",
            "0.0.0.0": "0.0.0.0",
            "255.255.255.255": "255.255.255.255",
            "10.9.0.1": "10.9.0.1",
        ]
        for (text, canonical) in examples {
            XCTAssertEqual(IPAddress(text)?.description, canonical, text)
        }
    }

    func testWhatIsNoAddressIsRefused() {
        let texts = [
            "", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ",
            "1..3.4", "+1.2.3.4", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::",
            "::g", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", ":1::", "1:", "fe80::1%eth0",
            "::1/128", "1.2.3.4::", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "0x1.2.3.4", "１.2.3.4",
            "::1.2.3.4:5", String(repeating: "0", count: 5000), "1:2:3:4::5:6:7:8",
        ]
        for text in texts { XCTAssertNil(IPAddress(text), text) }
    }

    func testTextAndOctetsRoundTrip() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            var octets = generator.bytes(generator.chance() ? 4 : 16)
            for index in octets.indices where generator.chance() || index < 4 { octets[index] = 0 }
            let address = IPAddress(octets: octets)
            XCTAssertEqual(address?.octets, octets)
            XCTAssertEqual(address.flatMap { IPAddress($0.description) }, address)
        }
        XCTAssertNil(IPAddress(octets: [1, 2, 3]))
    }

    func testAddressesSortByFamilyThenByOctets() {
        let texts = ["::2", "10.0.0.2", "1::", "10.0.0.1", "::1"]
        let sorted = texts.compactMap { IPAddress($0) }.sorted().map(\.description)

        XCTAssertEqual(sorted, ["10.0.0.1", "10.0.0.2", "::1", "::2", "1::"])
    }

    func testEndpointsReadAndPrintWithBracketsAroundIPv6() {
        XCTAssertEqual(Endpoint("10.9.0.1:5000")?.description, "10.9.0.1:5000")
        XCTAssertEqual(Endpoint("[fd00::1]:80")?.description, "[fd00::1]:80")
        for text in [
            "10.9.0.1", "10.9.0.1:", "10.9.0.1:65536", "10.9.0.1:-1", "fd00::1:80", "[fd00::1]",
            "[10.9.0.1]:80", "[]:80", ":80", "10.9.0.1:080",
        ] {
            XCTAssertNil(Endpoint(text), text)
        }
    }

    func testAddressesAndEndpointsAreCodedAsText() throws {
        let flow = Flow(
            subject: Endpoint(address: .v4(0x0A09_0001), port: 40000),
            peer: Endpoint(address: .v6(high: 0, low: 1), port: 5000))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]

        let data = try encoder.encode(flow)

        XCTAssertEqual(
            String(decoding: data, as: UTF8.self),
            #"{"peer":"[::1]:5000","subject":"10.9.0.1:40000"}"#)
        XCTAssertEqual(try JSONDecoder().decode(Flow.self, from: data), flow)
        XCTAssertThrowsError(try JSONDecoder().decode([IPAddress].self, from: Data(#"["x"]"#.utf8)))
        XCTAssertThrowsError(try JSONDecoder().decode([Endpoint].self, from: Data(#"["x"]"#.utf8)))
    }
}
