import KernelTimers

/// A ladder as SVG: what is drawn, and where.
struct LadderSVG {
    /// The plot's width in its own units; it is scaled to the page.
    static let width = 960.0
    fileprivate static let gutter = 104.0
    fileprivate static let margin = 22.0
    private static let rungHeight = 30.0
    private static let axisHeight = 26.0

    private let ladder: Ladder
    private let axis: LadderAxis
    private let scale: TimeScale
    private let rungs: [Ladder.Rung]

    /// The drawing of a ladder; several on one axis share the end of the latest.
    init(_ ladder: Ladder, end: Moment? = nil) {
        self.ladder = ladder
        rungs = ladder.rungs
        axis = LadderAxis(until: end ?? ladder.end)
        scale = axis.scale
    }

    private var bottom: Double { 6 + Double(rungs.count) * Self.rungHeight }

    /// The element.
    var html: HTML {
        let height = Int(bottom + Self.axisHeight)
        return """
            <svg class="ladder" viewBox="0 0 \(Int(Self.width)) \(height)" role="img">\
            <title>\(ladder.title)</title>\
            <desc>\(ladder.description)</desc>\(lines)\(bands)\(spans)\(marks)</svg>
            """
    }

    private func middle(_ rung: Ladder.Rung) -> Double {
        6 + (Double(rungs.firstIndex(of: rung) ?? 0) + 0.5) * Self.rungHeight
    }

    fileprivate static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = (tenths / 10, abs(tenths % 10))
        return rest == 0 ? "\(whole)" : "\(whole).\(rest)"
    }

    // MARK: - Ground

    /// The windows, each with the mark that was expected in it: one title for both. What stands on
    /// a rung with bars is drawn above them, apart.
    private var bands: HTML {
        var seen: [Int: Ladder.Mark] = [:]
        for mark in ladder.marks where mark.rung != .application {
            if let number = mark.band, seen[number] == nil { seen[number] = mark }
        }
        return .joined(
            ladder.bands.map { band in
                guard let mark = band.number.flatMap({ seen[$0] }) else {
                    return path(band, title: "<title>\(band.title)</title>")
                }
                return "<g><title>\(mark.title)</title>\(path(band))\(drawing(mark))</g>"
            })
    }

    private func path(_ band: Ladder.Band, title: HTML? = nil) -> HTML {
        // A window of some milliseconds among seconds would not be seen.
        let from = scale.place(band.window.earliest)
        let width = max(4, scale.place(band.window.latest) - from)
        let left = min(from, from - (4 - min(4, width)) / 2)
        let top = band.rung.map { middle($0) - Self.rungHeight / 2 } ?? 6
        let height = band.rung == nil ? bottom - 6 : Self.rungHeight
        let start: HTML = """
            <path class="\(band.isAbort ? "bz" : "b")" d="M\(Self.number(left)) \
            \(Self.number(top))h\(Self.number(width))v\(Self.number(height))h-\
            \(Self.number(width))z"
            """
        return title.map { "\(start)>\($0)</path>" } ?? "\(start)/>"
    }

    private var lines: HTML {
        let lines = rungs.map { rung -> HTML in
            "<use href=\"#g-\(rung.rawValue)\" y=\"\(Self.number(middle(rung)))\"/>"
        }
        return "\(lines)<use href=\"#\(axis.name)\" y=\"\(Self.number(bottom))\"/>"
    }

    // MARK: - Figures

    private var spans: HTML {
        .joined(
            ladder.spans.map { span in
                let from = scale.place(span.from)
                let width = max(3, scale.place(span.until) - from)
                let y = middle(span.rung)
                let name = span.rung == .network ? "im" : "wt"
                let title =
                    "\(span.label): \(Window(span.from, span.until).text)"
                let label: HTML =
                    width > Double(span.label.count) * 6.2 + 12
                    ? """
                    <text class="sl" x="\(Self.number(from + 8))" \
                    y="\(Self.number(y + 4))">\(span.label)</text>
                    """ : .none
                return """
                    <g class="\(name)"><title>\(title)</title><rect x="\(Self.number(from))" \
                    y="\(Self.number(y - 9))" width="\(Self.number(width))" height="18" rx="3"/>\
                    \(label)</g>
                    """
            })
    }

    /// The marks that are not drawn with their windows.
    private var marks: HTML {
        let windows = Set(ladder.bands.compactMap(\.number))
        var drawn: Set<Int> = []
        return .joined(
            ladder.marks.compactMap { mark in
                if mark.rung != .application, let number = mark.band, windows.contains(number),
                    drawn.insert(number).inserted
                {
                    return nil
                }
                let name: HTML =
                    mark.label == nil ? .none : " class=\"k-\(mark.shape.rawValue)\""
                return "<g\(name)><title>\(mark.title)</title>\(drawing(mark))</g>"
            })
    }

    /// A mark without its title.
    private func drawing(_ mark: Ladder.Mark) -> HTML {
        let from = scale.place(mark.window.earliest)
        let until = scale.place(mark.window.latest)
        let x = Self.number((from + until) / 2)
        let y = Self.number(middle(mark.rung))
        let shape = mark.shape.rawValue
        let extent: HTML =
            until - from > 3
            ? """
            <path class="ex k-\(shape)" d="M\(Self.number(from)) \(y)H\(Self.number(until))"/>
            """ : .none
        let ring: HTML = mark.isUnexpected ? "<use href=\"#m-u\" x=\"\(x)\" y=\"\(y)\"/>" : .none
        return """
            \(extent)<use href="#m-\(shape)" x="\(x)" y="\(y)"/>\(ring)\
            \(label(mark, at: (from + until) / 2))
            """
    }

    private func label(_ mark: Ladder.Mark, at place: Double) -> HTML {
        guard let label = mark.label else { return .none }
        let isRight = place < Self.width - Self.margin - Double(label.count) * 8 - 14
        return """
            <text class="el" x="\(Self.number(isRight ? place + 11 : place - 11))" \
            y="\(Self.number(middle(mark.rung) + 4))"\
            \(HTML(trusted: isRight ? "" : " text-anchor=\"end\""))>\(label)</text>
            """
    }

    /// What all plots of a page draw alike, once: the shapes, the rungs, the axes.
    static func symbols(_ axes: Set<LadderAxis>) -> HTML {
        let axes = axes.sorted { $0.end < $1.end }.map(\.symbol)
        return """
            <svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs>\
            \(shapes)\(Ladder.Rung.allCases.map(rung))\(axes)</defs></svg>
            """
    }

    private static func rung(_ rung: Ladder.Rung) -> HTML {
        """
        <g id="g-\(rung.rawValue)"><path class="rg" d="M\(number(gutter)) 0H\
        \(number(width - margin))"/><text class="rl" y="4">\(rung.label)</text></g>
        """
    }

    private static let shapes: HTML = """
        <g id="m-d"><circle r="5"/></g>\
        <g id="m-p"><circle r="4.5" class="h"/><circle r="1.8"/></g>\
        <g id="m-r"><path d="M0-5.5 5.5 4.5H-5.5z"/></g>\
        <g id="m-w"><path d="M0-6 6 0 0 6-6 0z" class="h"/></g>\
        <g id="m-a"><path d="M0 5.5 5.5-4.5H-5.5z" class="h"/></g>\
        <g id="m-x"><path d="M-4.5-4.5 4.5 4.5M-4.5 4.5 4.5-4.5" class="h"/></g>\
        <g id="m-e"><path d="M-2.9-7H2.9L7-2.9V2.9L2.9 7H-2.9L-7 2.9V-2.9z"/>\
        <path d="M0-4V1M0 3.2V3.4" class="n"/></g>\
        <g id="m-s"><path d="M0-7V7" class="h"/></g>\
        <g id="m-o"><rect x="-4" y="-4" width="8" height="8"/></g>\
        <g id="m-u"><circle r="9" class="h"/></g>
        """
}

