/// What QEMU writes of a guest that is kept, as far as we touch it (migration/ram.c).
enum MigrationStream {
    /// The stream without the address at which a block of memory stood.
    ///
    /// Of a block that is left out since it is shared (`x-ignore-shared`) QEMU wants to find the
    /// address unchanged when it loads a guest, and looks for it before it has loaded the devices:
    /// memory of a PCI device has no address then, which is said by a zero. A block is written as
    /// the length of its name (1 byte), its name, its length and its address (8 bytes each, big
    /// endian).
    /// - Returns: nil where the block is not in the stream, or in another shape.
    static func forgettingAddress(of block: String, in stream: [UInt8]) -> [UInt8]? {
        let name = [UInt8(block.utf8.count)] + Array(block.utf8)
        guard let found = stream.firstRange(of: name) else { return nil }
        let address = found.upperBound + 8..<found.upperBound + 16
        // Pages are of 4096 bytes, and nothing is at zero that has an address.
        guard address.upperBound <= stream.count, stream[address].contains(where: { $0 != 0 }),
            stream[address.upperBound - 1] == 0, stream[address.upperBound - 2] & 0xf == 0
        else { return nil }
        var stream = stream
        stream.replaceSubrange(address, with: repeatElement(0, count: 8))
        return stream
    }
}
