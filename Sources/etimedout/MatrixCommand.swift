import ArgumentParser
import Behaviours
import Campaign
import Evidence
import Foundation
import KernelLab
import Reporting

struct MatrixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Ask many kernels the same, and lay what was found side by side.",
        discussion: """
            Exit status: 1 if a behaviour deviates on any kernel, else 2 if a guest was lost or \
            anything is inconclusive, else 0.
            """)

    @Option(
        name: .customLong("kernel"),
        help: ArgumentHelp(
            "Which kernels: host, debian:6.1, debian:6.12.117, debian:5.10..7.3 (the newest of "
                + "each series), a path, or @FILE with such. May be repeated, and separated by "
                + "commas.", valueName: "selectors"))
    var kernels: [String] = []

    @Option(
        name: .customLong("behaviour"),
        help: ArgumentHelp(
            "Only behaviours whose id matches, as in run. May be repeated.", valueName: "pattern"))
    var behaviours: [String] = []

    @Option(
        name: .customLong("values"),
        help: ArgumentHelp(
            "Only trials with these values, as in run. May be repeated.", valueName: "values"))
    var values: [String] = []

    @OptionGroup var time: ClockOptions

    @OptionGroup var length: LengthOptions

    @Option(
        name: [.customShort("j"), .customLong("jobs")],
        help: ArgumentHelp(
            "How many guests run at once; by default as many as there are processors, and memory "
                + "for them.", valueName: "count"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "Only this part of the kernels, such as 2/5; etimedout merge puts the parts together.",
            valueName: "i/n"))
    var shard: String?

    @Option(
        help: ArgumentHelp(
            "Go on with an interrupted matrix; what is finished and whole is kept.",
            valueName: "folder"))
    var resume: String?

    @OptionGroup var output: ReportOptions

    @Flag(help: "Only list the kernels that would be asked, a selector a line.")
    var list = false

    func validate() throws {
        if let jobs, !(1...512).contains(jobs) {
            throw ValidationError("--jobs \(jobs) is out of range")
        }
        if let shard, MatrixShard(shard) == nil {
            throw ValidationError("--shard \(shard): a part such as 2/5 is needed")
        }
        guard resume != nil else { return }
        guard kernels.isEmpty, behaviours.isEmpty, values.isEmpty, shard == nil,
            output.folder == nil, length.isUsual
        else {
            throw ValidationError(
                "--resume goes on as the matrix was begun; of the others only --jobs goes with it, "
                    + "and --clock")
        }
    }

    func run() async throws {
        if let resume {
            try await perform { guestsAtOnce in
                let folder = try MatrixFolder(existing: resume)
                return try await Matrix(resuming: folder, guestsAtOnce: guestsAtOnce)
            }
            return
        }
        let named = try KernelSelectorList(kernels.isEmpty ? ["host"] : kernels)
        let store = KernelStore(say: Terminal.note)
        let selectors = try await interruptible { try await named.kernels(of: store) }
        let shard = shard.flatMap { MatrixShard($0) }
        let own = selectors.enumerated().filter { shard?.holds($0.offset) ?? true }
            .map(\.element)
        guard !own.isEmpty else {
            throw CommandFailure(
                "shard \(shard.map { "\($0)" } ?? "") is empty: there are only "
                    + "\(selectors.count) kernels")
        }
        if list {
            for selector in own { Terminal.print("\(selector)\n") }
            return
        }
        try Host.refuseUnknownMachine()
        let (trials, fewer) = try trials(for: own)
        // Whatever cannot be had is refused before there is a folder.
        let jobs = guestsAtOnce
        let askers = try await interruptible {
            try await Matrix.askers(
                for: own, store: store, guestsAtOnce: jobs, accelerator: try await accelerator())
        }
        try await perform(askers) { [report = output.folder] guestsAtOnce in
            try Matrix(
                kernels: selectors.map(\.description), trials: trials, fewer: fewer,
                shard: shard,
                folder: try MatrixFolder.create(at: report), guestsAtOnce: guestsAtOnce)
        }
    }

    /// What is asked: on the host only what does not take too long there, unless that is wanted.
    private func trials(
        for kernels: [KernelSelector]
    ) throws -> (all: [TrialID], fewer: [String: [TrialID]]) {
        func selected(_ longest: TrialLength) throws -> [TrialID] {
            try TrialSelection(behaviours: behaviours, values: values, longest: longest).trials()
        }
        let isReal = time.clock == .real
        let all = try selected(isReal ? length.inRealTime : length.inVirtualTime)
        guard kernels.contains(.host) else { return (all, [:]) }
        let host = try selected(length.inRealTime)
        guard host.count < all.count else { return (all, [:]) }
        return (all, [KernelSelector.host.description: host])
    }

    /// How long a tiny guest took under KVM; nil in virtual time.
    private func accelerator() async throws -> Duration? {
        time.clock == .real ? try await KVM.tryOut() : nil
    }

    private var guestsAtOnce: Int { jobs ?? Matrix.usualGuestsAtOnce }

    private func perform(
        _ fetched: [String: Matrix.Asker]? = nil,
        _ make: @escaping @Sendable (Int) async throws -> Matrix
    ) async throws {
        let jobs = guestsAtOnce
        let (record, folder, isInterrupted) = try await interruptible {
            let matrix = try await make(jobs)
            var askers = fetched ?? [:]
            if fetched == nil {
                let pending = try matrix.pending.map { try KernelSelector($0) }
                askers = try await Matrix.askers(
                    for: pending, store: KernelStore(say: Terminal.note), guestsAtOnce: jobs,
                    accelerator: try await accelerator())
            }
            let line = MatrixProgressLine(kernels: matrix.pending.count)
            defer { line.erase() }
            let record = try await matrix.perform(askers: askers) { line.take($0) }
            return (record, matrix.folder, Task.isCancelled)
        }
        try MatrixConclusion(record: record, folder: folder.path, json: output.json).print()
        if isInterrupted {
            Terminal.complain("interrupted; go on with: etimedout matrix --resume \(folder.path)")
        }
        try Conclusion.exit(isInterrupted ? .interrupted(record.status) : record.status)
    }
}

