internal import Evidence
internal import KernelTimers
internal import LinuxNet
internal import SystemPackage

/// Why an actor does not go on.
enum LaneError: Error {
    /// Something of the testbed broke, or the kernel lacks something.
    case failed(Observation.Failure)
    /// Another actor of the trial failed, or the performance is given up.
    case cancelled

    static func testbed(_ reason: String) -> LaneError {
        .failed(Observation.Failure(.testbed, reason))
    }

    static func notApplicable(_ reason: String) -> LaneError {
        .failed(Observation.Failure(.notApplicable, reason))
    }
}

extension Observation.Failure {
    /// What an error in setting up or performing means: a kernel that lacks a family or a device
    /// cannot be asked, anything else is the testbed's fault.
    init(_ error: any Error, during activity: String) {
        let reason = "\(activity): \(error)"
        switch error {
        case LaneError.failed(let failure): self = failure
        case let error as LinuxError where Self.missing.contains(error.errno):
            self.init(.notApplicable, reason)
        case SysctlError.missing:
            self.init(.notApplicable, reason)
        default:
            self.init(.testbed, reason)
        }
    }

    /// EAFNOSUPPORT: no IPv6; EOPNOTSUPP: no veth (rtnetlink), no IPv6 addresses.
    private static let missing: Set<Errno> = [.addressFamilyNotSupported, .notSupportedOnSocket]
}

extension SocketError {
    /// The symbol of an errno, `E123` where libc has none.
    init(_ errno: Errno) {
        let symbol = errno.symbol
        self.init(symbol.hasPrefix("errno ") ? "E\(errno.rawValue)" : symbol)
    }
}