/// The axis of a plot. Its end is rounded up to two digits, so that plots of about the same length
/// share one, which the page then holds once.
struct LadderAxis: Hashable {
    /// Until when it reaches.
    let end: Moment

    /// The axis of a plot that reaches until `end`.
    init(until end: Moment) {
        let milliseconds = max(200, (end.nanoseconds + 999_999) / 1_000_000)
        var unit: Int64 = 1
        while milliseconds / unit >= 100 { unit *= 10 }
        self.end = .milliseconds(Int((milliseconds + unit - 1) / unit * unit))
    }

    /// The name under which the page holds it.
    var name: String { "x\(end.nanoseconds / 1_000_000)" }

    /// Where moments stand on it.
    var scale: TimeScale {
        TimeScale(
            end: end, left: LadderSVG.gutter, right: LadderSVG.width - LadderSVG.margin)
    }

    fileprivate var symbol: HTML {
        let number = LadderSVG.number
        let ticks = scale.ticks(gap: 46)
        let path = ticks.map { "M\(number($0.place)) 0v5" }
        let labels = ticks.map { tick -> HTML in
            "<text x=\"\(number(tick.place))\">\(tick.label)</text>"
        }
        return """
            <g id="\(name)"><path class="ax" d="M\(number(LadderSVG.gutter)) 0H\
            \(number(LadderSVG.width - LadderSVG.margin))\(path.joined())"/>\
            <g class="tk" transform="translate(0 19)">\(labels)</g></g>
            """
    }
}
