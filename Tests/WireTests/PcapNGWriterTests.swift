import XCTest

@testable import Wire

final class PcapNGWriterTests: XCTestCase {
    private func writer() throws -> PcapNGWriter {
        var writer = try PcapNGWriter(section: CaptureSection())
        try writer.add(CaptureInterface(linkType: .raw, snapshotLength: 8))
        return writer
    }

    func testWhatCannotBeWrittenFaithfullyIsRefusedAndLeavesTheFileAsItWas() throws {
        var writer = try writer()
        let before = writer.bytes
        let good = CapturedPacket(timestampNanoseconds: 0, bytes: [1, 2])
        func refuse(_ change: (inout CapturedPacket) -> Void, line: UInt = #line) {
            var packet = good
            change(&packet)
            let error = wireError(try writer.add(packet), line: line)
            guard case .cannotWrite = error else {
                return XCTFail("\(String(describing: error))", line: line)
            }
            XCTAssertEqual(writer.bytes, before, line: line)
        }
        refuse { $0.interfaceIndex = 1 }
        refuse { $0.interfaceIndex = -1 }
        refuse { $0.hasTimestamp = false }
        refuse { $0.originalLength = 1 }
        refuse { $0.originalLength = -1 }
        refuse { $0.originalLength = 1 << 32 }
        refuse {
            $0.bytes = [UInt8](repeating: 0, count: 9)
            $0.originalLength = 9
        }
        refuse { $0.comments = ["a\0b"] }
        refuse { $0.comments = [String(repeating: "a", count: 65_536)] }
        refuse { $0.comments = Array(repeating: "", count: 4097) }
        refuse { $0.comments = Array(repeating: String(repeating: "a", count: 65_535), count: 257) }
    }

    func testTheLargestCommentIsWrittenAndReadBack() throws {
        var writer = try writer()
        let comment = String(repeating: "é", count: 32_767)
        try writer.add(
            CapturedPacket(timestampNanoseconds: 0, bytes: [], comments: [comment, "", "b"]))

        let file = try CaptureFile(bytes: writer.bytes)

        XCTAssertEqual(file.packets.first?.comments, [comment, "", "b"])
    }

    func testInterfacesOfAnEarlierSectionGetNoMorePackets() throws {
        var writer = try writer()
        try writer.begin(CaptureSection(application: "next"))
        let packet = CapturedPacket(timestampNanoseconds: 0, bytes: [])

        wireError(try writer.add(packet))
        wireError(
            try writer.add(InterfaceStatistics(timestampNanoseconds: 0), ofInterface: 0))
        XCTAssertEqual(try writer.add(CaptureInterface(linkType: .raw)), 1)
    }

    func testAFileWhosePacketsAreOutOfOrderIsRefusedByFrame() {
        let file = CaptureFile(
            sections: [CaptureSection(), CaptureSection()],
            interfaces: [
                CaptureInterface(linkType: .raw, sectionIndex: 0),
                CaptureInterface(linkType: .raw, sectionIndex: 1),
            ],
            packets: [
                CapturedPacket(interfaceIndex: 1, timestampNanoseconds: 0, bytes: []),
                CapturedPacket(interfaceIndex: 0, timestampNanoseconds: 0, bytes: []),
            ])

        guard case .inFrame(2, .cannotWrite) = wireError(try file.pcapNGBytes()) else {
            return XCTFail("another error")
        }
        wireError(try CaptureFile(sections: []).pcapNGBytes())
        wireError(
            try CaptureFile(
                sections: [CaptureSection()],
                interfaces: [CaptureInterface(linkType: .raw, sectionIndex: 1)]
            ).pcapNGBytes())
    }
}
