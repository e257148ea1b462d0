import ArgumentParser
import Campaign
import Evidence
import Foundation
import Judge
import KernelLab
import Reporting

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "List the upstream changes that a kernel has, by what it does.",
        discussion: """
            Exit status: 0 if the kernel is what its version leads to expect, 1 if it differs or \
            something is broken, 2 if nothing could be told.
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's folder, or a kernel's selector: then it is asked first.",
            valueName: "folder|selector"))
    var subject: String

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "The folder for the evidence of a kernel that is asked first.", valueName: "folder"))
    var report: String?

    @Flag(help: "Print the audit as JSON.")
    var json = false

    func run() async throws {
        let (trials, kernel, folder) = try await answers()
        let captures = trials.compactMap { trial in
            trial.capturePath.map { (trial.finding.trial, $0) }
        }
        let audit = Audit(
            trials.map(\.finding), kernel: kernel,
            captures: Dictionary(captures, uniquingKeysWith: { first, _ in first }))
        if json {
            Terminal.print(String(decoding: try JSONText.encode(audit), as: UTF8.self))
        } else {
            let options = Summary.Options(
                isColored: Terminal.isColored(STDOUT_FILENO), folder: folder)
            Terminal.print(AuditText(audit, options: options).text)
        }
        guard audit.exitCode == 0 else { throw ExitCode(audit.exitCode) }
    }

    /// The findings of a stored run, or of a kernel that is asked now.
    private func answers() async throws -> ([JudgedTrial], KernelIdentity, folder: String) {
        if FileManager.default.fileExists(atPath: "\(subject)/run.json") {
            guard report == nil else {
                throw CommandFailure("--report is for a kernel that is asked, not for a folder")
            }
            let again = Rejudgement(try RunFolder.load(subject))
            return (again.trials, again.record.kernel, subject)
        }
        let selector = try KernelSelector(subject)
        try Host.refuseUnknownMachine()
        let (result, folder) = try await interruptible { [report] in
            let performer = try await RunCommand.performer(for: selector)
            let folder = try RunFolder.create(at: report, selector: selector.fileName)
            let trials = try TrialSelection().trials()
            let campaign = Campaign(
                requests: Campaign.requests(for: trials), performer: performer, folder: folder)
            return (try await RunCommand.perform(campaign), folder)
        }
        return (result.trials, result.record.kernel, folder.path)
    }
}
