import XCTest

@testable import LinuxNet

final class ParserTests: XCTestCase {
    func testCountersAreNamedByGroupAndName() {
        let text = """
            Ip: Forwarding OutNoRoutes
            Ip: 2 7
            Tcp: RtoAlgorithm MaxConn RetransSegs
            Tcp: 1 -1 18446744073709551615

            """

        let counters = Counters.parsePairs(Array(text.utf8))

        XCTAssertEqual(
            counters,
            [
                "Ip.Forwarding": 2, "Ip.OutNoRoutes": 7, "Tcp.RtoAlgorithm": 1,
                "Tcp.RetransSegs": .max,
            ])
    }

    func testCountersOfHostileTextAreLeftOut() {
        let texts = [
            "", "\n\n", ":", ": a\n: 1", "Tcp:", "Tcp: A B\nTcp: 1", "Tcp: A\nUdp: 1", "Tcp: A",
            "Tcp A\nTcp 1", "Tcp: A\n\u{0}\nTcp: 1 2", "Tcp: A\nTcp: 18446744073709551616",
            "Tcp: A\nTcp: 0x1", "Tcp: A\nTcp: -0x", "\u{fffd}\u{fffd}: \u{fffd}",
        ]

        for text in texts { XCTAssertEqual(Counters.parsePairs(Array(text.utf8)), [:], text) }
    }

    func testABrokenPairDoesNotSpoilTheNext() {
        let text = "Tcp: A B\nTcp: 1\nUdp: C\nUdp: 3\nTcp: D\nTcp: 4"

        XCTAssertEqual(Counters.parsePairs(Array(text.utf8))["Udp.C"], 3)
        XCTAssertEqual(Counters.parsePairs(Array(text.utf8))["Tcp.D"], 4)
    }

    func testOfZerosOnlyThoseAreTakenThatAreWanted() {
        let wanted = CounterNames(["Tcp.RetransSegs", "Ip6.OutNoRoutes"])
        let pairs = "Tcp: RetransSegs EstabResets OutRsts\nTcp: 0 0 4\nIp: RetransSegs\nIp: 0\n"
        let lines = "Ip6OutNoRoutes 0\nIp6InNoRoutes 0\nUdp6OutNoRoutes 0\nUdp6InErrors 2\n"

        XCTAssertEqual(
            Counters.parsePairs(Array(pairs.utf8), zeros: wanted),
            ["Tcp.RetransSegs": 0, "Tcp.OutRsts": 4])
        XCTAssertEqual(
            Counters.parseSNMP6(Array(lines.utf8), zeros: wanted),
            ["Ip6.OutNoRoutes": 0, "Udp6.InErrors": 2])
    }

    func testIPv6CountersAreSplitAtTheirGroup() {
        let text = """
            Ip6OutNoRoutes                  \t5
            Icmp6OutType133 2
            UdpLite6InDatagrams 1
            Udp6InDatagrams 4
            Ip6 9
            Other 3
            Ip6Two 1 2
            Ip6Negative -1
            """

        XCTAssertEqual(
            Counters.parseSNMP6(Array(text.utf8)),
            [
                "Ip6.OutNoRoutes": 5, "Icmp6.OutType133": 2, "UdpLite6.InDatagrams": 1,
                "Udp6.InDatagrams": 4,
            ])
    }

    func testGrowthHoldsOnlyWhatHasGrown() {
        let before = Counters(values: ["a": 1, "b": 5, "c": 9])
        let after = Counters(values: ["a": 1, "b": 7, "c": 2, "d": 3, "e": 0])

        XCTAssertEqual(after.growth(since: before), ["b": 2, "d": 3])
    }

