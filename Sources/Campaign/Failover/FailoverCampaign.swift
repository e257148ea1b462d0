public import Evidence
import Foundation
import Judge
public import KernelLab
import KernelTimers
public import Reporting
import Subprocess
import Synchronization
import SystemPackage

/// Has the failover laboratory perform a plan, judges what was witnessed, and stores it.
public struct FailoverCampaign: Sendable {
    /// The plan.
    public var plan: FailoverPlan
    /// The performer's path.
    public var performer: String
    /// Where the evidence goes.
    public var folder: RunFolder
    /// The kernel that is booted for it, in virtual time; nil: the one that runs.
    public var kernel: Kernel?

    /// A campaign.
    public init(
        plan: FailoverPlan, performer: String, folder: RunFolder, kernel: Kernel? = nil
    ) {
        self.kernel = kernel
        self.plan = plan
        self.performer = performer
        self.folder = folder
    }

    /// How far the laboratory is.
    public enum News: Sendable {
        /// A cell has got so far.
        case progress(cell: String, String)
        /// A cell is done.
        case ended(FailoverFinding)
    }

    /// Why there is no result, in one line.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened.
        public var description: String
    }

    private final class Heard: Sendable {
        struct State {
            var parser = FrameParser()
            var greeting: Greeting?
            var findings: [Int: FailoverFinding] = [:]
            var programs: [String: String] = [:]
            var plots: [String: FailoverPage.Plot] = [:]
            var refusal: String?
            var lastLine: String?
            var guest: (kernel: Kernel, identity: GuestIdentity)?
            var longest = Moment.zero
            var isDone = false
        }

        let state = Mutex(State())
    }

    /// Performs, and returns the record. When the task is cancelled the laboratory is told to stop:
    /// its input ends, and with it all that it started.
    public func perform(_ hear: @escaping @Sendable (News) -> Void) async throws -> FailoverRecord {
        signal(SIGPIPE, SIG_IGN)
        let began = Date()
        let heard = Heard()
        do {
            let end =
                if let kernel {
                    try await performInGuest(kernel, heard, hear)
                } else {
                    try await performHere(heard, hear)
                }
            try Task.checkCancellation()
            if let refusal = heard.state.withLock({ $0.refusal }) {
                throw Failure(description: refusal)
            }
            guard heard.state.withLock({ $0.isDone && $0.greeting != nil }) else {
                throw Failure(description: "the laboratory was lost: \(end)")
            }
        } catch {
            // What was finished is kept, and can be judged and shown like a whole.
            let isSome = heard.state.withLock { !$0.findings.isEmpty && $0.greeting != nil }
            if isSome {
                _ = try await store(heard, began, rest: Task.isCancelled ? "interrupted" : "lost")
            }
            throw error
        }
        return try await store(heard, began, rest: "lost")
    }

    /// Stores what was found. What did not end since the laboratory did is no evidence.
    private func store(_ heard: Heard, _ began: Date, rest: String) async throws -> FailoverRecord {
        let record = try heard.state.withLock { state in
            guard let greeting = state.greeting else {
                throw Failure(description: "the laboratory did not greet")
            }
            for (index, cell) in plan.cells.enumerated() where state.findings[index] == nil {
                var blank = FailoverObservation(cell: cell, hz: greeting.kernel.hz, processors: 1)
                blank.failure = "the laboratory was \(rest) before it ended"
                let finding = FailoverJudge.judge(blank)
                try folder.store(blank, finding)
                state.findings[index] = finding
            }
            let record = FailoverRecord(
                kernel: greeting.kernel, programs: state.programs,
                findings: plan.cells.indices.compactMap { state.findings[$0] })
            var page = FailoverPage(record, cells: plan.cells)
            for finding in record.findings {
                if let plot = state.plots[finding.id] { page.add(plot, of: finding) }
            }
            try folder.store(record, page, plan.cells)
            try folder.store(provenance(greeting, state.longest, began: began))
            return record
        }
        try await folder.seal()
        return record
    }

    private func provenance(
        _ greeting: Greeting, _ longest: Moment, began: Date, ended: Date = Date()
    ) -> Provenance {
        Provenance(
            began: Timestamp.full(began), ended: Timestamp.full(ended),
            wallMilliseconds: Int(ended.timeIntervalSince(began) * 1000),
            longestTrialMilliseconds: Int(longest.nanoseconds / 1_000_000),
            host: ProcessInfo.processInfo.hostName, privilege: greeting.privilege,
            versions: Provenance.versions(greeting), attempts: [:])
    }

    /// Has a child perform; how it ended, in words.
    private func performHere(
        _ heard: Heard, _ hear: @escaping @Sendable (News) -> Void
    ) async throws -> String {
        let plan = plan
        let bytes = try Frame(.plan, of: plan).encoded
        var options = PlatformOptions()
        options.processGroupID = 0
        // The one that waits outside ends when all in its namespace has.
        options.teardownSequence = [
            .send(signal: .terminate, allowedDurationToNextStep: .seconds(10))
        ]
        let result = try await Subprocess.run(
            .path(FilePath(performer)), arguments: ["failover"], platformOptions: options,
            input: .inputWriter, output: .sequence, error: .sequence
        ) { child in
            async let errors: Void = {
                do {
                    for try await buffer in child.standardError {
                        let text = String(
                            decoding: buffer.withUnsafeBytes { Array($0) }, as: UTF8.self)
                        let line = text.split(whereSeparator: \.isNewline).last.map(String.init)
                        heard.state.withLock { $0.lastLine = line ?? $0.lastLine }
                    }
                } catch {}
            }()
            _ = try? await child.standardInputWriter.write(bytes)
            for try await buffer in child.standardOutput {
                try take(buffer.withUnsafeBytes { Array($0) }, heard, hear)
            }
            try? await child.standardInputWriter.finish()
            await errors
        }
        let last = heard.state.withLock { $0.lastLine }.map { ": \($0)" } ?? ""
        return "\(result.terminationStatus)\(last)"
    }

    /// Boots a guest with HAProxy in it; how it ended, in words.
    private func performInGuest(
        _ kernel: Kernel, _ heard: Heard, _ hear: @escaping @Sendable (News) -> Void
    ) async throws -> String {
        let emulator = try await QEMU.find(conductor: PerformerLocator.locateConductor())
        let scratch = try Scratch()
        defer { scratch.remove() }
        // What is not here is not there either, and the guest says so by name.
        let programs = ["/usr/sbin/haproxy", "/usr/bin/ss"].filter {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        let initramfs = try await Initramfs.make(
            performer: performer, kernel: kernel, programs: programs,
            furtherModules: ["bridge", "tcp_diag", "inet_diag"], mode: "failover",
            at: "\(scratch.path)/initramfs")
        var plan = plan
        plan.samplePeriodMilliseconds = 1000
        // A cell has four captures, five namespaces and two proxies.
        let guest = Guest(
            emulator: emulator, kernel: kernel, initramfs: initramfs,
            plan: try Compact.encode(plan), trialCount: 32 * plan.cells.count,
            patience: .seconds(240))
        let sum = try await kernel.sha256()
        heard.state.withLock { $0.guest = (kernel, guest.identity(kernelSHA256: sum)) }
        let end = try await guest.boot { bytes in
            try take(bytes, heard, hear)
            let isOver = heard.state.withLock { $0.isDone || $0.refusal != nil }
            return isOver ? Guest.Wish.nothing : .more
        }
        let tail = end.tail(1).joined()
        return "\(GuestLoss(end, hasGreeted: heard.state.withLock { $0.greeting != nil })): \(tail)"
    }

    private func take(
        _ bytes: [UInt8], _ heard: Heard, _ hear: @Sendable (News) -> Void
    ) throws {
        let frames = try heard.state.withLock { state in
            state.parser.append(bytes)
            var frames: [Frame] = []
            while let frame = try state.parser.next() { frames.append(frame) }
            return frames
        }
        for frame in frames { try take(frame, heard, hear) }
    }

    private func take(
        _ frame: Frame, _ heard: Heard, _ hear: @Sendable (News) -> Void
    ) throws {
        switch frame.kind {
        case .greeting:
            var greeting = try frame.value(as: Greeting.self)
            heard.state.withLock { state in
                if let (kernel, identity) = state.guest {
                    greeting.kernel.selector = kernel.selector
                    greeting.kernel.configuration = kernel.configuration
                    greeting.kernel.configuredHZ =
                        greeting.kernel.configuredHZ ?? kernel.configuredHZ
                    greeting.kernel.guest = identity
                }
                state.greeting = greeting
            }
        case .progress:
            let progress = try frame.value(as: Progress.self)
            guard plan.cells.indices.contains(progress.index) else { return }
            hear(.progress(cell: plan.cells[progress.index].id, progress.label))
        case .observation:
            let (index, observation) = try observation(frame.payload)
            let finding = FailoverJudge.judge(observation)
            try folder.store(observation, finding)
            let plot = FailoverPage.Plot(observation, finding)
            heard.state.withLock {
                $0.plots[finding.id] = plot
                $0.findings[index] = finding
                $0.longest = max($0.longest, observation.end)
                $0.programs.merge(observation.programs) { $1 }
            }
            hear(.ended(finding))
        case .refusal:
            let refusal = try frame.value(as: Refusal.self)
            heard.state.withLock { $0.refusal = PlainText.line(refusal.reason) }
        case .done:
            heard.state.withLock { $0.isDone = true }
        case .plan:
            throw Failure(description: "the laboratory sent a plan")
        }
    }

    private func observation(_ payload: [UInt8]) throws -> (Int, FailoverObservation) {
        guard let (index, observation) = try ObservationPayload.decodeFailover(payload),
            plan.cells.indices.contains(index)
        else {
            throw Failure(description: "the laboratory sent a damaged observation")
        }
        return (index, observation)
    }
}

