public import Evidence
import Synchronization

/// The emulator: what runs a stock kernel in virtual time.
public struct QEMU: Emulator, Hashable {
    /// The program's path.
    public var path: String
    /// Its first line of `--version`.
    public var version: String
    /// The library that has its threads take turns (conductor.c).
    public var conductor: String

    /// Finds it.
    /// - Parameter conductor: the path of the library that is preloaded into it.
    /// - Throws: `programMissing`.
    public static func find(conductor: String) async throws -> QEMU {
        let path = try Program.find("qemu-system-x86_64", package: "qemu-system-x86")
        if let version = known.withLock({ $0[path] }) {
            return QEMU(path: path, version: version, conductor: conductor)
        }
        let text = try await Program.output(path, ["--version"])
        let version = text.split(separator: "\n").first.map(String.init) ?? ""
        known.withLock { $0[path] = version }
        return QEMU(path: path, version: version, conductor: conductor)
    }

    /// What was asked once: to start it takes a tenth of a second.
    private static let known = Mutex<[String: String]>([:])

    /// Virtual: that of a clock that counts the guest's instructions. Real: that of the world,
    /// under KVM, which must have been found to work.
    public var time = TrialTime.virtual

    /// What the kernel is told.
    ///
    /// - `nolapic`: an emulated local APIC costs three times the wall time, and the PIT ticks on
    ///   beside it.
    /// - `tsc=reliable`, `nowatchdog`: nothing wakes an idle guest to look after clocks and locks.
    /// - `panic=-1`: a panic resets, which ends the emulator.
    /// - `loglevel=5`: warnings and worse come to the console, WARNING splats among them.
    /// - `random.trust_cpu=on`: entropy from the start, from RDRAND, which the emulator seeds: no
    ///   kernel waits for it or gathers it from the times of interrupts.
    /// - `nokaslr`, `norandmaps`: addresses are the same each time.
    /// - `cryptomgr.notests`: the kernel does not try out its ciphers, which took 6.12 a third
    ///   of all instructions of a run.
    /// - `mitigations=off`: nobody attacks, and each detour of an indirect call is emulated.
    /// - `psi=0`: nobody asks how long tasks wait, so it need not be reckoned at each switch.
    /// - Words that no kernel knows and that contain a `=` become the environment of process 1.
    static let kernelParameters = [
        "console=ttyS0", "loglevel=5", "panic=-1", "nowatchdog", "nolapic", "tsc=reliable",
        "random.trust_cpu=on", "nokaslr", "norandmaps", "cryptomgr.notests",
        "mitigations=off", "psi=0", "LD_LIBRARY_PATH=/lib", "SWIFT_DETERMINISTIC_HASHING=1",
    ]

    /// The command line of a guest. Everything that could differ between two runs is fixed: the
    /// clock counts instructions (1 ns each) and jumps when the guest idles, the time of day and
    /// the seed of all randomness are given, and there is no device but two serial ports and memory
    /// that the guest only writes to. Threads
    /// have names, by which the conductor knows the one that executes the guest.
    public func call(
        _ guest: GuestFiles, memoryMegabytes: Int
    ) -> GuestCall {
        let arguments = arguments(guest, memoryMegabytes: memoryMegabytes)
        switch time {
        case .virtual:
            return GuestCall(
                program: path, arguments: arguments, environment: ["LD_PRELOAD": conductor])
        case .real: return .endingWithUs([path] + arguments, output: "/dev/null")
        }
    }

    /// How it is called, with files by bare names.
    public func commandLine(_ beginning: GuestBeginning, memoryMegabytes: Int) -> [String] {
        var files = GuestFiles.anywhere
        files.beginning = beginning
        return ["qemu-system-x86_64"] + arguments(files, memoryMegabytes: memoryMegabytes)
    }

    /// In virtual time only: a guest that stood still would see the world's clock jump.
    public var keepsSnapshots: Bool { time == .virtual }

    private func arguments(_ guest: GuestFiles, memoryMegabytes: Int) -> [String] {
        var words = kernelParameters
        if guest.beginning == .boot {
            words += guest.fault.map { ["ETIMEDOUT_FAULT=\($0)"] } ?? []
        } else {
            words.append("ETIMEDOUT_STAND=1")
        }
        return [
            "-name", "guest,debug-threads=on",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-M", "pc" + (guest.beginning == .boot ? "" : ",memory-backend=memory"),
            "-smp", "1", "-m", "\(memoryMegabytes)",
        ] + clockArguments + [
            "-chardev", "file,id=console,path=\(guest.console)", "-serial", "chardev:console",
            "-chardev", "file,id=results,path=\(guest.results)", "-serial", "chardev:results",
            "-object",
            "memory-backend-file,id=shared,share=on,size=8M,mem-path=\(guest.shared)",
            "-device", "ivshmem-plain,memdev=shared,master=on,addr=0x\(Self.sharedSlot)",
            "-kernel", guest.kernel, "-initrd", guest.initramfs,
            "-append", words.joined(separator: " "),
        ] + snapshotArguments(guest, memoryMegabytes: memoryMegabytes)
    }

    /// Where the memory that guest and host share is on the PCI bus, hexadecimal.
    private static let sharedSlot = "10"
    /// And what QEMU calls it when a guest is kept.
    static let sharedBlock = "0000:00:\(sharedSlot).0/shared"

    /// A guest stands still by telling the pvpanic device of a panic (`Machine.standStill`), and is
    /// told to go on through the monitor. Its memory is a file: the one that boots writes to it,
    /// and those that go on have it mapped, each with copies of the pages that it writes.
    private func snapshotArguments(
        _ guest: GuestFiles, memoryMegabytes: Int
    ) -> [String] {
        if guest.beginning == .boot { return [] }
        let isGoingOn = guest.beginning == .snapshot
        var arguments = [
            "-object",
            "memory-backend-file,id=memory,size=\(memoryMegabytes)M,mem-path=\(guest.memory),"
                + "share=" + (isGoingOn ? "off" : "on"),
            "-device", "pvpanic", "-action", "panic=pause",
            "-chardev", "pipe,id=monitor,path=\(guest.monitor)",
            "-mon", "chardev=monitor,mode=" + (isGoingOn ? "readline" : "control"),
        ]
        if isGoingOn {
            arguments += ["-fw_cfg", "name=opt/etimedout/plan,file=\(guest.plan)"]
            if guest.fault != nil {
                arguments += ["-fw_cfg", "name=opt/etimedout/fault,file=\(guest.plan).fault"]
            }
            // A guest that has moved is announced to networks for half a second, by a timer of the
            // world's clock; and while such a timer is due the guest stands still
            // (icount_get_limit), which then never ends: the main loop, which would run it, waits
            // for its turn.
            arguments += [
                "-global", "migration.announce-rounds=0",
                "-incoming", "defer",
            ]
        }
        return arguments
    }

    private var clockArguments: [String] {
        switch time {
        case .virtual:
            [
                "-cpu", "qemu64,+rdrand", "-accel", "tcg", "-icount", "shift=0,sleep=off",
                "-seed", "1", "-rtc", "base=2020-01-01,clock=vm",
            ]
        case .real: ["-cpu", "host", "-accel", "kvm"]
        }
    }

    /// In real time the local APIC costs nothing, and the clock is the host's.
    private var kernelParameters: [String] {
        switch time {
        case .virtual: Self.kernelParameters
        case .real: Self.kernelParameters.filter { !["nolapic", "tsc=reliable"].contains($0) }
        }
    }
}
