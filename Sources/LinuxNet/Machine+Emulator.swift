internal import CLinux

/// What a guest asks of a QEMU without any driver: through I/O ports, which process 1 may use.
extension Machine {
    /// Stands still until the emulator is told to go on: this one, or another that has taken over
    /// this one's memory.
    ///
    /// The means is QEMU's pvpanic device, by which kernels say that they panicked, at its usual
    /// port, with `-action panic=pause` (QEMU's docs/specs/pvpanic).
    /// - Throws: `LinuxError` where the kernel gives no ports to processes
    ///   (`CONFIG_X86_IOPL_IOPERM`).
    public static func standStill() throws(LinuxError) {
        try check(clinux_allow_ports(0x505, 1, 1), "ioperm 0x505")
        clinux_out_byte(0x505, 1)
        // Each change of threads looks after the ports of a process that has some.
        try check(clinux_allow_ports(0x505, 1, 0), "ioperm 0x505")
    }

    /// A file that QEMU was given with `-fw_cfg name=opt/etimedout/NAME,file=…`; nil if it has none
    /// of that name.
    ///
    /// The device has a selector at port 0x510 and data at 0x511 (QEMU's docs/specs/fw_cfg); item
    /// 0x19 is the list of files.
    /// - Throws: `LinuxError` where the kernel gives no ports to processes.
    public static func emulatorFile(_ name: String) throws(LinuxError) -> [UInt8]? {
        try check(clinux_allow_ports(0x510, 2, 1), "ioperm 0x510")
        defer { _ = clinux_allow_ports(0x510, 2, 0) }
        guard select(0x00, 4) == Array("QEMU".utf8) else { return nil }
        let count = number(select(0x19, 4)[...])
        // Each: the length, the item's number, two bytes for later, 56 bytes of name.
        for _ in 0..<min(count, 1000) {
            let entry = readOn(64)
            let found = entry[8...].prefix { $0 != 0 }
            guard found.elementsEqual("opt/etimedout/\(name)".utf8) else { continue }
            return select(UInt16(number(entry[4..<6])), number(entry[..<4]))
        }
        return nil
    }

    private static func select(_ item: UInt16, _ count: Int) -> [UInt8] {
        clinux_out_word(0x510, item)
        return readOn(count)
    }

    private static func readOn(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            clinux_in_bytes(0x511, buffer.baseAddress, UInt(count))
            filled = count
        }
    }

    /// The most significant byte comes first.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
