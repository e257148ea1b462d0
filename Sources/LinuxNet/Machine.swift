internal import CLinux

/// The machine, to whom it belongs: process 1 of a guest. Nothing else may use this.
public enum Machine {
    /// Mounts a file system without a device on an empty folder.
    ///
    /// The corresponding C function is `mount`.
    public static func mount(_ type: String, on folder: String) throws(LinuxError) {
        try check(clinux_mount(type, folder), "mount \(type) on \(folder)")
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

    /// Ends the machine by a reset, which its maker was told to take for an end.
    ///
    /// The corresponding C function is `reboot`.
    public static func end() throws(LinuxError) {
        try check(clinux_end_machine(), "reboot")
    }

    /// A whole file.
    public static func read(_ path: String) throws(LinuxError) -> [UInt8] {
        let file = Descriptor(owning: try check(clinux_open_read(path), "open \(path)"))
        return try SmallFile.readAll(file, path: path)
    }
}
