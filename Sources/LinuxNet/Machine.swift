internal import CLinux

/// The machine, to whom it belongs: process 1 of a guest. Nothing else may use this.
public enum Machine {
    /// Mounts a file system without a device on an empty folder.
    ///
    /// The corresponding C function is `mount`.
    public static func mount(
        _ type: String, on folder: String, options: String? = nil
    ) throws(LinuxError) {
        try check(clinux_mount(type, folder, options), "mount \(type) on \(folder)")
    }

    /// Loads a kernel module from a file that is not compressed.
    ///
    /// The corresponding system call is `finit_module`.
    public static func loadModule(_ path: String) throws(LinuxError) {
        try check(clinux_load_module(path), "load \(path)")
    }

    /// Opens a serial port for writing bytes as they are.
    ///
    /// The corresponding C functions are `open` and `tcsetattr` with `cfmakeraw`'s settings.
    public static func openSerial(_ path: String) throws(LinuxError) -> Descriptor {
        Descriptor(owning: try check(clinux_open_serial(path), "open \(path)"))
    }

    /// Opens a file to add to.
    ///
    /// The corresponding C function is `open`.
    public static func openFile(_ path: String) throws(LinuxError) -> Descriptor {
        Descriptor(owning: try check(clinux_open_new(path), "open \(path)"))
    }

    /// Has the thread that does the kernel's deferred work run before all others, as soon as it is
    /// woken; false where there is none of that name.
    ///
    /// The corresponding C function is `sched_setscheduler` with `SCHED_FIFO`.
    public static func prefer(kernelThread name: String) -> Bool {
        // The kernel's own come first, long before process 1 starts any.
        for id in 2..<100 {
            let comm = try? SmallFile.read("/proc/\(id)/comm")
            guard comm?.prefix(while: { $0 != "\n" }) == name[...] else { continue }
            return clinux_set_fifo(CInt(id), 1) >= 0
        }
        return false
    }

    /// Ends the machine.
    ///
    /// A QEMU that was started with `-no-reboot` takes a reset for an end, and needs no ACPI for
    /// that; User-Mode Linux would begin anew, and is to be powered off.
    ///
    /// The corresponding C function is `reboot`.
    public static func end(byReset: Bool) throws(LinuxError) {
        try check(clinux_end_machine(byReset ? 1 : 0), "reboot")
    }

    /// A whole file.
    public static func read(_ path: String) throws(LinuxError) -> [UInt8] {
        try SmallFile.readAll(SmallFile.open(path), path: path)
    }
}
