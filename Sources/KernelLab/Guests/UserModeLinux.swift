public import Evidence

/// User-Mode Linux: a kernel that is a program of the host, with a clock that jumps to the next
/// timer whenever nothing is left to do, and stands still while something is
/// (`time-travel=inf-cpu`, arch/um/kernel/time.c, since Linux 5.3).
///
/// It is the source compiled for another architecture, not a vendor's binary; but a quarter of an
/// hour passes in milliseconds, so that trying a change to the source is quick.
public struct UserModeLinux: Emulator, Hashable {
    /// What it calls itself.
    public var version: String
    private let path: String

    /// The one that a kernel is.
    public init(_ kernel: Kernel) {
        path = kernel.image
        version = "User-Mode Linux \(kernel.release)"
    }

    /// It has no other.
    public var time: TrialTime { .virtual }

    /// Never: it boots in no time.
    public var keepsSnapshots: Bool { false }

    /// What the kernel is told. That of `uml_dir` is a file by which it could be controlled, and
    /// which must not lie in the user's home. A panic must not reset, which would begin anew.
    private func parameters(_ guest: GuestFiles, memoryMegabytes: Int) -> [String] {
        [
            "mem=\(memoryMegabytes)M", "initrd=\(guest.initramfs)", "time-travel=inf-cpu",
            // 2020-01-01, in nanoseconds.
            "time-travel-start=1577836800000000000", "uml_dir=\(guest.folder)/", "umid=guest",
            "con0=null,fd:1", "con=null", "ssl=null", "loglevel=5", "norandmaps",
            "LD_LIBRARY_PATH=/lib", "SWIFT_DETERMINISTIC_HASHING=1",
            "ETIMEDOUT_RESULTS=\(guest.folder)",
        ]
    }

    /// The program under a shell, which leads its console into a file and ends it with us.
    public func call(_ guest: GuestFiles, memoryMegabytes: Int) -> GuestCall {
        .endingWithUs(
            [path] + parameters(guest, memoryMegabytes: memoryMegabytes), output: guest.console)
    }

    /// How it is called, with files by bare names.
    public func commandLine(_ beginning: GuestBeginning, memoryMegabytes: Int) -> [String] {
        ["linux"] + parameters(.anywhere, memoryMegabytes: memoryMegabytes)
    }
}
