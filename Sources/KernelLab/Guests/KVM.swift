import Foundation
import Subprocess
import SystemPackage

/// Whether guests run on the processor itself here. That /dev/kvm can be opened proves nothing: on
/// some machines no guest ever executes an instruction. So a tiny one is booted, with a deadline.
public enum KVM {
    /// Boots the tiny guest.
    /// - Parameter device: the device's path.
    /// - Returns: how long it took.
    /// - Throws: `KernelLabError.noRealTime` with the reason why it cannot be, in one line.
    public static func tryOut(
        device: String = "/dev/kvm", deadline: Duration = .seconds(10)
    ) async throws -> Duration {
        guard access(device, F_OK) == 0 else {
            throw KernelLabError.noRealTime("there is no \(device)")
        }
        guard access(device, R_OK | W_OK) == 0 else {
            throw KernelLabError.noRealTime(
                "\(device) may not be used (\(Files.reason(errno))); "
                    + "its group is \(group(of: device))")
        }
        let program = try Program.find("qemu-system-x86_64", package: "qemu-system-x86")
        return try await tryOut(program, accelerator: "kvm", deadline: deadline)
    }

    /// Boots the tiny guest under an accelerator.
    static func tryOut(
        _ program: String, accelerator: String, deadline: Duration
    ) async throws -> Duration {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let disk = "\(scratch.path)/disk"
        try Files.write(bootSector, to: disk)
        let arguments = [
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-M", "pc", "-m", "64", "-accel", accelerator,
            "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
            "-drive", "file=\(disk),format=raw,if=floppy,readonly=on", "-boot", "a",
        ]
        let began = ContinuousClock.now
        let end = try await withThrowingTaskGroup(of: End?.self) { group in
            group.addTask { try await run(program, arguments) }
            group.addTask {
                try await Task.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let end else {
            throw KernelLabError.noRealTime(
                "a tiny guest under \(accelerator) did nothing for \(deadline.components.seconds) s"
            )
        }
        guard end.status == .exited(successStatus) else {
            throw KernelLabError.noRealTime(
                "a tiny guest under \(accelerator) failed: " + (end.words ?? "\(end.status)"))
        }
        return began.duration(to: .now)
    }

    private struct End: Sendable {
        var status: TerminationStatus
        var words: String?
    }

    private static func run(_ program: String, _ arguments: [String]) async throws -> End {
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments), input: .none,
            output: .discarded, error: .string(limit: 1 << 16))
        return End(
            status: result.terminationStatus, words: Program.lastLine(result.standardError))
    }

    /// What is written to the port of QEMU's isa-debug-exit, and the exit status that this makes.
    private static let token: UInt8 = 0x15
    private static let successStatus = CInt(token) << 1 | 1

    /// A floppy disk whose boot sector ends the emulator. It is only reached through the firmware,
    /// which needs interrupts, timers and all modes of the processor, as a kernel does.
    private static let bootSector: [UInt8] = {
        // mov al, token; out 0xf4, al; hlt; jmp back
        var bytes: [UInt8] = [0xb0, token, 0xe6, 0xf4, 0xf4, 0xeb, 0xfd]
        bytes += [UInt8](repeating: 0, count: 510 - bytes.count) + [0x55, 0xaa]
        return bytes + [UInt8](repeating: 0, count: 1_474_560 - bytes.count)
    }()

    private static func group(of path: String) -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.groupOwnerAccountName] as? String ?? "unknown"
    }
}