    func testASocketThatRetransmitsIsRead() throws {
        let line =
            "   1: 0100007F:1F90 020011AC:C35A 01 0000000A:00000004 01:0000002A 00000003  "
            + "1000        2 123456 2 ffff888012345678 164 4 30 1 7"

        let socket = try XCTUnwrap(ProcTCP(line: line))

        #if _endian(little)
            XCTAssertEqual(socket.local.description, "127.0.0.1:8080")
            XCTAssertEqual(socket.remote.description, "172.17.0.2:50010")
        #endif
        XCTAssertEqual(socket.state, .established)
        XCTAssertEqual(socket.transmitQueueBytes, 10)
        XCTAssertEqual(socket.receiveQueueBytes, 4)
        XCTAssertEqual(socket.timer, .retransmission)
        XCTAssertEqual(socket.timerExpiresClockTicks, 42)
        XCTAssertEqual(socket.retransmits, 3)
        XCTAssertEqual(socket.unansweredProbes, 2)
        XCTAssertEqual(socket.inode, 123456)
        XCTAssertEqual(socket.rtoClockTicks, 164)
    }

    func testAnIPv6SocketInTimeWaitIsRead() throws {
        let zeros = String(repeating: "0", count: 24)
        let line =
            "12: \(zeros)01000000:0050 B80D0120000000000000000001000000:ABCD 06 "
            + "00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000"

        let socket = try XCTUnwrap(ProcTCP(line: line))

        #if _endian(little)
            XCTAssertEqual(socket.local.description, "[::1]:80")
            XCTAssertEqual(socket.remote.description, "[2001:db8::1]:43981")
        #endif
        XCTAssertEqual(socket.state, .timeWait)
        XCTAssertEqual(socket.timer, .timeWait)
        XCTAssertEqual(socket.timerExpiresClockTicks, 6000)
        XCTAssertNil(socket.rtoClockTicks)
    }

    func testHostileSocketLinesAreLeftOut() {
        let good = "1: 0100007F:1F90 020011AC:C35A 01 0:0 01:2A 3 0 2 12"
        XCTAssertNotNil(ProcTCP(line: good))
        let lines = [
            "", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt",
            good.replacing("1F90", with: "1F901"), good.replacing("0100007F", with: "0100007G"),
            good.replacing("0100007F", with: "+100007F0"), good.replacing(" 01 ", with: " 101 "),
            good.replacing("0:0", with: "0:0:0"), good.replacing("0:0", with: "0"),
            good.replacing("01:2A", with: "1FF:2A"), good.replacing("0:0", with: "1FFFFFFFF:0"),
            good.replacing("1:", with: "1"), good.replacing(" 12", with: ""),
            good.replacing("0100007F", with: "ÄÄÄÄ"),
        ]

        for line in lines { XCTAssertNil(ProcTCP(line: line), line) }
        XCTAssertEqual(ProcTCP.parse(lines.joined(separator: "\n") + "\n" + good).count, 1)
    }

    func testRunQueueWaitIsTheSecondNumber() {
        XCTAssertEqual(RunQueueClock.parse("123 456 7\n".utf8), 456)
        XCTAssertEqual(RunQueueClock.parse("0 0 0\n".utf8), 0)
        for text in ["", "1", "1 2", "1  2", "a b c", "1 -2 3", "1 99999999999999999999 3"] {
            XCTAssertNil(RunQueueClock.parse(text.utf8), text)
        }
    }

    func testSysctlKeysStayBelowProcSys() throws {
        XCTAssertEqual(
            try Sysctl.path(of: "net.ipv4.tcp_retries2"), "/proc/sys/net/ipv4/tcp_retries2")
        XCTAssertEqual(
            try Sysctl.path(of: "net/ipv4/conf/eth0.7/forwarding"),
            "/proc/sys/net/ipv4/conf/eth0.7/forwarding")
        for key in ["", ".", "net..ipv4", "/etc/passwd", "../x", "net/../../x", "net/./x", "a/"] {
            XCTAssertThrowsError(try Sysctl.path(of: key), key)
        }
    }

    func testPollEventsReadLikeTheManual() {
        XCTAssertEqual(PollEvents([.input, .error, .hangUp]).description, "IN|ERR|HUP")
        XCTAssertEqual(PollEvents([]).description, "none")
        XCTAssertEqual(PollEvents(rawValue: 0x4001).description, "IN|0x4000")
    }
}
