import SystemPackage
import XCTest

@testable import LinuxNet

/// Why a process gets no namespaces, told from what the kernel said and how it's set.
final class IsolationTests: XCTestCase {
    private func reason(
        _ errno: Errno, _ settings: [String: String] = [:], files: Set<String> = []
    ) -> IsolationError.Reason {
        let error = LinuxError(operation: "unshare", errno: errno)
        return IsolationError.diagnose(
            error, sysctl: { settings[$0] }, fileExists: { files.contains($0) }
        ).reason
    }

    func testALimitOfZeroIsNamed() {
        XCTAssertEqual(
            reason(.noSpace, ["user.max_net_namespaces": "0"]),
            .limitReached(sysctl: "user.max_net_namespaces"))
        XCTAssertEqual(reason(.noSpace), .limitReached(sysctl: "user.max_user_namespaces"))
    }

    func testDistributionsThatForbidUserNamespacesAreNamed() {
        XCTAssertEqual(
            reason(.notPermitted, ["kernel.unprivileged_userns_clone": "0"]),
            .forbidden(sysctl: "kernel.unprivileged_userns_clone"))
        XCTAssertEqual(
            reason(.notPermitted, ["kernel.apparmor_restrict_unprivileged_userns": "1"]),
            .restrictedByAppArmor)
        XCTAssertEqual(reason(.notPermitted), .refused)
        XCTAssertEqual(reason(.permissionDenied), .refused)
    }

    func testAMissingConfigurationIsNamed() {
        XCTAssertEqual(reason(.invalidArgument), .notBuilt(option: "CONFIG_NET_NS"))
        XCTAssertEqual(
            reason(.invalidArgument, files: ["/proc/self/ns/net"]),
            .notBuilt(option: "CONFIG_USER_NS"))
        XCTAssertEqual(
            reason(.invalidArgument, files: ["/proc/self/ns/net", "/proc/self/ns/user"]), .failed)
    }

    func testAProcessWithThreadsIsRefusedBeforeAnythingChanges() throws {
        let stop = try EventDescriptor()
        let thread = try WorkerThread(name: "waits") {
            _ = try? Poll.wait(for: .input, on: stop.descriptor, until: nil)
        }

        XCTAssertThrowsError(try Isolation.enterPrivate()) { error in
            guard case .threadsExist(let count)? = (error as? IsolationError)?.reason else {
                return XCTFail("\(error)")
            }
            XCTAssertGreaterThan(count, 1)
        }

        try stop.signal()
        try thread.join()
    }
}
