import SystemPackage
import XCTest

@testable import LinuxNet

final class NamespaceTests: NamespaceTestCase {
    func testEachNamespaceIsAnother() throws {
        let home = try NetworkNamespace.current()
        let first = try NetworkNamespace()
        let second = try NetworkNamespace()

        XCTAssertEqual(Set([home.inode, first.inode, second.inode]).count, 3)
        XCTAssertEqual(try first.run { try NetworkNamespace.current().inode }, first.inode)
        XCTAssertEqual(try NetworkNamespace.current().inode, home.inode)
    }

    func testABodysErrorIsPassedOn() throws {
        struct Mine: Error {}
        let namespace = try NetworkNamespace()

        XCTAssertThrowsError(try namespace.run { throw Mine() }) { XCTAssert($0 is Mine) }
    }

    func testAClosedNamespaceCannotBeEntered() throws {
        let namespace = try NetworkNamespace()
        try namespace.close()
        try namespace.close()

        assertThrows(.badFileDescriptor) { try namespace.run {} }
        assertThrows(.badFileDescriptor) { _ = try WorkerThread(name: "w", in: namespace) {} }
    }

    func testAWorkerStaysInItsNamespaceUnderItsName() throws {
        let namespace = try NetworkNamespace()
        let seen = Shared<(UInt64?, String?)>((nil, nil))

        let worker = try WorkerThread(name: "a name too long for it", in: namespace) {
            let comm = try? ProcFile(path: "/proc/self/task/\(CurrentThread.id)/comm").readText()
            seen.set((try? NetworkNamespace.current().inode, comm))
        }
        try worker.join()
        try worker.join()

        XCTAssertEqual(seen.get().0, namespace.inode)
        XCTAssertEqual(seen.get().1, "a name too long\n")
    }

    func testADescriptorIsClosedOnceAndFailsAfterwards() throws {
        let event = try EventDescriptor()
        try event.signal()
        XCTAssertEqual(try event.take(), 1)
        XCTAssertEqual(try event.take(), 0)

        try event.descriptor.close()
        try event.descriptor.close()

        assertThrows(.badFileDescriptor) { try event.signal() }
        XCTAssertEqual(event.descriptor.rawValue, -1)
    }

    func testPollingAClosedDescriptorFailsRatherThanWaits() throws {
        let event = try EventDescriptor()
        try event.descriptor.close()

        assertThrows(.badFileDescriptor) {
            try Poll.wait(for: .input, on: event.descriptor, until: nil)
        }
    }

    func testChildrenCanHaveTablesOfTheirOwn() throws {
        let parent = try NetworkNamespace()

        let entries = try parent.run { () throws -> String? in
            guard try NetworkNamespace.useOwnTablesInChildren(buckets: 256) else {
                throw XCTSkip("before 6.1 all namespaces share one table")
            }
            // A namespace inherits from the thread that makes it.
            return try NetworkNamespace().run { try Sysctl.read("net.ipv4.tcp_ehash_entries") }
        }

        XCTAssertEqual(entries, "256")
    }

    func testSysctlsAreThoseOfTheNamespace() throws {
        let namespace = try NetworkNamespace()
        let key = "net.ipv4.tcp_retries2"
        let before = try Sysctl.read(key)

        try namespace.run { try Sysctl.write(key, "3") }

        XCTAssertEqual(try namespace.run { try Sysctl.read(key) }, "3")
        XCTAssertEqual(try Sysctl.read(key), before)
    }

    func testAMissingSysctlIsToldFromARefusedOne() throws {
        let namespace = try NetworkNamespace()

        XCTAssertNil(try namespace.run { try Sysctl.read("net.ipv4.no_such_key") })
        XCTAssertThrowsError(try namespace.run { try Sysctl.write("net.ipv4.no_such_key", "1") }) {
            XCTAssertEqual($0 as? SysctlError, .missing(key: "net.ipv4.no_such_key"))
        }
        XCTAssertThrowsError(try namespace.run { try Sysctl.write("net.ipv4.tcp_retries2", "x") }) {
            guard case .failed(_, _, let error)? = $0 as? SysctlError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(error.errno, .invalidArgument)
        }
    }
}

