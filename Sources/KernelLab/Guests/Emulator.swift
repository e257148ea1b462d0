public import Evidence
import Subprocess

/// What runs a guest.
public protocol Emulator: Sendable {
    /// Its name and version, as it says them itself.
    var version: String { get }

    /// In which time its guests live.
    var time: TrialTime { get }

    /// How a guest is run: in the foreground, until it ends.
    func call(
        _ guest: GuestFiles, memoryMegabytes: Int
    ) -> GuestCall

    /// How it is called, with files by bare names, as an identity has it.
    func commandLine(_ beginning: GuestBeginning, memoryMegabytes: Int) -> [String]

    /// Whether a guest can be kept in a file, and go on from there.
    var keepsSnapshots: Bool { get }
}

/// With what a guest begins.
public enum GuestBeginning: Sendable, Hashable {
    /// It boots, and finds the plan in its initramfs.
    case boot
    /// It boots, and stands still before it looks at a plan: it is to be kept in a file.
    case bootAndStand
    /// It goes on from where another of the same kernel and initramfs, kept in a file, stands
    /// still; the plan comes from the emulator.
    case snapshot
}

/// How a guest is run.
public struct GuestCall: Sendable, Hashable {
    /// The path of the program.
    var program: String
    /// What it is told.
    var arguments: [String]
    /// What its environment has beside ours.
    var environment: [String: String] = [:]

    /// A program under a shell, which leads its standard output into a file. It and what it starts
    /// are a group, which is killed when our end of its standard input is closed: it ends with us,
    /// however we end.
    static func endingWithUs(_ command: [String], output: String) -> GuestCall {
        let script = """
            console=$1; shift
            exec 3<&0
            "$@" </dev/null 3<&- >"$console" &
            guest=$!
            { read -r _ <&3; kill -KILL 0; } &
            watcher=$!
            wait "$guest"
            status=$?
            kill -KILL "$watcher"
            exit "$status"
            """
        return GuestCall(
            program: "/bin/sh", arguments: ["-c", script, "guest", output] + command)
    }

    var subprocessEnvironment: [Subprocess.Environment.Key: String?] {
        Dictionary(
            uniqueKeysWithValues: environment.map { (.init(stringLiteral: $0.key), $0.value) })
    }
}

/// The files between which a guest runs.
public struct GuestFiles: Sendable, Hashable {
    /// The kernel's image.
    var kernel: String
    /// The initramfs with the plan.
    var initramfs: String
    /// What the console says.
    var console: String
    /// What the performer sends.
    var results: String
    /// Memory that guest and host share, through which what the performer sends goes as long as
    /// there is room; where there is none, all goes to `results`.
    var shared: String
    /// The folder of all but the kernel.
    var folder: String
    /// How process 1 is to lose the guest (`GuestFault`): for tests.
    var fault: String?
    /// With what the guest begins.
    var beginning = GuestBeginning.boot
    /// The plan, for a guest that goes on; beside it, where there is one, the fault.
    var plan: String
    /// The memory of a guest that has booted and is kept: it is its own while it boots, and who
    /// goes on from it sees it, and writes to copies of its pages.
    var memory: String
    /// What such a guest has beside memory.
    var state: String
    /// The pipes of the emulator's monitor, but for `.in` and `.out`.
    var monitor: String

    /// All files in a folder but the kernel's.
    init(kernel: String, folder: String) {
        self.kernel = kernel
        self.folder = folder
        initramfs = "\(folder)/initramfs"
        console = "\(folder)/console"
        results = "\(folder)/results"
        shared = "\(folder)/shared"
        plan = "\(folder)/plan"
        memory = "\(folder)/memory"
        state = "\(folder)/state"
        monitor = "\(folder)/monitor"
    }

    /// The files by bare names, as an identity names them on whichever machine.
    static let anywhere: GuestFiles = {
        var files = GuestFiles(kernel: "vmlinuz", folder: "folder")
        files.initramfs = "initramfs"
        files.console = "console"
        files.results = "results"
        files.shared = "shared"
        files.plan = "plan"
        files.memory = "memory"
        files.state = "state"
        files.monitor = "monitor"
        return files
    }()
}

extension Kernel {
    /// What runs this kernel here.
    /// - Parameters:
    ///   - time: in which time it is to live; that real time can be had must have been found out.
    ///   - conductor: the path of the library that QEMU is led by.
    /// - Throws: `KernelLabError` where nothing can.
    public func emulator(
        in time: TrialTime = .virtual, conductor: () throws -> String
    ) async throws -> any Emulator {
        switch kind {
        case .machine:
            var emulator = try await QEMU.find(conductor: conductor())
            emulator.time = time
            return emulator
        case .program:
            guard time == .virtual else {
                throw KernelLabError.noRealTime("User-Mode Linux has virtual time only")
            }
            return UserModeLinux(self)
        }
    }
}
