public import Evidence
internal import KernelTimers
public import Wire

/// A cell's captures in one pcapng file: an interface a hop, and the story as comments.
public enum FailoverCaptureFile {
    /// The file's bytes.
    public static func bytes(
        _ observation: FailoverObservation, _ finding: FailoverFinding
    ) throws(WireError) -> [UInt8] {
        var section = CaptureSection(application: "etimedout failover")
        section.comments = [
            PlainText.line(
                "\(observation.cell.id): \(observation.cell.event.title); "
                    + "\(observation.cell.protection.title)"),
            "verdict: \(finding.verdict.name)",
        ]
        section.comments += finding.checks.map {
            PlainText.line("\($0.what): expected \($0.expected), observed \($0.observed)")
        }
        var writer = try PcapNGWriter(section: section)
        var packets: [(record: PacketRecord, interface: Int)] = []
        for (index, capture) in observation.captures.enumerated() {
            try writer.add(
                CaptureInterface(
                    linkType: LinkType(rawValue: UInt16(truncatingIfNeeded: capture.linkType)),
                    name: name(of: capture),
                    description: "at \(capture.node.rawValue)"))
            packets += capture.packets.map { ($0, index) }
        }
        packets.sort { $0.record.realtimeNanoseconds < $1.record.realtimeNanoseconds }
        var story = Self.story(observation)[...]
        for (packet, interface) in packets {
            var comments: [String] = []
            while let next = story.first, next.at <= packet.realtimeNanoseconds {
                comments.append(next.text)
                story = story.dropFirst()
            }
            try writer.add(
                CapturedPacket(
                    interfaceIndex: interface,
                    timestampNanoseconds: UInt64(clamping: packet.realtimeNanoseconds),
                    bytes: packet.bytes, originalLength: packet.originalLength,
                    comments: comments))
        }
        return writer.bytes
    }

    /// The packets of an observation's captures, read back from such a file.
    public static func packets(
        of observation: FailoverObservation, in bytes: [UInt8]
    ) throws(AnnotatedCaptureError) -> [[PacketRecord]] {
        try AnnotatedCapture.packets(
            in: bytes, named: observation.captures.map { (name(of: $0), $0.linkType) })
    }

    private static func name(of capture: FailoverCapture) -> String {
        "\(capture.node.rawValue):\(capture.interface)"
    }

    /// What happened beside the wire, each at its time: it stands at the next packet.
    private static func story(
        _ observation: FailoverObservation
    ) -> [(at: Int64, text: String)] {
        observation.entries.compactMap { entry in
            switch entry.what {
            case .step, .addressAdded, .addressRemoved, .disconnected, .unsubscribed, .proxyEnded,
                .callTimedOut:
                let at = observation.zeroRealtimeNanoseconds + entry.at.nanoseconds
                let time = Duration.fixed(entry.at.nanoseconds, digits: 3)
                let words =
                    "\(entry.who) \(entry.what.rawValue): "
                    + (entry.message.map { "\($0) " } ?? "") + entry.detail
                return (at, PlainText.line("[\(time) s] \(words)"))
            case .stepped, .announced, .connected, .connectFailed, .wrote, .received, .confirmed,
                .published, .accepted, .subscribed, .delivered, .requeued, .said, .socket, .called,
                .answered, .answeredLate, .served:
                return nil
            }
        }
    }
}