final class ThreadTests: XCTestCase {
    func testAThreadIsPinnedToACPUThatItMayUse() throws {
        let cpus = try CurrentThread.allowedCPUs()
        let last = try XCTUnwrap(cpus.last)

        let pinned = try PosixThread.run {
            try CurrentThread.pin(toCPU: last)
            return try CurrentThread.allowedCPUs()
        }

        XCTAssertEqual(pinned, [last])
        XCTAssertEqual(try CurrentThread.allowedCPUs(), cpus)
        XCTAssertThrowsError(try PosixThread.run { try CurrentThread.pin(toCPU: 8191) })
    }

    func testWaitingForACPUIsMeasured() throws {
        let waited = try PosixThread.run { () throws -> UInt64 in
            guard let clock = RunQueueClock() else { throw XCTSkip("no schedstat on this kernel") }
            return clock.waitNanoseconds() ?? .max
        }

        XCTAssertLessThan(waited, 10_000_000_000)
    }

    func testRaisingThePriorityOfAThreadLeavesOthersAlone() throws {
        let priority = try PosixThread.run { CurrentThread.raisePriority() }

        XCTAssert([.realtime, .favoured, .unchanged].contains(priority))
    }

    func testTheClocksAgree() throws {
        let pair = ClockPair.now()
        let hz = try MonotonicClock.jiffiesPerSecond()

        XCTAssertGreaterThanOrEqual(pair.widthNanoseconds, 0)
        XCTAssertLessThan(pair.widthNanoseconds, 1_000_000)
        XCTAssert([100, 128, 200, 250, 256, 300, 500, 512, 1000, 1024, 1200].contains(hz), "\(hz)")
    }

    func testATimerExpiresAtItsMomentAndNotBefore() throws {
        let timer = try TimerDescriptor()
        let moment = MonotonicClock.nowNanoseconds() + 20_000_000
        try timer.arm(atNanoseconds: moment)
        XCTAssertEqual(try timer.takeExpirations(), 0)

        let events = try Poll.wait(for: .input, on: timer.descriptor, until: moment + 5_000_000_000)

        XCTAssertGreaterThanOrEqual(MonotonicClock.nowNanoseconds(), moment)
        XCTAssertEqual(events, .input)
        XCTAssertEqual(try timer.takeExpirations(), 1)
    }

    func testPollReturnsNothingAtItsDeadline() throws {
        let event = try EventDescriptor()
        let deadline = MonotonicClock.nowNanoseconds() + 10_000_000

        XCTAssertEqual(try Poll.wait(for: .input, on: event.descriptor, until: deadline), [])
        XCTAssertGreaterThanOrEqual(MonotonicClock.nowNanoseconds(), deadline)
    }

    func testEpollReportsAnEdgeOnce() throws {
        let set = try EventPoll()
        let event = try EventDescriptor()
        try set.add(event.descriptor, for: [.input, .edgeTriggered], token: .max)
        try event.signal()

        let expected = EventPoll.Event(token: .max, events: .input)
        XCTAssertEqual(try set.wait(timeoutMilliseconds: 5000), [expected])
        XCTAssertEqual(try set.wait(timeoutMilliseconds: 0), [])

        try set.modify(event.descriptor, for: .input, token: 7)
        XCTAssertEqual(try set.wait(timeoutMilliseconds: 5000).first?.token, 7)
        try set.remove(event.descriptor)
        XCTAssertEqual(try set.wait(timeoutMilliseconds: 0), [])
    }

    func testTheSystemHasAName() throws {
        XCTAssertEqual(try SystemName.current().system, "Linux")
        XCTAssertFalse(try SystemName.current().release.isEmpty)
    }
}
