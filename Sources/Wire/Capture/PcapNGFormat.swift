/// The numbers of pcapng (draft-ietf-opsawg-pcapng; the section is beside each).
enum PcapNGFormat {
    /// Types of blocks (11.1).
    enum Block {
        /// 4.1. Reads the same in both byte orders.
        static let sectionHeader: UInt32 = 0x0A0D_0D0A
        /// 4.2.
        static let interfaceDescription: UInt32 = 1
        /// Appendix A: obsolete, still read.
        static let packet: UInt32 = 2
        /// 4.4.
        static let simplePacket: UInt32 = 3
        /// 4.6.
        static let interfaceStatistics: UInt32 = 5
        /// 4.3.
        static let enhancedPacket: UInt32 = 6
    }

    /// Codes of options; from 2 on the meaning depends on the block (3.5).
    enum Option {
        static let end: UInt16 = 0
        static let comment: UInt16 = 1

        static let sectionHardware: UInt16 = 2
        static let sectionOperatingSystem: UInt16 = 3
        static let sectionApplication: UInt16 = 4

        static let interfaceName: UInt16 = 2
        static let interfaceDescription: UInt16 = 3
        static let interfaceResolution: UInt16 = 9
        static let interfaceOffset: UInt16 = 14

        static let packetFlags: UInt16 = 2
        static let packetDropCount: UInt16 = 4

        static let statisticsStart: UInt16 = 2
        static let statisticsEnd: UInt16 = 3
        static let statisticsReceived: UInt16 = 4
        static let statisticsDropped: UInt16 = 5
        static let statisticsAccepted: UInt16 = 6
        static let statisticsDroppedBySystem: UInt16 = 7
        static let statisticsDelivered: UInt16 = 8
    }

    /// The first field of a section header, in the section's byte order (4.1).
    static let byteOrderMagic: UInt32 = 0x1A2B_3C4D
}
