import XCTest

@testable import Wire

final class PcapNGRoundTripTests: XCTestCase {
    func testReadingWhatWasWrittenGivesTheSameFileBack() throws {
        for seed: UInt64 in 0..<60 {
            var generator = SeededGenerator(seed: seed)
            let file = randomFile(&generator)

            let bytes = try file.pcapNGBytes()

            XCTAssertEqual(try CaptureFile(bytes: bytes), file, "seed \(seed)")
            XCTAssertEqual(try file.pcapNGBytes(), bytes)
            XCTAssertEqual(bytes.count % 4, 0)
        }
    }

    private func randomFile(_ generator: inout SeededGenerator) -> CaptureFile {
        var file = CaptureFile(sections: [])
        for section in 0..<Int.random(in: 1...3, using: &generator) {
            file.sections.append(
                CaptureSection(
                    comments: texts(&generator), hardware: text(&generator),
                    operatingSystem: text(&generator), application: text(&generator)))
            let base = file.interfaces.count
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                file.interfaces.append(randomInterface(&generator, section))
            }
            guard base < file.interfaces.count else { continue }
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                let index = Int.random(in: base..<file.interfaces.count, using: &generator)
                let length = file.interfaces[index].snapshotLength
                file.packets.append(
                    randomPacket(&generator, index, upTo: length == 0 ? 99 : Int(length)))
            }
        }
        return file
    }

    private func randomInterface(
        _ generator: inout SeededGenerator, _ section: Int
    ) -> CaptureInterface {
        let statistics = InterfaceStatistics(
            timestampNanoseconds: generator.uint64(), startNanoseconds: number(&generator),
            endNanoseconds: number(&generator), receivedCount: number(&generator),
            droppedCount: number(&generator), acceptedCount: number(&generator),
            droppedBySystemCount: number(&generator), deliveredCount: number(&generator),
            comments: texts(&generator))
        return CaptureInterface(
            linkType: LinkType(rawValue: UInt16.random(in: 0...65535, using: &generator)),
            snapshotLength: [0, 1, 96, 262_144].randomElement(using: &generator) ?? 0,
            name: text(&generator), description: text(&generator), comments: texts(&generator),
            sectionIndex: section, statistics: generator.chance() ? statistics : nil)
    }

    private func randomPacket(
        _ generator: inout SeededGenerator, _ index: Int, upTo limit: Int
    ) -> CapturedPacket {
        let bytes = generator.bytes(Int.random(in: 0...min(limit, 200), using: &generator))
        return CapturedPacket(
            interfaceIndex: index, timestampNanoseconds: generator.uint64(), bytes: bytes,
            originalLength: bytes.count + Int.random(in: 0...9000, using: &generator),
            flags: generator.chance()
                ? PacketFlags(rawValue: UInt32.random(in: 0...UInt32.max, using: &generator)) : nil,
            dropCount: number(&generator), comments: texts(&generator))
    }

    private func text(_ generator: inout SeededGenerator) -> String? {
        generator.chance() ? generator.text(upTo: 20) : nil
    }

    private func texts(_ generator: inout SeededGenerator) -> [String] {
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in generator.text(upTo: 30) }
    }

    private func number(_ generator: inout SeededGenerator) -> UInt64? {
        generator.chance() ? generator.uint64() : nil
    }

    func testFramesAreTakenApartByNumberAndErrorsNameTheFrame() throws {
        let frame = try PacketBuilder(linkType: .raw).tcp(
            Sample.data, from: Sample.subject, to: Sample.peer)
        let file = CaptureFile(
            sections: [CaptureSection()], interfaces: [CaptureInterface(linkType: .raw)],
            packets: [
                CapturedPacket(timestampNanoseconds: 1, bytes: frame),
                CapturedPacket(timestampNanoseconds: 2, bytes: Array(frame.prefix(30))),
            ])

        XCTAssertEqual(try file.packet(inFrame: 1)?.tcp, Sample.data)
        XCTAssertNil(try file.packet(inFrame: 0))
        XCTAssertNil(try file.packet(inFrame: 3))
        XCTAssertEqual(
            wireError(try file.packet(inFrame: 2))?.description,
            "frame 2: TCP header at byte 20 needs 20 bytes, 10 were captured; "
                + "capture with a larger snapshot length")
    }
}
