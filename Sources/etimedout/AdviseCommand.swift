import Advice
import ArgumentParser
import Campaign
import Evidence
import KernelTimers
import Reporting

struct AdviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise",
        abstract: "Settings that notice dead connections in time, from the model of the timers.")

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Notice a dead connection within so many seconds.", valueName: "s"))
    var detectWithin: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Survive outages of so many seconds.", valueName: "s"))
    var surviveBlip: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Bear a living consumer that reads nothing for so many seconds.", valueName: "s"))
    var slowConsumer: Double = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The round-trip time, milliseconds.", valueName: "ms"))
    var rtt: Double = 1

    @Option(
        help: ArgumentHelp(
            "The folder of a run: nothing is suggested that rests on what it found broken.",
            valueName: "folder"))
    var findings: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The kernel's tick rate.", valueName: "n"))
    var hz: Int?

    func validate() throws {
        for (name, value) in [
            ("--detect-within", detectWithin), ("--survive-blip", surviveBlip),
            ("--slow-consumer", slowConsumer),
        ] where !(0...3600).contains(value) {
            throw ValidationError("\(name) \(value) is out of range, 0 … 3600 are accepted")
        }
        guard (0...60_000).contains(rtt) else {
            throw ValidationError("--rtt \(rtt) is out of range, 0 … 60000 are accepted")
        }
        if let hz, !(24...10_000).contains(hz) {
            throw ValidationError("--hz \(hz) is out of range, 24 … 10000 are accepted")
        }
    }

    func run() throws {
        var grounds = Grounds()
        var ticks = hz
        if let findings {
            guard !StoredFailover.isThere(findings) else {
                throw CommandFailure(
                    "\(findings) is a failover laboratory's folder, which tells of programs; "
                        + "advice rests on a kernel's findings: name the folder of etimedout run")
            }
            let record = Rejudgement(try RunFolder.load(findings)).record
            grounds = Grounds(record.findings)
            ticks = ticks ?? record.kernel.hz
        }
        let needs = Needs(
            detectWithin: Self.seconds(detectWithin), surviveBlip: Self.seconds(surviveBlip),
            slowConsumer: Self.seconds(slowConsumer),
            roundTrip: .microseconds(Int64(rtt * 1000)),
            tick: TickRate(hz: ticks ?? 250) ?? .hz250)
        let advice = Advice(needs, grounds: grounds)
        if let refusal = advice.refusal { throw CommandFailure(refusal) }
        Terminal.print(advice.text(needs))
    }

    private static func seconds(_ value: Double) -> Duration {
        .milliseconds(Int64((value * 1000).rounded()))
    }
}
