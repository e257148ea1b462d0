public import ArgumentParser
public import Behaviours
import Campaign
import Evidence
import Foundation
import KernelLab
import Reporting

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask a kernel: perform the trials, judge them, leave the evidence in a folder.")

    @Option(
        name: .customLong("behaviour"),
        help: ArgumentHelp(
            "Only behaviours whose id matches; * stands for anything, and a first part for all "
                + "that it begins. May be repeated.", valueName: "pattern"))
    var behaviours: [String] = []

    @Option(
        name: .customLong("values"),
        help: ArgumentHelp(
            "Only trials with these values, such as \"T=3000 ipv4 veth\", or with those of them "
                + "that are named. May be repeated.", valueName: "values"))
    var values: [String] = []

    @Option(
        help: ArgumentHelp(
            "Which kernel: host, debian:6.1, debian:6.12.117, or the path of a vmlinuz, a .deb or "
                + ".rpm, or a folder of such.", valueName: "selector"))
    var kernel = "host"

    @OptionGroup var time: ClockOptions

    @OptionGroup var length: LengthOptions

    @Flag(help: "Only list the behaviours, their questions and their values.")
    var list = false

    @Flag(help: "Only print scripts and expected schedules; needs no privileges.")
    var dryRun = false

    @Flag(
        help: """
            Perform the controls instead: altered stimuli, each of which the judge must catch.
            """)
    var controls = false

    @OptionGroup var output: ReportOptions

    @Flag(help: "Judge what is known of this kernel like everything else: see Expected results.")
    var strict = false

    func run() async throws {
        let selector = try await oneKernel()
        let isHost = (selector == .host || time.clock == .real) && !list && !dryRun
        let selection = TrialSelection(
            behaviours: behaviours, values: values,
            longest: isHost ? length.inRealTime : length.inVirtualTime)
        let trials = try selection.trials()
        if list {
            Terminal.print(Listing.text(try selection.selectedBehaviours(), trials))
            return
        }
        if dryRun {
            Terminal.print(DryRun.text(trials))
            return
        }
        try Host.refuseUnknownMachine()
        if controls {
            try await performControls(try selection.selectedBehaviours(), on: selector)
            return
        }
        let left = try selection.tooLong().count
        try await perform(trials, on: selector, leavingOut: left)
    }

    /// The kernel that is meant, in the syntax of lists; several are a matrix.
    private func oneKernel() async throws -> KernelSelector {
        let list = try KernelSelectorList([kernel])
        let store = KernelStore(say: Terminal.note)
        let named = try await interruptible { try await list.kernels(of: store) }
        guard let selector = named.first, named.count == 1 else {
            throw CommandFailure(
                "--kernel \(kernel) means \(named.count) kernels, and run asks one; "
                    + "etimedout matrix asks several")
        }
        return selector
    }

    private func perform(
        _ trials: [TrialID], on selector: KernelSelector, leavingOut left: Int
    ) async throws {
        let (report, clock) = (output.folder, time.clock)
        let (result, folder) = try await interruptible {
            let performer = try await Self.performer(for: selector, clock)
            let folder = try RunFolder.create(at: report, selector: selector.fileName)
            let campaign = Campaign(
                requests: Campaign.requests(for: trials), performer: performer, folder: folder)
            return (try await Self.perform(campaign), folder)
        }
        try Conclusion(
            record: result.record, trials: result.trials, folder: folder.path, json: output.json
        ).print()
        if left > 0 {
            Terminal.printError(
                "\(left) longer trials were left out; --long or --length hours performs them\n")
        }
        switch result.end {
        case .done: break
        case .stopped: Terminal.complain("interrupted; what was finished is in \(folder.path)")
        case .failed(let error):
            Terminal.complain("\(error)")
            for line in error.consoleTail { Terminal.printError("  | \(line)\n") }
        }
        try Conclusion.exit(RunStatus(result.record.findings, isStrict: strict))
    }

    /// Who performs on a kernel, which is fetched first where it must be.
    static func performer(
        for selector: KernelSelector, _ clock: GuestClock = .virtual
    ) async throws -> any Performer {
        if selector == .host { return PerformerProcess(path: try PerformerLocator.locate()) }
        let path = try PerformerLocator.locate(forGuests: true)
        let store = KernelStore(say: Terminal.note)
        // Whether guests can run is found out before anything is fetched.
        switch selector {
        case .userMode: break
        case .host, .debian, .path:
            _ = try await QEMU.find(conductor: try PerformerLocator.locateConductor())
        }
        if clock == .real, case .userMode = selector {
            throw KernelLabError.noRealTime("User-Mode Linux has virtual time only")
        }
        let accelerator = clock == .real ? try await KVM.tryOut() : nil
        return GuestPerformer(kernel: try await store.kernel(selector), path: path)
            .accelerated(accelerator)
    }

    private func performControls(
        _ behaviours: [Behaviour], on selector: KernelSelector
    ) async throws {
        let (report, clock) = (output.folder, time.clock)
        let outcomes = try await interruptible {
            let performer = try await Self.performer(for: selector, clock)
            let name = selector == .host ? "controls" : "\(selector.fileName)-controls"
            let folder = try RunFolder.create(at: report, selector: name)
            let controls = LiveControls(behaviours, performer: performer, folder: folder)
            return try await controls.perform()
        }
        for outcome in outcomes {
            let text =
                "\(outcome.result.rawValue): \(outcome.behaviour) "
                + "\(outcome.parameters.summary), \(outcome.control): \(outcome.words)"
            for line in PlainText.wrapped(text, width: 80, rest: "  ") {
                Terminal.print(line + "\n")
            }
        }
        let caught = outcomes.count { $0.result == .caught }
        Terminal.print("\(caught) of \(outcomes.count) controls caught\n")
        try Conclusion.exit(LiveControls.Outcome.status(outcomes))
    }

    /// Performs with a line of progress. Where nothing was performed nothing is left behind.
    static func perform(_ campaign: Campaign) async throws -> CampaignResult {
        let line = ProgressLine()
        defer { line.erase() }
        do {
            return try await campaign.perform { line.take($0) }
        } catch {
            campaign.folder.removeIfEmpty()
            if error is CancellationError {
                throw CommandFailure("interrupted before anything was performed")
            }
            throw error
        }
    }
}

