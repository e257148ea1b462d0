import Foundation
public import KernelLab

extension Matrix {
    /// How many guests are best run at once here: one a processor, as far as memory goes.
    public static var usualGuestsAtOnce: Int {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let memory = Guest.availableMegabytes() ?? 1024
        // Half is left to the machine and to what guests write.
        return max(1, min(processors, memory / 2 / Guest.usualMegabytes))
    }

    /// Who asks each of these kernels. All are fetched first; throws `KernelRefusals` with a line
    /// for each that cannot be had, and nothing was run then.
    /// - Parameter accelerator: of a KVM that works, where guests live in real time.
    public static func askers(
        for kernels: [KernelSelector], store: KernelStore, guestsAtOnce: Int,
        accelerator: Duration? = nil
    ) async throws -> [String: Asker] {
        let slots = GuestSlots(guestsAtOnce)
        var askers: [String: Asker] = [:]
        var lines: [String] = []
        for kernel in kernels {
            try Task.checkCancellation()
            do {
                askers[kernel.description] = try await asker(
                    for: kernel, store: store, slots, accelerator: accelerator)
            } catch {
                try Task.checkCancellation()
                // A line names the kernel, whatever is wrong with it.
                let words = "\(error)"
                let isNamed = words.contains(kernel.description)
                lines.append(isNamed ? words : "\(kernel): \(words)")
            }
        }
        guard lines.isEmpty else {
            var seen: Set<String> = []
            throw KernelRefusals(lines: lines.filter { seen.insert($0).inserted })
        }
        return askers
    }

    /// Who asks one kernel, which is fetched first where it must be.
    public static func asker(
        for selector: KernelSelector, store: KernelStore, _ slots: GuestSlots,
        accelerator: Duration? = nil
    ) async throws -> Asker {
        if selector == .host {
            let performer = PerformerProcess(path: try PerformerLocator.locate())
            return Asker(performer: performer, isAlone: true)
        }
        let path = try PerformerLocator.locate(forGuests: true)
        if case .userMode = selector {
            guard accelerator == nil else {
                throw KernelLabError.noRealTime("User-Mode Linux has virtual time only")
            }
        } else {
            // Its lack is told before anything is fetched.
            _ = try await QEMU.find(conductor: PerformerLocator.locateConductor())
        }
        let kernel = try await store.kernel(selector)
        // What a guest does longest is to unpack its kernel and to start what is in it.
        let attributes = try? FileManager.default.attributesOfItem(atPath: kernel.image)
        let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
        return Asker(
            performer: GuestPerformer(kernel: kernel, path: path, slots: slots)
                .accelerated(accelerator), cost: size)
    }
}
