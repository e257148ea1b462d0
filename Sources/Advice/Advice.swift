public import KernelTimers

/// Settings that meet needs, or the reason why none do.
public struct Advice: Sendable, Hashable {
    /// Settings for one product.
    public struct Suggestion: Sendable, Hashable {
        /// The product.
        public var product: String
        /// The lines to write into its configuration.
        public var settings: [String]
        /// What they notice, and when.
        public var detects: [Detection]
        /// What they cost.
        public var cost: String
        /// What of the kernel they rest on that nobody has shown yet.
        public var unshown: [Ground]
    }

    /// What is noticed, and when.
    public struct Detection: Sendable, Hashable {
        /// What.
        public var what: String
        /// When; nil: never.
        public var window: Window?
    }

    /// What is not suggested, and why.
    public struct Withheld: Sendable, Hashable {
        /// The product.
        public var product: String
        /// The reason.
        public var reason: String
    }

    /// TCP_USER_TIMEOUT that meets the needs, milliseconds; nil where none may be suggested.
    public var userTimeoutMilliseconds: Int?
    /// The suggestions.
    public var suggestions: [Suggestion] = []
    /// What is not suggested.
    public var withheld: [Withheld] = []
    /// What else this kernel breaks with such settings.
    public var besides: [String] = []
    /// Why nothing can meet the needs.
    public var refusal: String?

    /// Works out advice for needs on a kernel of which so much is known.
    public init(_ needs: Needs, grounds: Grounds = Grounds()) {
        let chooser = Chooser(needs)
        switch chooser.choose() {
        case .failure(let reason):
            refusal = reason.description
        case .success(let milliseconds):
            let writer = AdviceWriter(needs, chooser.model, milliseconds, grounds)
            if writer.breaks([.silentPeer, .lostAddress]) == nil {
                userTimeoutMilliseconds = milliseconds
            }
            (suggestions, withheld) = writer.write()
            besides = grounds.besides
        }
    }
}

/// Chooses TCP_USER_TIMEOUT.
struct Chooser {
    let needs: Needs
    let model: DetectionModel

    init(_ needs: Needs) {
        self.needs = needs
        model = DetectionModel(roundTrip: needs.roundTrip, tick: needs.tick)
    }

    struct Impossible: Error, CustomStringConvertible {
        var description: String
    }

    /// The values that are tried: every 100 ms up to 10 s, every second up to 10 minutes.
    private var candidates: [Int] {
        Array(stride(from: 100, to: 10_000, by: 100))
            + Array(stride(from: 10_000, through: 600_000, by: 1000))
    }

    /// The latest that a dead connection is noticed.
    func latest(_ milliseconds: Int) -> Duration {
        let windows = [DetectionModel.Death.silentPeer, .lostAddress].compactMap {
            model.detection($0, userTimeoutMilliseconds: milliseconds)?.latest
        }
        return (windows.max() ?? .zero) - .zero
    }

    /// The longest blip that is survived for certain, in whichever way it shows.
    func survived(_ milliseconds: Int) -> Duration {
        [DetectionModel.Death.silentPeer, .lostAddress]
            .map { model.survivedOutage($0, userTimeoutMilliseconds: milliseconds) }
            .min() ?? .zero
    }

    /// For how long a consumer may read nothing.
    func patience(_ milliseconds: Int) -> Duration {
        let window = model.detection(.shutWindow, userTimeoutMilliseconds: milliseconds)
        return window.map { $0.earliest - .zero } ?? .seconds(4000)
    }

    /// The largest value that still notices in time and meets the rest: it bears most.
    func choose() -> Result<Int, Impossible> {
        let best = candidates.reversed().first {
            .milliseconds($0) <= needs.detectWithin && latest($0) <= needs.detectWithin
                && bears($0)
        }
        if let best { return .success(best) }
        guard let least = candidates.first(where: bears) else {
            return .failure(
                Impossible(
                    description: "no timeout of up to 600 s survives a blip of "
                        + "\(needs.surviveBlip.formattedSeconds) and a consumer that reads nothing "
                        + "for \(needs.slowConsumer.formattedSeconds)"))
        }
        let isForTheSlow =
            patience(least) - needs.slowConsumer < survived(least) - needs.surviveBlip
        let binding =
            isForTheSlow
            ? "a consumer that reads nothing for \(needs.slowConsumer.formattedSeconds)"
            : "a blip of \(needs.surviveBlip.formattedSeconds)"
        return .failure(
            Impossible(
                description: "impossible: to bear \(binding), TCP_USER_TIMEOUT must be at least "
                    + "\(least) ms, and then a dead connection is noticed within "
                    + "\(latest(least).formattedSeconds) only, not within "
                    + "\(needs.detectWithin.formattedSeconds); ask for less, or tell slow from "
                    + "dead by heartbeats that the consumer's own thread sends"))
    }

    private func bears(_ milliseconds: Int) -> Bool {
        // The clock starts with the first RTO or probe, within a second of the write: what is
        // shorter by more cannot bear it.
        let reach = Duration.milliseconds(milliseconds + 1000)
        guard reach >= max(needs.surviveBlip, needs.slowConsumer) else { return false }
        return survived(milliseconds) >= needs.surviveBlip
            && patience(milliseconds) > needs.slowConsumer
    }
}