extension TrialLength: ExpressibleByArgument {}

/// The time in which guests live.
enum GuestClock: String, ExpressibleByArgument, CaseIterable {
    case virtual, real
}

/// This machine.
enum Host {
    /// The only machine whose socket structures and timers were checked.
    private static let known = "x86_64"

    static func refuseUnknownMachine() throws {
        var names = utsname()
        guard uname(&names) == 0 else { return }
        let machine = withUnsafeBytes(of: &names.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard machine == known else {
            throw CommandFailure(
                "this machine is \(machine); trials are performed on \(known) only "
                    + "(judge and predict work anywhere)")
        }
    }
}

/// What is printed at the end of `run` and `judge`, and the exit status.
struct Conclusion {
    var record: RunRecord
    var trials: [JudgedTrial]
    var folder: String?
    var json: Bool

    func print() throws {
        let descriptor = json ? STDERR_FILENO : STDOUT_FILENO
        let summary = Summary(
            trials, kernel: record.kernel,
            options: Summary.Options(
                isColored: Terminal.isColored(descriptor), folder: folder,
                complaints: record.complaints ?? []))
        if json {
            Terminal.print(String(decoding: try JSONText.encode(record), as: UTF8.self))
            Terminal.printError(summary.text)
        } else {
            Terminal.print(summary.text)
        }
    }

    /// Ends the command with the status, unless that is success.
    static func exit(_ status: RunStatus) throws {
        guard status.exitCode == 0 else { throw ExitCode(status.exitCode) }
    }
}