extension RunFolder {
    func store(_ provenance: Provenance) throws {
        try Self.write(provenance, to: "\(path)/\(Name.provenance)")
    }

    /// Stores a cell's evidence: its observation, and its captures with the story as comments.
    func store(_ observation: FailoverObservation, _ finding: FailoverFinding) throws {
        try FileSystem.write(
            try JSONText.encode(observation), to: "\(path)/\(Name.observations)/\(finding.id).json")
        guard !observation.captures.isEmpty else { return }
        try FileSystem.write(
            try FailoverCaptureFile.bytes(observation, finding),
            to: "\(path)/\(Name.captures)/\(finding.id).pcapng")
    }

    /// Stores the record of a whole laboratory, its page, and what machines read.
    func store(
        _ record: FailoverRecord, _ page: FailoverPage, _ cells: [FailoverCell]
    ) throws {
        let report = FailoverReport(record, cells: cells)
        try FileSystem.write(Array(report.junit.utf8), to: "\(path)/\(Name.junit)")
        try FileSystem.write(Array(report.ktap.utf8), to: "\(path)/\(Name.ktap)")
        try FileSystem.write(Array(page.text.utf8), to: "\(path)/\(Name.page)")
        try FileSystem.write(try JSONText.encode(record), to: "\(path)/\(StoredFailover.name)")
    }
}
