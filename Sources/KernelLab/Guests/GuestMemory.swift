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

    /// Refuses a guest for which the machine has too little memory.
    static func checkMemory(_ megabytes: Int) throws(KernelLabError) {
        guard let text = try? Files.read("/proc/meminfo") else { return }
        let prefix = "MemAvailable:"
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(prefix) }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return }
        guard kilobytes >> 10 >= megabytes else {
            throw .memory(neededMegabytes: megabytes, availableMegabytes: kilobytes >> 10)
        }
    }
}
