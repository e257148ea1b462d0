internal import Evidence
internal import KernelTimers

/// One ladder for all nodes of a cell: who had the address, whose connections were alive, where the
/// messages went, and when whoever had to notice did.
struct FailoverLadder {
    private static let width = 960.0
    private static let gutter = 118.0
    private static let margin = 22.0
    private static let rungHeight = 28.0
    private static let axisHeight = 26.0

    private let observation: FailoverObservation
    private let finding: FailoverFinding
    private let scale: TimeScale

    init(_ observation: FailoverObservation, _ finding: FailoverFinding) {
        self.observation = observation
        self.finding = finding
        let isThree = observation.cell.controllers.contains(.c3)
        rungs = Rung.allCases.filter {
            (isThree || ($0 != .address3 && $0 != .proxy2))
                && (finding.calls != nil || $0 != .calls)
        }
        scale = TimeScale(
            end: observation.end, left: Self.gutter, right: Self.width - Self.margin)
    }

    /// The rungs, from the clients to the broker.
    private enum Rung: CaseIterable {
        case idle, worker, producer, address1, address2, address3, proxy, proxy2, broker, arrived
        case dead, calls

        var label: String {
            switch self {
            case .idle: "idle consumer"
            case .worker: "consumer"
            case .producer: "producer"
            case .address1: "address at c1"
            case .address2: "address at c2"
            case .address3: "address at c3"
            case .proxy: "proxy on c1"
            case .proxy2: "proxy on c2"
            case .broker: "broker"
            case .arrived: "messages arrived"
            case .dead: "… given to the dead"
            case .calls: "calls"
            }
        }
    }

    /// The rungs of this cell: a third controller, and a second proxy that lost a consumer, only
    /// where there is one.
    private let rungs: [Rung]

    private func y(_ rung: Rung) -> Double {
        6 + (Double(rungs.firstIndex(of: rung) ?? 0) + 0.5) * Self.rungHeight
    }

