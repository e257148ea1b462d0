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
    /// To which T it was cut, milliseconds: another may be in force when it fires.
    var cutMilliseconds: Int?
    /// The arithmetic.
    private var words: LazyText
    /// The same in words.
    var derivation: String { words.text }
    /// Where the interval began: the event that armed the timer, the start of the clock.
    var anchors: [Window] = []

    /// What may decide between two delays, as derivations name it.
    static let unseenMillisecond = "a millisecond that no witness sees"

    /// An exact delay.
    init(_ purpose: String, jiffies: Int, _ rules: KernelRules, _ conditions: Conditions) {
        delays = jiffies...jiffies
        words = LazyText("\(purpose) \(Self.words(jiffies, rules, conditions))")
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
        // What is left is a difference of whole milliseconds of the kernel's clock.
        words = LazyText(
            "\(purpose) cut to what is left of T: "
                + Self.words(delays.upperBound, rules, conditions)
                + (delays.count == 2 ? ", or a jiffy less by \(Self.unseenMillisecond)" : ""))
    }

    /// The ways in which an RTO of so many jiffies may be armed in `now`: as it is, or for what is
    /// left of T where that is shorter (`tcp_clamp_rto_to_user_timeout`, 4.19 b701a99e431d).
    ///
    /// `deadline` holds the clock's start and T in milliseconds, 0 for none. `wasCut`: whether the
    /// timer that has just fired was cut to the same deadline.
    static func towards(
        deadline: (start: Window, milliseconds: Int)?, jiffies delay: Int, at now: Window,
        wasCut: Bool, _ rules: KernelRules, _ conditions: Conditions
    ) -> [Arming] {
        let plain = Arming("RTO", jiffies: delay, rules, conditions)
        guard let (start, milliseconds) = deadline, milliseconds > 0 else { return [plain] }
        let tick = conditions.tick
        let timeout = Duration.milliseconds(milliseconds)
        let rounding = Duration.milliseconds(1)
        let least = tick.jiffies(covering: timeout - (now.latest - start.earliest) - rounding)
        let most = tick.jiffies(covering: timeout - (now.earliest - start.latest) + rounding)
        var armings: [Arming] = []
        if least < delay {
            let delays = max(1, least)...max(1, min(most, delay))
            let slack =
                rules.wheel.granularity(
                    jiffies: delays.upperBound, trail: conditions.trail(at: now)) + 1
            // Whatever was left, it was left of T: the sum is known better than its parts. One
            // jiffy is the rounding of what is left.
            let bound = Window(
                start.earliest + (timeout - rounding - conditions.lag),
                max(start.latest + timeout + rounding, now.latest + tick.jiffy)
                    + tick.duration(jiffies: slack) + conditions.reach)
            var clamped = Arming(cut: "RTO", to: delays, bound: bound, rules, conditions)
            clamped.cutMilliseconds = milliseconds
            // `jiffies` lags once; the tick after that is past the deadline.
            if wasCut { clamped.endsAtDeadline = true }
            armings.append(clamped)
        }
        if most >= delay { armings.append(plain) }
        return armings
    }

    /// Whether its firing is the passing of a deadline of so many milliseconds.
    func ends(_ milliseconds: Int) -> Bool {
        endsAtDeadline && (cutMilliseconds ?? milliseconds) >= milliseconds
    }

    private static func words(
        _ jiffies: Int, _ rules: KernelRules, _ conditions: Conditions
    ) -> String {
        rules.wheel.explanation(
            jiffies: jiffies, tick: conditions.tick, reach: conditions.reach)
    }

    /// The same after it was armed in `armed`, and when it fires.
    func fired(
        armed: Window, _ rules: KernelRules, _ conditions: Conditions
    ) -> (arming: Arming, firing: Window) {
        var arming = self
        let firing = arming.firing(armed: armed, rules, conditions)
        return (arming, firing)
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
