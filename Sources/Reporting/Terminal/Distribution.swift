public import Evidence
import KernelTimers

/// Where in their windows events lay: (observed − earliest) ÷ width, over all findings that match
/// a variant.
///
/// A model that is right and no wider than it must be fills its windows from one end to the other;
/// one that is too generous leaves an end empty, in every run.
public struct Distribution: Sendable, Hashable {
    /// How many of the events lay in each tenth of their window.
    public private(set) var tenths = [Int](repeating: 0, count: 10)
    /// Events outside of their window, which a stall excused.
    public private(set) var excused = 0
    /// Events whose window is a single moment.
    public private(set) var exact = 0
    /// Events that no witness saw.
    public private(set) var unseen = 0
    /// The places of all, sorted.
    public private(set) var places: [Double] = []
    /// The widest window of an event that was seen, nanoseconds, and where it stands.
    public private(set) var widest = Widest(nanoseconds: 0, words: "")

    /// A window, and of which event of which trial.
    public struct Widest: Sendable, Hashable {
        /// How wide it is.
        public var nanoseconds: Int64
        /// The event and the trial.
        public var words: String
    }

    /// The distribution over findings; those that match no variant are left out.
    public init(_ findings: [Finding]) {
        for finding in findings where !finding.variants.isEmpty {
            for comparison in finding.comparisons { take(comparison, finding) }
        }
        places.sort()
    }

    private mutating func take(_ comparison: Comparison, _ finding: Finding) {
        guard let observed = comparison.observed else {
            unseen += 1
            return
        }
        let window = comparison.expected.window
        let width = window.width.wholeNanoseconds
        guard width > 0 else {
            exact += 1
            return
        }
        if width > widest.nanoseconds {
            widest = Widest(
                nanoseconds: width, words: "\(comparison.expected.kind) of \(finding.trial)")
        }
        let moment = min(max(observed.window.earliest, window.earliest), observed.window.latest)
        let place =
            Double((moment - window.earliest).wholeNanoseconds) / Double(width)
        guard (0...1).contains(place) else {
            excused += 1
            return
        }
        places.append(place)
        tenths[min(9, Int(place * 10))] += 1
    }

    /// A line a tenth, and what they add up to.
    public var text: String {
        var lines = ["Where events lay in their windows, (observed - earliest) / width:"]
        let most = max(1, tenths.max() ?? 1)
        for (index, count) in tenths.enumerated() {
            let bar = String(repeating: "#", count: (count * 50 + most - 1) / most)
            lines.append(
                "  0.\(index)  " + PlainText.padded(String(count), to: 6, right: true) + "  " + bar)
        }
        lines += PlainText.wrapped(
            "\(places.count) events in windows, \(exact) at a moment, \(excused) excused by a "
                + "stall, \(unseen) that no witness saw" + quantiles, width: 80)
        if widest.nanoseconds > 0 {
            lines += PlainText.wrapped(
                "widest window: \(Duration.fixed(widest.nanoseconds, digits: 3)) s, "
                    + widest.words, width: 80)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var quantiles: String {
        guard let first = places.first, let last = places.last else { return "" }
        let words = [first, places[places.count / 2], last].map {
            Duration.fixed(Int64($0 * 1e9), digits: 3)
        }
        return "; least \(words[0]), median \(words[1]), most \(words[2])"
    }
}
