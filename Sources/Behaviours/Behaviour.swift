public import Evidence
public import KernelTimers

/// One question about a kernel, with all that is needed to ask it and to name the answer.
///
/// A behaviour is data: its file in `Catalogue/` is all that it needs. The file's name is the name
/// of the static member that it defines; the build collects them (`CatalogueList`).
public struct Behaviour: Sendable {
    /// The stable dotted id, such as `zero-window.live`.
    public let id: String
    /// The question, one sentence.
    public let question: String
    /// The situations of `Scenario.all` that it asks, by their numbers.
    public let scenarios: [Int]
    /// What stands behind the question: the situation, and what is promised of it.
    public let background: String
    /// The values with which it is asked.
    public let cases: [Parameters]
    /// The stimulus for given values. The second argument is how long to wait for an error.
    public let stimulus: @Sendable (Parameters, _ horizonMilliseconds: Int) -> Script
    /// From when on every packet of the flow must be in the schedule.
    public let outage: Outage
    /// The RTO then, where nothing was measured yet; nil is what the round-trip time gives.
    public let initialRTO: Duration?
    /// TCP_USER_TIMEOUT over time, where it is not simply the trial's T from the beginning.
    public let userTimeout: @Sendable (Parameters, _ marks: [String: Window]) -> Timeline<Int>
    /// When the script's steps take place in a calm world: what `predict` assumes.
    public let assumedMarks: @Sendable (Parameters) -> [String: Window]
    /// The known answers, the broken ones included.
    public let variants: [Variant]
    /// What calls must return whichever variant it is.
    public let values: @Sendable (Parameters) -> [ValueExpectation]
    /// Which variants keep the promise.
    public let contract: Contract
    /// What shows that the check can fail.
    public let controls: [Control]

    /// A behaviour; everything that has a sensible default has it.
    public init(
        id: String, question: String, scenarios: [Int] = [], background: String,
        cases: [Parameters],
        stimulus: @escaping @Sendable (Parameters, Int) -> Script,
        outage: Outage,
        initialRTO: Duration? = nil,
        userTimeout: @escaping @Sendable (Parameters, [String: Window]) -> Timeline<Int> = {
            parameters, _ in Timeline(parameters.userTimeoutMilliseconds)
        },
        assumedMarks: @escaping @Sendable (Parameters) -> [String: Window] = { _ in [:] },
        variants: [Variant],
        values: @escaping @Sendable (Parameters) -> [ValueExpectation] = { _ in [] },
        contract: Contract, controls: [Control]
    ) {
        self.id = id
        self.question = question
        self.scenarios = scenarios
        self.background = background
        self.cases = cases
        self.stimulus = stimulus
        self.outage = outage
        self.initialRTO = initialRTO
        self.userTimeout = userTimeout
        self.assumedMarks = assumedMarks
        self.variants = variants
        self.values = values
        self.contract = contract
        self.controls = controls
    }

    /// The trials of this behaviour.
    public var trials: [TrialID] {
        cases.map { TrialID(behaviour: id, parameters: $0) }
    }

    /// The script for given values, with a horizon beyond every other known answer.
    public func script(_ parameters: Parameters) -> Script {
        stimulus(parameters, horizonMilliseconds(parameters))
    }

    /// The variants that can be told for given values.
    public func variants(for parameters: Parameters) -> [Variant] {
        variants.filter { $0.applies(parameters) }
    }

    /// The conditions that `predict` and horizons assume.
    public func assumedConditions(
        _ parameters: Parameters, tick: TickRate = .hz250, roundTrip: Duration = .zero
    ) -> Conditions {
        let marks = assumedMarks(parameters)
        var conditions = Conditions(
            tick: tick, rtoJiffies: 0, smoothedRTT: roundTrip,
            userTimeoutMilliseconds: userTimeout(parameters, marks), marks: marks)
        conditions.adopt(parameters)
        conditions.rtoJiffies =
            initialRTO.map { tick.jiffies(covering: $0) } ?? conditions.rtoAtRest
        return conditions
    }
}