extension RunStatus {
    /// What was found before an interruption can deviate, but not conform.
    fileprivate static func interrupted(_ status: RunStatus) -> RunStatus {
        status == .deviates ? .deviates : .inconclusive
    }
}

struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Put the shards of a matrix together.",
        discussion: """
            The folders are those that `etimedout matrix --shard I/N` left on each machine. Each \
            is checked by its checksums first. The exit status is that of the whole matrix.
            """)

    @Argument(help: ArgumentHelp("The shards' folders.", valueName: "folder"))
    var folders: [String]

    @Option(
        help: ArgumentHelp("Where the whole goes; new or empty.", valueName: "folder"))
    var output: String

    @Flag(help: "Print the matrix's record as JSON, and everything else to standard error.")
    var json = false

    func run() async throws {
        let (record, folder) = try await MatrixMerge.merge(folders, into: output)
        try MatrixConclusion(record: record, folder: folder.path, json: json).print()
        try Conclusion.exit(record.status)
    }
}

/// What is printed at the end of `matrix` and `merge`.
struct MatrixConclusion {
    var record: MatrixRecord
    var folder: String
    var json: Bool

    func print() throws {
        let descriptor = json ? STDERR_FILENO : STDOUT_FILENO
        let table = MatrixTable(
            record,
            options: Summary.Options(isColored: Terminal.isColored(descriptor), folder: folder))
        if json {
            Terminal.print(String(decoding: try JSONText.encode(record), as: UTF8.self))
            Terminal.printError(table.text)
        } else {
            Terminal.print(table.text)
        }
    }
}
