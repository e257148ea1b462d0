import ArgumentParser
import Campaign
import Reporting

struct JudgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Judge stored observations again; needs no privileges and no network.")

    @Argument(
        help: ArgumentHelp(
            "A run's folder, that of a failover laboratory, or one observation's JSON file.",
            valueName: "folder"))
    var path: String

    @Flag(help: "Print the findings as JSON, and everything else to standard error.")
    var json = false

    @Flag(help: "Print where in their windows events lay, over all findings.")
    var distribution = false

    @Flag(help: "Judge what is known of this kernel like everything else: see Expected results.")
    var strict = false

    @Flag(help: "Exit with 125 instead of 2, as git bisect run wants.")
    var bisect = false

    func run() async throws {
        if StoredFailover.isThere(path) {
            try await judgeLaboratory()
            return
        }
        let stored = try RunFolder.load(path)
        let again = Rejudgement(stored)
        let folder = stored.record == nil ? nil : path
        try Conclusion(record: again.record, trials: again.trials, folder: folder, json: json)
            .print()
        if distribution {
            let text = "\n" + Distribution(again.record.findings).text
            if json { Terminal.printError(text) } else { Terminal.print(text) }
        }
        if stored.record != nil { printDifferences(again.differences) }
        try Conclusion.exit(RunStatus(again.record.findings, isStrict: strict))
    }

    private func judgeLaboratory() async throws {
        let stored = try await StoredFailover(path)
        let table = FailoverTable(stored.record, cells: stored.cells).text
        if json {
            Terminal.print(String(decoding: try JSONText.encode(stored.record), as: UTF8.self))
            Terminal.printError(table)
        } else {
            Terminal.print(table)
        }
        printDifferences(stored.differences)
        guard stored.record.exitCode == 0 else { throw ExitCode(stored.record.exitCode) }
    }

    private func printDifferences(_ differences: [String]) {
        let text =
            differences.isEmpty
            ? "\nThe same findings as are stored.\n"
            : "\nOther than what is stored:\n"
                + differences.map { "  \(PlainText.line($0))\n" }.joined()
        if json { Terminal.printError(text) } else { Terminal.print(text) }
    }
}
