extension CaptureFile {
    /// Reads a pcapng or a classic pcap file, told apart by its first four octets.
    ///
    /// A file is read whole or not at all: whatever is cut off, contradicts itself or exceeds
    /// `limits` throws a ``WireError`` that names the block and the offset. The one thing that
    /// can't be noticed is an end exactly between two blocks, or records, since neither format says
    /// how many there are.
    public init(bytes: [UInt8], limits: CaptureLimits = CaptureLimits()) throws(WireError) {
        var little = ByteReader(bytes[...], of: "capture file", in: .file(block: 1), order: .little)
        let magic = try little.uint32()
        if magic == PcapNGFormat.Block.sectionHeader {
            self = try PcapNGReader.read(bytes, limits)
        } else if let header = PcapReader.Magic(littleEndian: magic) {
            self = try PcapReader.read(bytes, header, limits)
        } else {
            throw .notACapture(firstBytes: Array(bytes.prefix(4)))
        }
    }
}
