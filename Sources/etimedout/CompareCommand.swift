import ArgumentParser
import Behaviours
import Campaign
import Evidence
import Foundation
import Judge
import KernelLab
import Reporting

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Show what differs between two kernels, or two runs.",
        discussion: """
            Exit status: 1 if verdicts, variants, packets or calls differ, 0 if nothing does, 2 if \
            it could not be found out.
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's folder, or a kernel's selector: then it is asked first.",
            valueName: "folder|selector"))
    var first: String

    @Argument(help: ArgumentHelp("The other.", valueName: "folder|selector"))
    var second: String

    @Option(
        name: .customLong("behaviour"),
        help: ArgumentHelp(
            "Ask kernels only these behaviours, as in run. May be repeated.",
            valueName: "pattern"))
    var behaviours: [String] = []

    @Option(
        name: .customLong("values"),
        help: ArgumentHelp(
            "Ask kernels only trials with these values, as in run. May be repeated.",
            valueName: "values"))
    var values: [String] = []

    @Option(help: ArgumentHelp("Also write a page for people.", valueName: "file"))
    var html: String?

    @Flag(help: "Print the differences as JSON.")
    var json = false

    @Flag(help: "Exit with 125 instead of 2, as git bisect run wants.")
    var bisect = false

    func run() async throws {
        let subjects = try [first, second].map(Subject.init)
        let hasHost = subjects.contains { $0.isHost }
        let selection = TrialSelection(
            behaviours: behaviours, values: values, longest: hasHost ? .short : .hours)
        var runs: [ReportedRun] = []
        for subject in subjects { runs.append(try await subject.answers(selection)) }
        let comparison = RunComparison(runs[0].side, runs[1].side)
        if let html {
            let page = ComparisonPage(runs[0], runs[1]).text
            try RunFolder.write(Array(page.utf8), toFile: html)
        }
        if json {
            Terminal.print(String(decoding: try JSONText.encode(comparison), as: UTF8.self))
        } else {
            let options = Summary.Options(isColored: Terminal.isColored(STDOUT_FILENO))
            Terminal.print(ComparisonText(comparison, options: options).text)
        }
        guard comparison.exitCode == 0 else { throw ExitCode(comparison.exitCode) }
    }
}

/// One side of a comparison.
private enum Subject {
    case folder(String)
    case kernel(KernelSelector)

    init(_ text: String) throws {
        if FileManager.default.fileExists(atPath: "\(text)/run.json") {
            self = .folder(text)
        } else {
            self = .kernel(try KernelSelector(text))
        }
    }

    var isHost: Bool {
        if case .kernel(.host) = self { return true }
        return false
    }

    /// The stored run, or what the kernel answers now, which is stored, too.
    func answers(_ selection: TrialSelection) async throws -> ReportedRun {
        switch self {
        case .folder(let path):
            return try RunFolder.load(path).reported
        case .kernel(let selector):
            try Host.refuseUnknownMachine()
            let trials = try selection.trials()
            let folder = try await interruptible {
                let performer = try await RunCommand.performer(for: selector)
                let folder = try RunFolder.create(at: nil, selector: selector.fileName)
                let campaign = Campaign(
                    requests: Campaign.requests(for: trials), performer: performer,
                    folder: folder)
                _ = try await RunCommand.perform(campaign)
                return folder
            }
            Terminal.printError("Evidence of \(selector): \(folder.path)\n")
            return try RunFolder.load(folder.path).reported
        }
    }
}
