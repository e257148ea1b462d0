internal import Evidence
internal import Glibc
internal import LinuxNet

/// How a guest is to be lost, right after its first observation: so that tests can see what becomes
/// of lost guests. The kernel hands `ETIMEDOUT_FAULT=…` of its command line to process 1; where
/// that was long ago, the emulator has a file of that meaning.
enum GuestFault: String {
    /// The kernel panics.
    case panic
    /// The kernel complains of itself, and all goes on.
    case complaint
    /// The kernel complains of an oops, and nothing goes on.
    case oops
    /// Nothing goes on.
    case hang
    /// The performer crashes.
    case crash
    /// It ends before it has said anything.
    case noResult
    /// It ends inside a frame.
    case half

    static var wanted: GuestFault? {
        getenv("ETIMEDOUT_FAULT").flatMap { GuestFault(rawValue: String(cString: $0)) }
    }

    static func handedOver() throws -> GuestFault? {
        try Machine.emulatorFile("fault").flatMap {
            GuestFault(rawValue: String(decoding: $0, as: UTF8.self))
        }
    }

    func happen(_ channel: Channel) {
        switch self {
        case .panic: put("c", into: "/proc/sysrq-trigger")
        case .complaint: put("<4>WARNING: CPU: 0 PID: 1 at a/test.c:1\n", into: "/dev/kmsg")
        case .oops:
            put("<1>BUG: kernel NULL pointer dereference, address: 0\n", into: "/dev/kmsg")
            stopForEver()
        case .hang: stopForEver()
        case .crash: abort()
        case .noResult: break
        case .half:
            try? channel.write(bytes: Frame(.observation, [1, 2, 3]).encoded.dropLast(2))
            exitAtOnce(channel)
        }
    }

    /// Returns never: everything that is still under way is abandoned.
    private func stopForEver() {
        while true { pause() }
    }

    private func exitAtOnce(_ channel: Channel) {
        tcdrain(channel.output)
        put("b", into: "/proc/sysrq-trigger")
    }

    private func put(_ text: String, into path: String) {
        let file = open(path, O_WRONLY)
        _ = write(file, text, text.utf8.count)
        close(file)
    }
}
