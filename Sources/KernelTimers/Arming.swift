/// One way in which a timer can have been armed.
struct Arming: Sendable {
    /// The delay in jiffies: a range where it depends on times that are known only nearly.
    var delays: ClosedRange<Int>
    /// What is known of the firing beyond the delay, where the delay was cut to a deadline.
    var bound: Window?
    /// Whether the delay was cut, so that the timer's firing is the deadline's passing. Where
    /// `jiffies` may lag, it can fire just before, and once more just after.
    var endsAtDeadline = false
    /// Whether the delay was cut to the deadline.
    var isCut = false
    /// The arithmetic.
    var derivation: String
    /// Where the interval began: the event that armed the timer, the start of the clock.
    var anchors: [Window] = []

    /// An exact delay.
    init(_ purpose: String, jiffies: Int, _ rules: KernelRules, _ conditions: Conditions) {
        delays = jiffies...jiffies
        derivation = "\(purpose) \(Self.words(jiffies, rules, conditions))"
    }

    /// A delay cut to a deadline, within `bound`.
    init(
        cut purpose: String, to delays: ClosedRange<Int>, bound: Window, _ rules: KernelRules,
        _ conditions: Conditions
    ) {
        self.delays = delays
        self.bound = bound
        isCut = true
        endsAtDeadline = conditions.lag == .zero
        derivation =
            "\(purpose) cut to what is left of T: "
            + Self.words(delays.upperBound, rules, conditions)
    }

    private static func words(
        _ jiffies: Int, _ rules: KernelRules, _ conditions: Conditions
    ) -> String {
        rules.wheel.explanation(
            jiffies: jiffies, tick: conditions.tick, reach: conditions.reach)
    }

    /// When the timer fires that was armed in `armed`; empty where that contradicts the bound.
    mutating func firing(
        armed: Window, _ rules: KernelRules, _ conditions: Conditions
    ) -> Window {
        anchors.append(armed)
        let window = rules.wheel.firing(
            armed: armed, jiffies: delays, tick: conditions.tick, reach: conditions.reach,
            lag: conditions.lag, trail: conditions.trail(at: armed))
        return conditions.disturbed(bound.map(window.intersection) ?? window, armed: armed)
    }
}
