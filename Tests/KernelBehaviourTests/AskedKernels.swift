import Campaign
import Foundation
import KernelLab

/// The kernels that `$ETIMEDOUT_KERNELS` names, in the one syntax that is used everywhere, with
/// spaces or commas between them: `host debian:6.1`. Where it is unset it is this one.
struct AskedKernels {
    /// The kernels that can be asked.
    var selectors: [KernelSelector] = []
    /// Who asks each of them, by its selector.
    var askers: [String: Matrix.Asker] = [:]
    /// Those that cannot be asked here and now, each with the reason.
    var unavailable: [(selector: String, reason: String)] = []

    /// Finds them all, before anything is performed.
    ///
    /// What this machine lacks (a network, the emulator, memory) makes a kernel unavailable, which
    /// is a skip that is told; a kernel that nobody knows is an error.
    init() async throws {
        let text = ProcessInfo.processInfo.environment["ETIMEDOUT_KERNELS"] ?? ""
        let store = KernelStore()
        let list = try KernelSelectorList([text.isEmpty ? "host" : text])
        let slots = GuestSlots(Matrix.usualGuestsAtOnce)
        for selector in try await list.kernels(of: store) {
            do {
                askers["\(selector)"] = try await Matrix.asker(for: selector, store: store, slots)
                selectors.append(selector)
            } catch let error as KernelLabError where error.isOfThisMachine {
                unavailable.append(("\(selector)", "\(error)"))
            }
        }
        guard selectors.isEmpty, let first = unavailable.first else { return }
        throw PerformanceError("\(first.selector): \(first.reason)")
    }
}

extension KernelLabError {
    /// Whether it says something of this machine, and nothing of the kernel that was named.
    fileprivate var isOfThisMachine: Bool {
        switch self {
        case .offline, .programMissing, .memory: true
        default: false
        }
    }
}
