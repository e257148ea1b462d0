internal import Evidence
internal import KernelTimers

/// Whether messages are where they must be.
extension FailoverExpectations {
    /// What the broker took it gives until somebody has it: once it has given up the dead, and
    /// consumer and producer have connections that were made after all was done, no message is
    /// missing but those of the last moments.
    var messages: Judged? {
        let end = trace.observation.end - .seconds(1) - late(4)
        let settled: Moment
        switch trace.settled {
        case .success(let moment): settled = moment
        case .failure(let reason):
            return .open("where the messages are that nobody has got: \(reason.words)")
        }
        guard settled <= end else {
            return .open(
                "whether all messages come: the last that must happen for it did at "
                    + "\(seconds(settled)), too close to the end of watching")
        }
        let missing = trace.missing(before: end)
        let names = missing.prefix(5).map(String.init).joined(separator: ", ")
        return .check(
            .init(
                what: "every message comes to somebody",
                expected: "all that were published before \(seconds(end))",
                observed: missing.isEmpty
                    ? "all" : "\(missing.count) are missing: \(names)",
                isMet: missing.isEmpty,
                derivation: "the broker had given up every dead consumer, and consumer and "
                    + "producer were back, at \(seconds(settled))"))
    }
}

extension FailoverTrace {
    /// Why nobody can say something.
    struct Unsettled: Error {
        var words: String
    }

    /// When the broker had given up every consumer that is dead, and the living consumer and the
    /// producer were known to it by connections that no step touched.
    var settled: Result<Moment, Unsettled> {
        // Whoever connects once the address is there need not wait until all is told.
        let moves = entries.filter {
            ($0.what == .addressAdded || $0.what == .addressRemoved) && $0.at >= .zero
        }
        guard let quiet = moves.last?.at else {
            return .failure(.init(words: "the address did not move"))
        }
        var last = quiet
        for who in ["worker", "producer"] {
            let state = entries.last {
                $0.who == who && ($0.what == .connected || $0.what == .disconnected)
            }
            guard let state, state.what == .connected, state.at >= quiet else {
                return .failure(
                    .init(words: "the \(who) has no connection that was made after the last step"))
            }
            last = max(last, state.at)
        }
        let known = entries.filter { $0.what == .subscribed && $0.detail.hasPrefix("worker-") }
            .map { ($0.detail.prefix { $0 != " " }, $0.at) }
        guard let living = known.last else {
            return .failure(.init(words: "the broker never knew a consumer"))
        }
        last = max(last, living.1)
        for (session, _) in known.dropLast() {
            let end = entries.last {
                $0.what == .unsubscribed && $0.detail.hasPrefix("\(session) ")
            }
            guard let end else {
                return .failure(.init(words: "the broker knows the dead \(session) to the end"))
            }
            last = max(last, end.at)
        }
        return .success(last)
    }

    /// The messages that were published before a moment, and that nobody got.
    func missing(before moment: Moment) -> [Int] {
        let got = Set(entries.filter { $0.what == .received }.compactMap(\.message))
        let sent = entries.filter { $0.what == .published && $0.at < moment }
            .compactMap(\.message)
        return Set(sent).subtracting(got).sorted()
    }
}
