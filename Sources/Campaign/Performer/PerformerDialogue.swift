import Evidence
import Reporting

/// The protocol, from the side of the one who asks: bytes in, events out. No process, no clock.
struct PerformerDialogue {
    private let requested: [Plan.Request]
    private var parser = FrameParser()
    private(set) var hasGreeted = false
    private(set) var isDone = false
    private var arrived: Set<Int> = []

    init(_ plan: Plan) { requested = plan.trials }

    /// Bytes of a frame that was begun and not ended.
    var pendingBytes: Int { parser.pendingBytes }

    /// Takes a piece of the performer's output.
    mutating func append(_ bytes: [UInt8]) { parser.append(bytes) }

    /// The next thing that it says; nil until more comes. One at a time, so that what came before
    /// a fault is not lost with it.
    mutating func next() throws(PerformerError) -> PerformerEvent? {
        while let frame = try nextFrame() {
            if let event = try interpret(frame) { return event }
        }
        return nil
    }

    private mutating func nextFrame() throws(PerformerError) -> Frame? {
        do { return try parser.next() } catch { throw .damagedFrame(error) }
    }

    private mutating func interpret(_ frame: Frame) throws(PerformerError) -> PerformerEvent? {
        guard !isDone else { throw .nonsense("a frame after it said that all is done") }
        if frame.kind == .refusal {
            throw .refused(PlainText.line(try decode(Refusal.self, frame).reason))
        }
        guard hasGreeted || frame.kind == .greeting else {
            throw .nonsense("\(frame.kind) before its greeting")
        }
        switch frame.kind {
        case .plan, .refusal:
            throw .nonsense("a frame of the kind \(frame.kind)")
        case .greeting:
            return .greeting(try greeting(frame))
        case .progress:
            let progress = try decode(Progress.self, frame)
            guard requested.indices.contains(progress.index) else {
                throw .nonsense("progress of trial \(progress.index) of \(requested.count)")
            }
            return .progress(progress)
        case .observation:
            return try observation(frame)
        case .done:
            isDone = true
            return nil
        }
    }

    private mutating func greeting(_ frame: Frame) throws(PerformerError) -> Greeting {
        guard !hasGreeted else { throw .nonsense("a second greeting") }
        let greeting = try decode(Greeting.self, frame)
        guard greeting.protocolVersion == Greeting.currentProtocol else {
            throw .nonsense(
                "it speaks version \(greeting.protocolVersion) of the protocol, this is version "
                    + "\(Greeting.currentProtocol); build both together")
        }
        hasGreeted = true
        return greeting
    }

    private mutating func observation(_ frame: Frame) throws(PerformerError) -> PerformerEvent {
        let parts: (request: Int, observation: Observation)?
        do {
            parts = try ObservationPayload.decode(frame.payload)
        } catch {
            throw .nonsense("an observation: \(error)")
        }
        guard let parts else {
            throw .nonsense("an observation whose packets are cut off")
        }
        var observation = parts.observation
        guard requested.indices.contains(parts.request),
            requested[parts.request].trial == observation.trial,
            requested[parts.request].attempt == observation.attempt
        else {
            throw .nonsense("an observation of \(observation.trial), which was not asked for")
        }
        observation.script = requested[parts.request].script
        guard arrived.insert(parts.request).inserted else {
            throw .nonsense("a second observation of \(observation.trial)")
        }
        if let reason = ObservationCheck.fault(of: observation) {
            throw .nonsense("an observation of \(observation.trial): \(reason)")
        }
        return .observation(observation, for: requested[parts.request])
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, _ frame: Frame
    ) throws(PerformerError) -> Value {
        do {
            return try frame.value(as: type)
        } catch {
            throw .nonsense("\(frame.kind): \(error)")
        }
    }
}
