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
    func commandLine(memoryMegabytes: Int) -> [String]
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
    /// The folder of all but the kernel.
    var folder: String
    /// How process 1 is to lose the guest (`GuestFault`): for tests.
    var fault: String?

    /// All files in a folder but the kernel's.
    init(kernel: String, folder: String) {
        self.kernel = kernel
        self.folder = folder
        initramfs = "\(folder)/initramfs"
        console = "\(folder)/console"
        results = "\(folder)/results"
    }

    /// The files by bare names, as an identity names them on whichever machine.
    static let anywhere: GuestFiles = {
        var files = GuestFiles(kernel: "vmlinuz", folder: "folder")
        files.initramfs = "initramfs"
        files.console = "console"
        files.results = "results"
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
