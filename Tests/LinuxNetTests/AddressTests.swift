import XCTest

@testable import LinuxNet

final class AddressTests: XCTestCase {
    func testAddressesAreReadAndWrittenAsText() {
        for text in ["0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::a:1"] {
            XCTAssertEqual(InternetAddress(text)?.description, text)
        }
    }

    func testWhatIsNoAddressIsRefused() {
        for text in ["", "1", "1.2.3", "256.1.1.1", "1.2.3.4 ", "host", "fe80::1%2", "::1::", ":"] {
            XCTAssertNil(InternetAddress(text), text)
        }
    }

    func testBytesAreInNetworkOrder() {
        XCTAssertEqual(InternetAddress("192.0.2.1")?.bytes, [192, 0, 2, 1])
        let one: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]
        XCTAssertEqual(InternetAddress.loopback(.ipv6).bytes, one)
        XCTAssertNil(InternetAddress(bytes: [1, 2, 3]))
    }

    func testSocketAddressesAreReadAndWrittenAsText() {
        for text in ["192.0.2.1:80", "[2001:db8::1]:443", "[fe80::1%3]:0", "0.0.0.0:65535"] {
            XCTAssertEqual(SocketAddress(text)?.description, text)
        }
        for text in ["", ":", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "::1:80", "[1.2.3.4]:80"] {
            XCTAssertNil(SocketAddress(text), text)
        }
        for text in ["[::1:80", "::1]:80", "[fe80::1%]:1", "[fe80::1%eth0]:1", "[]:1"] {
            XCTAssertNil(SocketAddress(text), text)
        }
    }

    func testStructuresGoBothWays() {
        for text in ["192.0.2.1:80", "[2001:db8::1]:443", "[fe80::1%3]:7"] {
            let address = SocketAddress(text)
            XCTAssertEqual(address.flatMap { SocketAddress(structure: $0.structure) }, address)
        }
    }

    func testShortStructuresAreRefused() {
        let structure = SocketAddress(.loopback(.ipv6), port: 1).structure
        XCTAssertEqual(structure.count, 28)
        for count in 0..<28 { XCTAssertNil(SocketAddress(structure: structure.prefix(count))) }
        XCTAssertEqual(SocketAddress(.loopback(.ipv4), port: 1).structure.count, 16)
        XCTAssertNil(SocketAddress(structure: [1, 0] + [UInt8](repeating: 0, count: 26)))
    }

    func testHardwareAddressesAreLocal() {
        XCTAssertEqual(HardwareAddress(local: 0x0102).description, "02:00:00:00:01:02")
        XCTAssertNil(HardwareAddress(bytes: [1, 2, 3, 4, 5]))
    }
}
