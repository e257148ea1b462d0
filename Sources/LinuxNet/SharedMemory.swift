internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Memory that a guest shares with whoever runs its emulator: QEMU's ivshmem device
/// (docs/specs/ivshmem-spec), mapped through sysfs without any driver. What goes through a serial
/// port costs an exit from the guest a byte; what is written here costs what a copy costs.
///
/// Its first eight bytes tell, least significant first, how many bytes of a stream follow them.
public final class SharedMemory: Sendable {
    /// Where the emulator puts the device.
    private static let device = "/sys/bus/pci/devices/0000:00:10.0"
    /// The vendor and the device of ivshmem.
    private static let kind = ["0x1af4", "0x1110"]
    /// Where the stream begins.
    private static let header = 8

    private let base: Int
    private let size: Int
    private let filled = Atomic(0)
    private let isFull = Atomic(false)

    /// Maps it.
    /// - Returns: nil if the machine has no such device.
    /// - Throws: `LinuxError` where it has one that this kernel does not let processes map.
    public static func find() throws(LinuxError) -> SharedMemory? {
        for (file, wanted) in zip(["vendor", "device"], kind) {
            guard let text = try? SmallFile.read("\(device)/\(file)"),
                text.prefix(while: { !$0.isWhitespace }) == wanted
            else { return nil }
        }
        try SmallFile.write("1", to: "\(device)/enable")
        let path = "\(device)/resource2"
        var size = UInt(0)
        guard let address = clinux_map_file(path, &size) else {
            throw LinuxError(operation: "map \(path)", errno: Errno(rawValue: errno))
        }
        return SharedMemory(Int(bitPattern: address), Int(size))
    }

    private init(_ base: Int, _ size: Int) {
        self.base = base
        self.size = size
    }

    /// Adds to the stream, by one thread at a time.
    /// - Returns: whether there was room; if not, nothing is added, then or later, so that what
    ///   goes elsewhere all comes after.
    public func append(_ bytes: ArraySlice<UInt8>) -> Bool {
        let before = filled.load(ordering: .relaxed)
        guard let memory = UnsafeMutableRawPointer(bitPattern: base),
            !isFull.load(ordering: .relaxed), Self.header + before + bytes.count <= size
        else {
            isFull.store(true, ordering: .relaxed)
            return false
        }
        bytes.withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress else { return }
            (memory + Self.header + before).copyMemory(from: first, byteCount: bytes.count)
        }
        clinux_publish(memory, UInt64(before + bytes.count))
        filled.store(before + bytes.count, ordering: .relaxed)
        return true
    }
}
