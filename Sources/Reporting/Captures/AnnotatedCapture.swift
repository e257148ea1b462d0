public import Evidence
import KernelTimers
public import Wire

/// All packets of a trial in one pcapng file, with what happened beside them as comments.
///
/// Interfaces are named `subject:NAME` and `peer:NAME`, in the order of the observation's
/// captures; stamps are nanoseconds. The file is the only place where packets are stored: reading
/// it drops the comments and gives the same packets back. Equal values make equal bytes.
public struct AnnotatedCapture: Sendable {
    /// The file.
    public let bytes: [UInt8]
    /// Where the packets of each capture stand in it.
    public let frames: FrameMap

    /// The file of an observation and what the judge says of it.
    ///
    /// Throws where a packet has no faithful form, such as a stamp before 1970.
    public init(
        _ observation: Observation, finding: Finding, kernel: KernelIdentity
    ) throws(WireError) {
        let frames = FrameMap(observation.captures)
        let comments = CaptureComments(observation, finding, frames)
        var section = CaptureSection(
            comments: Self.identity(observation, finding, kernel) + comments.ofSection,
            hardware: kernel.machine, operatingSystem: "Linux \(kernel.release) \(kernel.version)",
            application: "etimedout")
        section.comments = section.comments.map(Self.safe)
        section.hardware = section.hardware.map(Self.safe)
        section.operatingSystem = section.operatingSystem.map(Self.safe)
        let interfaces = try observation.captures.map(Self.interface)
        var packets: [CapturedPacket] = []
        for (index, place) in frames.order.enumerated() {
            let packet = observation.captures[place.capture].packets[place.packet]
            guard let time = UInt64(exactly: packet.realtimeNanoseconds) else {
                throw .inFrame(
                    index + 1, .cannotWrite(what: "packet", reason: "its stamp is before 1970"))
            }
            packets.append(
                CapturedPacket(
                    interfaceIndex: place.capture, timestampNanoseconds: time,
                    bytes: packet.bytes, originalLength: packet.originalLength,
                    comments: comments.ofFrame(index + 1).map(Self.safe)))
        }
        let file = CaptureFile(sections: [section], interfaces: interfaces, packets: packets)
        bytes = try file.pcapNGBytes()
        self.frames = frames
    }

    private static func identity(
        _ observation: Observation, _ finding: Finding, _ kernel: KernelIdentity
    ) -> [String] {
        let verdict = finding.verdict
        let booted = kernel.guest.map {
            [
                "chosen by \(kernel.selector), kernel sha256 \($0.kernelSHA256), initramfs sha256 "
                    + "\($0.initramfsSHA256), \($0.emulator)"
            ]
        }
        return [
            "etimedout: \(observation.trial.behaviour) \(observation.trial.parameters.summary), "
                + "attempt \(observation.attempt)",
            "Linux \(kernel.release) \(kernel.machine), HZ=\(observation.hz)",
            "verdict: \(verdict.name)" + (verdict.reason.map { ": \($0)" } ?? "")
                + (finding.shown.map { ", variant shown: \($0)" } ?? ""),
        ] + (booted ?? [])
    }

    private static func interface(_ capture: Capture) throws(WireError) -> CaptureInterface {
        guard let linkType = UInt16(exactly: capture.linkType) else {
            throw .cannotWrite(what: "interface", reason: "link type \(capture.linkType)")
        }
        return CaptureInterface(
            linkType: LinkType(rawValue: linkType), name: Self.name(of: capture))
    }

    static func name(of capture: Capture) -> String {
        safe("\(capture.actor.rawValue):\(capture.interface)")
    }

    /// Text for an option: one line, no control characters, far below the 65,535 bytes that fit.
    private static func safe(_ text: String) -> String {
        PlainText.cut(PlainText.line(text), to: 4000)
    }

    // MARK: - Reading

    /// The packets of a stored file, one list for each of the observation's captures.
    ///
    /// Throws `AnnotatedCaptureError` where the file isn't the one that was written for these
    /// captures: damaged, cut off, or with other interfaces.
    public static func packets(
        of captures: [Capture], in bytes: [UInt8]
    ) throws(AnnotatedCaptureError) -> [[PacketRecord]] {
        try packets(in: bytes, named: captures.map { (name(of: $0), $0.linkType) })
    }

    /// Reads the packets of a file whose interfaces have these names and link-layer types.
    static func packets(
        in bytes: [UInt8], named captures: [(name: String, linkType: Int)]
    ) throws(AnnotatedCaptureError) -> [[PacketRecord]] {
        let file: CaptureFile
        do { file = try CaptureFile(bytes: bytes) } catch { throw .unreadable(error) }
        guard file.interfaces.count == captures.count else {
            throw .other(
                "it has \(file.interfaces.count) interfaces, the observation "
                    + "\(captures.count) captures")
        }
        for (capture, interface) in zip(captures, file.interfaces) {
            guard interface.name == capture.name,
                Int(interface.linkType.rawValue) == capture.linkType
            else {
                throw .other(
                    "the interface \(PlainText.line(interface.name ?? "(unnamed)")) is not the "
                        + "observation's \(capture.name)")
            }
        }
        var packets: [[PacketRecord]] = captures.map { _ in [] }
        for (index, packet) in file.packets.enumerated() {
            guard packet.hasTimestamp, let time = Int64(exactly: packet.timestampNanoseconds)
            else { throw .other("frame \(index + 1) has no time") }
            packets[packet.interfaceIndex].append(
                PacketRecord(
                    realtimeNanoseconds: time, bytes: packet.bytes,
                    originalLength: packet.originalLength))
        }
        return packets
    }
}

/// Why a stored capture file doesn't serve.
public enum AnnotatedCaptureError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is no capture file, or a damaged one.
    case unreadable(WireError)
    /// It is another one.
    case other(String)

    /// One line: what is wrong.
    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .other(let reason): reason
        }
    }
}
