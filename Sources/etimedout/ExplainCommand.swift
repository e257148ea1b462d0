import ArgumentParser
import Behaviours
import Campaign
import Evidence
import Reporting

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a behaviour asks, how, and which answers are known.")

    @Argument(help: ArgumentHelp("The behaviour's id.", valueName: "behaviour"))
    var id: String?

    @Flag(help: "Print the situations that users meet, and who asks them or why nobody does.")
    var scenarios = false

    @Option(
        name: .customLong("values"),
        help: ArgumentHelp(
            "For which of its values, such as \"T=3000 ipv4 veth\"; by default the first.",
            valueName: "values"))
    var values: String?

    @Flag(help: "Print a stand-alone reproducer instead: sh, iproute2 and python3.")
    var shell = false

    @Flag(help: "Print a script for packetdrill instead, where its language can say it.")
    var packetdrill = false

    func validate() throws {
        guard (id != nil) != scenarios else {
            throw ValidationError("name one behaviour, or --scenarios")
        }
        guard !(shell && packetdrill) else {
            throw ValidationError("--shell and --packetdrill exclude each other")
        }
    }

    func run() throws {
        guard let id else {
            Terminal.print(ScenarioText.all())
            return
        }
        guard let behaviour = Catalogue.behaviour(id) else {
            throw CommandFailure(TrialSelection.unknown(id))
        }
        let selection = TrialSelection(behaviours: [id], values: values.map { [$0] } ?? [])
        let parameters = try selection.trials().first { $0.behaviour == id }?.parameters
        guard let parameters = parameters ?? behaviour.cases.first else {
            throw CommandFailure("\(id) has no values")
        }
        if shell {
            try print(ShellReproducer(behaviour, parameters).text, id, "a shell")
        } else if packetdrill {
            try print(PacketdrillScript(behaviour, parameters).text, id, "packetdrill")
        } else {
            Terminal.print(Explanation(behaviour, parameters).text)
        }
    }

    private func print(
        _ text: Result<String, ShellReproducer.Unsayable>, _ id: String, _ language: String
    ) throws {
        switch text {
        case .success(let text): Terminal.print(text)
        case .failure(let unsayable):
            throw CommandFailure("\(language) cannot say \(id): \(unsayable.reason)")
        }
    }
}
