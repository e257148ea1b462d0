extension Guest {
    /// How much memory a guest gets, in whole steps of 64 MB.
    ///
    /// The initramfs is there twice while it is unpacked. A trial has two captures with rings of
    /// 256 KiB, two namespaces, some threads, and its packets.
    static func memoryMegabytes(initramfs: Initramfs, plan: Int, trialCount: Int) -> Int {
        let kernel = 128
        let files = 2 * (initramfs.bytes + plan) >> 20
        let trials = 3 * trialCount
        return (kernel + files + trials + 63) / 64 * 64
    }

    /// What the catalogue's guests need, roughly: for reckoning how many may run at once.
    public static let usualMegabytes = 512

    /// Refuses a guest for which the machine has too little memory.
    static func checkMemory(
        _ megabytes: Int, available: Int? = availableMegabytes()
    ) throws(KernelLabError) {
        guard let available else { return }
        guard available >= megabytes else {
            throw .memory(neededMegabytes: megabytes, availableMegabytes: available)
        }
    }

    /// How much memory the machine has left; nil where it does not say.
    public static func availableMegabytes() -> Int? {
        guard let text = try? Files.read("/proc/meminfo") else { return nil }
        let prefix = "MemAvailable:"
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(prefix) }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes >> 10
    }
}
