import Evidence
import KernelTimers

extension Oddity {
    /// The numbers of an observation that is like no known variant.
    init(_ reading: Reading, parting: Parting?) {
        let sent = reading.events.filter(\.what.isSentBySubject).map(\.window.earliest)
        let starts = [reading.begin] + sent
        self.init(
            parting: parting,
            abortNanoseconds: reading.heard.map {
                ($0.window.latest - reading.begin).wholeNanoseconds
            },
            packets: sent.count,
            intervalNanoseconds: zip(starts, sent).prefix(Self.mostIntervals).map {
                ($1 - $0).wholeNanoseconds
            },
            failedAttempts: reading.events.count {
                $0.what == .failedProbe || $0.what == .failedRetransmission
            })
    }
}

extension ObservedEvent.What {
    /// Whether it is a packet of the subject's that is no mere acknowledgement.
    var isSentBySubject: Bool {
        switch self {
        case .data, .windowProbe, .opening, .finish, .reset: true
        case .returned, .vanished, .answer, .complaint, .failedProbe, .failedRetransmission, .error,
            .hungUp,
            .other:
            false
        }
    }
}
