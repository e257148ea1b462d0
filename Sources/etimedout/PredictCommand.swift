public import ArgumentParser
import Behaviours
import Campaign
public import Evidence
import KernelTimers
import Reporting

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Print the schedule that the model expects, and the moment of the error.")

    @Argument(help: ArgumentHelp("The behaviour's id.", valueName: "behaviour"))
    var id: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "TCP_USER_TIMEOUT in milliseconds; 0 is none. By default the behaviour's first value.",
            valueName: "ms"))
    var userTimeout: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The RTO in force, milliseconds.", valueName: "ms"))
    var rto: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The round-trip time, milliseconds, of which the RTO is worked out.", valueName: "ms"))
    var rtt: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("The kernel's tick rate.", valueName: "n"))
    var hz = 250

    @Option(parsing: .unconditional, help: ArgumentHelp("net.ipv4.tcp_retries2.", valueName: "n"))
    var retries: Int?

    @Option(
        help: ArgumentHelp(
            "The variant; by default the contract's first that applies.", valueName: "name"))
    var variant: String?

    @Option(help: ArgumentHelp("ipv4 or ipv6.", valueName: "family"))
    var family: AddressFamily?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Follow the schedule for so long, seconds; by default until it ends, a connection "
                + "that lives for a minute.", valueName: "s"))
    var horizon: Int?

    @Flag(help: "Print the arithmetic of each window.")
    var explain = false

    @Flag(help: "Print the schedule as JSON.")
    var json = false

    /// How long a schedule is followed that may end: tcp_retries2 = 15 takes 924.6 s by model, and
    /// up to twice that with coarse timers.
    private static let patience = Moment.milliseconds(2_000_000)

    func validate() throws {
        try check("--user-timeout", userTimeout, 0...Int(Int32.max))
        try check("--rto", rto, 1...120_000)
        try check("--hz", hz, 24...10_000)
        try check("--retries", retries, 0...255)
        try check("--horizon", horizon, 1...1_000_000)
        if let rtt, !(0...60_000).contains(rtt) {
            throw ValidationError("--rtt \(rtt) is out of range, 0 … 60000 are accepted")
        }
        guard rto == nil || rtt == nil else {
            throw ValidationError("--rto and --rtt exclude each other")
        }
    }

    private func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError(
            "\(name) \(value) is out of range, \(range.lowerBound) … \(range.upperBound) "
                + "are accepted")
    }

    func run() throws {
        guard let behaviour = Catalogue.behaviour(id) else {
            throw CommandFailure(TrialSelection.unknown(id))
        }
        let parameters = parameters(of: behaviour)
        let variant = try chosenVariant(behaviour, parameters)
        let conditions = try conditions(behaviour, parameters)
        let prospects = variant.prospects(conditions, parameters)
        guard !prospects.isEmpty else {
            throw CommandFailure(
                "\(id) predicts what calls return, not a schedule: \(variant.summary)")
        }
        let (schedule, end) = schedule(prospects)
        let prediction = Prediction(
            behaviour: id, parameters: parameters, variant: variant.name, hz: hz,
            rtoMilliseconds: conditions.rto.inSeconds * 1000, schedule: schedule)
        if json {
            Terminal.print(String(decoding: try JSONText.encode(prediction), as: UTF8.self))
            return
        }
        printCaption(behaviour, parameters, variant, conditions)
        Terminal.print(
            ScheduleTable(schedule, horizon: end, showsDerivations: explain).text)
    }

    /// What `--json` prints.
    private struct Prediction: Encodable {
        var behaviour: String
        var parameters: Parameters
        var variant: String
        var hz: Int
        var rtoMilliseconds: Double
        var schedule: Schedule
    }

    private func parameters(of behaviour: Behaviour) -> Parameters {
        var parameters = behaviour.cases.first ?? Parameters()
        parameters.retries2 = retries
        if let family { parameters.family = family }
        if let userTimeout {
            parameters.userTimeoutMilliseconds = userTimeout
        } else if retries != nil {
            parameters.userTimeoutMilliseconds = 0
        }
        return parameters
    }

    private func chosenVariant(
        _ behaviour: Behaviour, _ parameters: Parameters
    ) throws -> Variant {
        let applicable = behaviour.variants(for: parameters)
        let known = applicable.map(\.name).joined(separator: ", ")
        guard let variant else {
            guard let promised = behaviour.promisedVariant(parameters) else {
                throw CommandFailure(
                    "no variant of \(id)'s contract applies to \(parameters.summary); "
                        + "choose one with --variant: \(known)")
            }
            return promised
        }
        guard let chosen = applicable.first(where: { $0.name == variant }) else {
            throw CommandFailure(
                "no variant \"\(variant)\" of \(id) for \(parameters.summary); there are: \(known)")
        }
        return chosen
    }

    private func conditions(
        _ behaviour: Behaviour, _ parameters: Parameters
    ) throws -> Conditions {
        guard let tick = TickRate(hz: hz) else {
            throw CommandFailure("--hz \(hz) is out of range")
        }
        let roundTrip = Duration.microseconds(Int64((rtt ?? 0) * 1000))
        var conditions = behaviour.assumedConditions(
            parameters, tick: tick, roundTrip: roundTrip)
        if let rto {
            conditions.rtoJiffies = max(1, tick.jiffies(covering: .milliseconds(rto)))
        }
        return conditions
    }

    private func schedule(_ prospects: [Prospect]) -> (Schedule, end: Moment) {
        if let horizon {
            let end = Moment.milliseconds(horizon * 1000)
            return (Schedule(predicting: prospects, horizon: end), end)
        }
        let whole = Schedule(predicting: prospects, horizon: Self.patience)
        if whole.abort != nil { return (whole, Self.patience) }
        let end = Moment.milliseconds(60_000)
        return (Schedule(predicting: prospects, horizon: end), end)
    }

    private func printCaption(
        _ behaviour: Behaviour, _ parameters: Parameters, _ variant: Variant,
        _ conditions: Conditions
    ) {
        let promise = behaviour.contract.variants.contains(variant.name) ? "kept" : "broken"
        var lines = PlainText.wrapped(
            "\(id) \(parameters.summary), variant \(variant.name) (promise \(promise)): "
                + variant.summary, width: 80)
        lines += PlainText.wrapped(
            "HZ=\(hz), RTO \(conditions.rto.formattedSeconds), round trip "
                + "\(conditions.smoothedRTT.formattedSeconds), tcp_retries2="
                + "\(parameters.effectiveRetries2). Times are seconds since the outage's zero"
                + marks(conditions) + ".", width: 80)
        Terminal.print(lines.map { $0 + "\n" }.joined() + "\n")
    }

    /// When the script's steps are assumed to take place, where they are not at zero.
    private func marks(_ conditions: Conditions) -> String {
        let later = conditions.marks.filter { $0.value.earliest > .zero }
            .sorted { ($0.value.earliest, $0.key) < ($1.value.earliest, $1.key) }
        guard !later.isEmpty else { return "" }
        return "; "
            + later.map {
                "[\($0.key)] at \(Duration.fixed($0.value.earliest.nanoseconds, digits: 3))"
            }.joined(separator: ", ")
    }
}

extension AddressFamily: ExpressibleByArgument {}
