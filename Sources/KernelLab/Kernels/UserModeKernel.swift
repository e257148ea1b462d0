import Evidence
import Foundation

/// A kernel that is a program: what it says about itself.
enum UserModeKernel {
    /// The kernel in a file.
    /// - Throws: `notAKernel` where it is none, or has no virtual time.
    static func kernel(_ path: String, selector: String) async throws -> Kernel {
        let bytes = try Files.read(path)
        guard let elf = ELFFile(bytes), elf.machine == ELFFile.x86 else {
            throw KernelLabError.notAKernel(path, reason: "it is no program for x86-64")
        }
        // Looked at before it is run: whatever else it is would do something of its own.
        guard contains(bytes, "umid=<name>") else {
            throw KernelLabError.notAKernel(path, reason: "it is no User-Mode Linux")
        }
        guard contains(bytes, "time-travel=inf-cpu") else {
            throw KernelLabError.notAKernel(
                path,
                reason: "it has no virtual time (CONFIG_UML_TIME_TRAVEL_SUPPORT); "
                    + "Scripts/build-uml makes one that has")
        }
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw KernelLabError.notAKernel(path, reason: "it may not be executed")
        }
        let absolute = URL(filePath: path).path
        let release = try await Program.output(absolute, ["--version"])
        let configuration = try await Program.output(absolute, ["--showconfig"])
        return Kernel(
            selector: selector, kind: .program, image: absolute,
            release: release.trimmingCharacters(in: .whitespacesAndNewlines),
            modules: [:], configuration: KernelConfiguration(text: configuration))
    }

    private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}
