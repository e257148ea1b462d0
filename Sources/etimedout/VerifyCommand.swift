import ArgumentParser
import Campaign
import Evidence
import Foundation
import KernelLab
import Reporting

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Perform a stored run, or all runs of a matrix, again, and compare.",
        discussion: """
            First the evidence itself is checked by its SHA256SUMS. Then the same trials are \
            performed on the same kernel, and compared: by bytes where kernel, initramfs and \
            emulator are the same, by events where a guest was made anew, by verdicts on the host. \
            Exit status: 1 if anything differs, 2 if the evidence is damaged or nothing can be \
            said, else 0.
            """)

    @Argument(help: ArgumentHelp("The folder of a run or of a matrix.", valueName: "folder"))
    var path: String

    @Option(
        help: ArgumentHelp(
            "Another kernel than the one that is named in the run, such as a path.",
            valueName: "selector"))
    var kernel: String?

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Where the new evidence goes. By default it is kept below Reports/ only if something "
                + "differs.", valueName: "folder"))
    var report: String?

    @Flag(help: "Exit with 125 instead of 2, as git bisect run wants.")
    var bisect = false

    func run() async throws {
        let other = try kernel.map { try KernelSelector($0) }
        guard MatrixFolder.isMatrix(path) else {
            let verification = try await Verification(path)
            try Conclusion.exit(try await verify(verification, as: report, kernel: other))
            return
        }
        let folder = try MatrixFolder(existing: path)
        let record = try folder.record()
        if let damage = try await folder.damage(record).first {
            throw CommandFailure("\(path) is damaged: \(damage)")
        }
        var verifications: [(String, Verification)] = []
        for column in record.kernels where column.state == .done {
            let verification = try await Verification(folder.runFolder(column).path)
            verifications.append((column.folder, verification))
        }
        var statuses: Set<RunStatus> = []
        for (name, verification) in verifications {
            let place = report.map { "\($0)/\(name)" }
            statuses.insert(try await verify(verification, as: place, kernel: other))
        }
        try Conclusion.exit(
            statuses.contains(.deviates)
                ? .deviates : statuses == [.conforms] ? .conforms : .inconclusive)
    }

    private func verify(
        _ verification: Verification, as report: String?, kernel: KernelSelector?
    ) async throws -> RunStatus {
        let record = verification.record
        Terminal.print(
            "\(verification.folder.path): \(PlainText.line(record.kernel.selector)), Linux "
                + "\(PlainText.line(record.kernel.release))\n")
        say("the evidence is as it was stored")
        let (outcome, folder, end) = try await interruptible {
            let performer = try await Self.performer(for: verification, kernel: kernel)
            let name = "verify-\(KernelSelector.fileName(record.kernel.selector))"
            let folder = try RunFolder.create(at: report, selector: name)
            let campaign = Campaign(
                requests: verification.requests, performer: performer, folder: folder)
            let again = try await RunCommand.perform(campaign)
            return (
                try await verification.compare(with: again, in: folder), folder, again.end
            )
        }
        say("compared by \(outcome.level.rawValue): \(outcome.because)")
        for line in outcome.differences { say("differs: \(line)") }
        for line in outcome.gaps { say("cannot be told: \(line)") }
        if case .failed(let error) = end { Terminal.complain("\(error)") }
        if outcome.status == .conforms {
            say("the same: \(outcome.trials) trials")
            if report == nil { folder.remove() }
        } else {
            Terminal.print("  new evidence: \(folder.path)\n")
        }
        return outcome.status
    }

    private func say(_ line: String) {
        for text in PlainText.wrapped(line, width: 80, first: "  ", rest: "    ") {
            Terminal.print(text + "\n")
        }
    }

    /// Who performs on the kernel of a stored run: on the very package, where it can still be had.
    private static func performer(
        for verification: Verification, kernel: KernelSelector?
    ) async throws -> any Performer {
        let store = KernelStore(say: Terminal.note)
        let slots = GuestSlots(Matrix.usualGuestsAtOnce)
        func performer(_ selector: KernelSelector) async throws -> any Performer {
            let performer = try await Matrix.asker(for: selector, store: store, slots).performer
            guard var guest = performer as? GuestPerformer else { return performer }
            // It is the same run, however its kernel was found again.
            guest.kernel.selector = verification.record.kernel.selector
            return guest
        }
        if let kernel { return try await performer(kernel) }
        var refusal: (any Error)?
        for text in Verification.selectors(of: verification.record.kernel) {
            do {
                return try await performer(try KernelSelector(text))
            } catch {
                try Task.checkCancellation()
                refusal = refusal ?? error
            }
        }
        throw refusal ?? CommandFailure("the kernel of the run is not named in it")
    }
}

extension KernelSelector {
    /// A selector's text as a part of a file's name, also where it selects nothing any more.
    fileprivate static func fileName(_ text: String) -> String {
        (try? KernelSelector(text))?.fileName ?? "kernel"
    }
}