    private var bottom: Double { 6 + Double(rungs.count) * Self.rungHeight }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = (tenths / 10, abs(tenths % 10))
        return rest == 0 ? "\(whole)" : "\(whole).\(rest)"
    }

    private static func seconds(_ moment: Moment) -> String {
        Duration.fixed(moment.nanoseconds, digits: 3) + " s"
    }

    private var title: String {
        "\(observation.cell.event.title), with \(observation.cell.protection.title)"
    }

    /// The element.
    var html: HTML {
        """
        <svg class="ladder" viewBox="0 0 \(Int(Self.width)) \(Int(bottom + Self.axisHeight))" \
        role="img" aria-label="\(title)"><title>\(title)</title>\(bands)\(ladder)\(axis)\
        \(spans)\(messages)\(steps)\(ends)</svg>
        """
    }

    private var bands: HTML {
        .joined(
            finding.checks.compactMap { check -> HTML? in
                guard let window = check.window else { return nil }
                let from = scale.place(window.earliest)
                let width = max(4, scale.place(window.latest) - from)
                return """
                    <rect class="bz" x="\(Self.number(from))" y="6" \
                    width="\(Self.number(width))" height="\(Self.number(bottom - 6))"><title>\
                    \(check.what): expected \(check.expected). \(check.derivation ?? "")</title>\
                    </rect>
                    """
            })
    }

    private var ladder: HTML {
        .joined(
            rungs.map { rung in
                """
                <text class="rl" x="0" y="\(Self.number(y(rung) + 4))">\(rung.label)</text>\
                <path class="rg" d="M\(Self.number(Self.gutter)) \(Self.number(y(rung)))H\
                \(Self.number(Self.width - Self.margin))"/>
                """
            })
    }

    private var axis: HTML {
        let ticks = scale.ticks(gap: 46)
        let path = ticks.map { "M\(Self.number($0.place)) \(Self.number(bottom))v5" }.joined()
        let labels = ticks.map { tick -> HTML in
            """
            <text class="tk" x="\(Self.number(tick.place))" y="\(Self.number(bottom + 19))">\
            \(tick.label)</text>
            """
        }
        return """
            <path class="ax" d="M\(Self.number(Self.gutter)) \(Self.number(bottom))H\
            \(Self.number(Self.width - Self.margin))\(path)"/>\(labels)
            """
    }

    // MARK: - What lasts

    private func span(
        _ rung: Rung, _ from: Moment, _ until: Moment, _ label: String, _ name: String
    ) -> HTML {
        guard until > .zero else { return .none }
        let left = scale.place(max(from, .zero))
        let width = max(2, scale.place(until) - left)
        // Where a connection ended stands why; what follows has its name in its title.
        let isNamed = name != "wt" || from <= .zero
        let words: HTML =
            isNamed && width > Double(label.count) * 6.2 + 12
            ? """
            <text class="sl" x="\(Self.number(left + 8))" y="\(Self.number(y(rung) + 4))">\
            \(label)</text>
            """ : .none
        return """
            <g class="\(name)"><title>\(label): \(Self.seconds(from)) to \(Self.seconds(until))\
            </title><rect x="\(Self.number(left))" y="\(Self.number(y(rung) - 8))" \
            width="\(Self.number(width))" height="16" rx="3"/>\(words)</g>
            """
    }

    private var spans: HTML {
        var pieces: [HTML] = []
        for (rung, who) in [
            (Rung.worker, "worker"), (.idle, "idle"), (.producer, "producer"),
        ] {
            var open: FailoverEntry?
            for entry in observation.entries where entry.who == who {
                if entry.what == .connected { open = entry }
                if entry.what == .disconnected, let began = open {
                    pieces.append(span(rung, began.at, entry.at, Self.session(began), "wt"))
                    open = nil
                }
            }
            if let began = open {
                pieces.append(span(rung, began.at, observation.end, Self.session(began), "wt"))
            }
        }
        return .joined(pieces + addresses)
    }

    /// Who had the address, and for how long a node that had it was cut off.
    private var addresses: [HTML] {
        let rows = [(Rung.address1, FailoverNode.c1), (.address2, .c2), (.address3, .c3)]
        return rows.flatMap { rung, node -> [HTML] in
            var pieces: [HTML] = []
            var since: Moment?
            var cut: Moment?
            func close(_ at: Moment) {
                guard let began = since else { return }
                pieces.append(
                    cut == nil
                        ? span(rung, began, at, "has it", "im")
                        : span(rung, began, at, "has it, and is cut off", "im cut"))
            }
            let words = (
                FailoverEvent.Action.isolate(node).description,
                FailoverEvent.Action.rejoin(node).description
            )
            for entry in observation.entries {
                switch entry.what {
                case .addressAdded where entry.who == node.rawValue: since = entry.at
                case .addressRemoved where entry.who == node.rawValue:
                    close(entry.at)
                    since = nil
                case .step where entry.detail == words.0 || entry.detail == words.1:
                    close(entry.at)
                    since = since.map { max($0, entry.at) }
                    cut = entry.detail == words.0 ? entry.at : nil
                default: break
                }
            }
            close(observation.end)
            return pieces
        }
    }

    private static func session(_ entry: FailoverEntry) -> String {
        entry.detail.split(separator: " ").first.map(String.init) ?? ""
    }

    // MARK: - What happens at a moment

    /// Every message after the event: where it arrived, or that it went to somebody who is dead.
    private var messages: HTML {
        var arrived: [Int: Moment] = [:]
        var pieces: [HTML] = []
        for entry in observation.entries where entry.what == .received {
            guard let number = entry.message, arrived[number] == nil else { continue }
            arrived[number] = entry.at
            guard entry.at >= .zero else { continue }
            pieces.append(tick(.arrived, entry.at, "g", "message \(number) arrived"))
        }
        for entry in observation.entries where entry.what == .delivered && entry.at >= .zero {
            guard let number = entry.message, entry.detail.hasPrefix("worker") else { continue }
            let came = observation.entries.contains {
                $0.what == .received && $0.message == number && $0.detail == entry.detail
            }
            if came { continue }
            let later = arrived[number].map { ", arrived elsewhere at \(Self.seconds($0))" } ?? ""
            pieces.append(
                tick(
                    .dead, entry.at, "d",
                    "message \(number) given to \(entry.detail), which never got it\(later)"))
        }
        return .joined(pieces + calls)
    }

    /// Every call, where it was made: answered, or not in time.
    private var calls: [HTML] {
        guard rungs.contains(.calls) else { return [] }
        var made: [Int: Moment] = [:]
        return observation.entries.compactMap { entry -> HTML? in
            guard let number = entry.message else { return nil }
            if entry.what == .called { made[number] = entry.at }
            guard entry.what == .answered || entry.what == .callTimedOut, entry.at >= .zero,
                let began = made[number]
            else { return nil }
            let isAnswered = entry.what == .answered
            let words = isAnswered ? "answered" : "timed out"
            return tick(
                .calls, max(began, .zero), isAnswered ? "g" : "d",
                "call \(number) \(words) at \(Self.seconds(entry.at)), made")
        }
    }

    private func tick(_ rung: Rung, _ at: Moment, _ name: String, _ words: String) -> HTML {
        """
        <path class="f\(name)" d="M\(Self.number(scale.place(at))) \
        \(Self.number(y(rung) - 7))v14"><title>\(words), \(Self.seconds(at))</title></path>
        """
    }

    private var steps: HTML {
        .joined(
            observation.entries.filter { $0.what == .step }.map { entry in
                """
                <path class="fs" d="M\(Self.number(scale.place(entry.at))) 6V\
                \(Self.number(bottom))"><title>\(entry.detail), \(Self.seconds(entry.at))</title>\
                </path>
                """
            })
    }

    private var ends: HTML {
        var pieces: [HTML] = []
        func add(_ rung: Rung, _ at: Moment?, _ words: String) {
            guard let at, rungs.contains(rung) else { return }
            let place = scale.place(at)
            let isRight = place < Self.width - Self.margin - Double(words.count) * 7 - 14
            pieces.append(
                """
                <g class="fe"><title>\(words), \(Self.seconds(at))</title><path d="M\
                \(Self.number(place - 5)) \(Self.number(y(rung) - 5))l10 10m0 -10l-10 10"/>\
                <text x="\(Self.number(isRight ? place + 10 : place - 10))" \
                y="\(Self.number(y(rung) + 4))"\
                \(HTML(trusted: isRight ? "" : " text-anchor=\"end\""))>\(words)</text></g>
                """)
        }
        add(.worker, finding.worker?.at, finding.worker?.error ?? "")
        add(.idle, finding.idle?.at, finding.idle?.error ?? "")
        add(.proxy, finding.proxyEnded, "ends the connection")
        for check in finding.checks where check.what.hasPrefix("the proxy on c2") {
            add(.proxy2, check.at, "ends the connection")
        }
        add(.broker, finding.brokerEnded, "takes its messages back")
        return .joined(pieces)
    }
}