/// When the judged part of a trial begins.
public enum Outage: Sendable, Hashable {
    /// When the step with that label is done.
    case step(String)
    /// When, after the step with that label began, the peer has said that its window is shut, all
    /// being acknowledged.
    case windowShut(since: String)
    /// Never: only return values are judged.
    case none
}

/// One known answer.
public struct Variant: Sendable {
    /// The answer's short name, such as `at-deadline`.
    public let name: String
    /// The answer in a sentence.
    public let summary: String
    /// From which commit to which, and where it was backported.
    public let eras: [Era]
    /// Whether it is one of the possible answers for given values.
    public let applies: @Sendable (Parameters) -> Bool
    /// The schedule that it predicts; empty where the behaviour has none.
    public let prospects: @Sendable (Conditions, Parameters) -> [Prospect]
    /// What calls return in this variant.
    public let values: @Sendable (Parameters, Conditions) -> [ValueExpectation]

    /// A variant that predicts a schedule.
    public init(
        _ name: String, _ summary: String, eras: [Era],
        applies: @escaping @Sendable (Parameters) -> Bool = { _ in true },
        prospects: @escaping @Sendable (Conditions, Parameters) -> [Prospect]
    ) {
        self.name = name
        self.summary = summary
        self.eras = eras
        self.applies = applies
        self.prospects = prospects
        values = { _, _ in [] }
    }

    /// A variant that predicts what calls return.
    public init(
        _ name: String, _ summary: String, eras: [Era],
        values: @escaping @Sendable (Parameters, Conditions) -> [ValueExpectation]
    ) {
        self.name = name
        self.summary = summary
        self.eras = eras
        applies = { _ in true }
        prospects = { _, _ in [] }
        self.values = values
    }
}

/// Which variants keep what the documentation promises.
public struct Contract: Sendable {
    /// The names of the variants.
    public let variants: [String]
    /// The sentence of the document that says so, with its place.
    public let because: String
    /// Where every kernel's practice exceeds the letter: how, and by how much at most.
    public let exceeds: String?

    /// A contract.
    public init(_ variants: [String], because: String, exceeds: String? = nil) {
        self.variants = variants
        self.because = because
        self.exceeds = exceeds
    }
}

/// What a call in a step must return.
public struct ValueExpectation: Sendable, Hashable, Codable {
    /// The step's label.
    public var label: String
    /// Which call of the step, from 0.
    public var call: Int
    /// What it must return.
    public var outcome: Outcome

    /// An expectation of the call at `call` in the step `label`.
    public init(_ label: String, call: Int = 0, _ outcome: Outcome) {
        self.label = label
        self.call = call
        self.outcome = outcome
    }

    /// What a call can return.
    public enum Outcome: Sendable, Hashable, Codable {
        /// This result, and no error.
        case result(Int)
        /// −1 and this errno.
        case fails(SocketError)
        /// Success, and this value was read.
        case value(Int)
        /// Success, and SO_ERROR held this error.
        case tookError(SocketError)
        /// Success, and SO_ERROR held none.
        case tookNoError
        /// These events, and none of those.
        case events(with: [String], without: [String])
        /// Of all calls of the step, so many reported at least one event.
        case reports(ClosedRange<Int>)
    }
}

/// An alteration of the stimulus, made after the script was written down, that the judge must
/// catch, knowing nothing of it.
public struct Control: Sendable {
    /// What is altered, in a few words.
    public let name: String
    /// With which of the behaviour's values.
    public let parameters: Parameters
    /// The alteration.
    public let alter: @Sendable (Script) -> Script
    /// What must part, and nothing before it.
    public let parts: Parting.Aspect
    /// What may part instead, where only by chance one of them comes first.
    public let others: Set<Parting.Aspect>
    /// Which expected event must part, from 0; nil where it is a value, a counter or a state, or an
    /// event whose place no witness knows.
    public let eventIndex: Int?

    /// A control.
    public init(
        _ name: String, _ parameters: Parameters, parts: Parting.Aspect,
        or others: Set<Parting.Aspect> = [], at eventIndex: Int? = nil,
        alter: @escaping @Sendable (Script) -> Script
    ) {
        self.name = name
        self.parameters = parameters
        self.parts = parts
        self.others = others
        self.eventIndex = eventIndex
        self.alter = alter
    }
}
