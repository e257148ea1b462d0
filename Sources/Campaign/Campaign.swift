import Behaviours
public import Evidence
import Foundation
import Judge
import KernelLab
import KernelTimers
public import Reporting
import Synchronization

/// Has trials performed on one kernel, all at once, and judges what was witnessed.
///
/// Each observation is stored as it arrives, so an interrupted run loses nothing that was done.
/// Trials during which the machine stalled are performed again, all together, as often as
/// `repetitions` allows; whether to repeat is decided before judging, and every attempt is kept.
public struct Campaign: Sendable {
    /// What is asked for.
    public var requests: [Plan.Request]
    /// Who performs it.
    public var performer: any Performer
    /// Where the evidence goes.
    public var folder: RunFolder
    /// How often a stalled trial is performed again at most.
    public var repetitions: Int

    /// A campaign.
    public init(
        requests: [Plan.Request], performer: any Performer, folder: RunFolder,
        repetitions: Int = 4
    ) {
        self.requests = requests
        self.performer = performer
        self.folder = folder
        self.repetitions = repetitions
    }

    /// The requests for trials of the catalogue. A behaviour that isn't there is left out.
    public static func requests(for trials: [TrialID]) -> [Plan.Request] {
        Concurrently.map(trials) { trial in
            Catalogue.behaviour(trial.behaviour).map {
                Plan.Request(trial: trial, script: $0.script(trial.parameters))
            }
        }.compactMap(\.self)
    }

    /// Whether the machine stalled so long, or was so busy, that the trial is to be performed
    /// again: decided from the watchdogs and the testbed's own times, never from what was found.
    public static func isStalled(_ observation: Observation, performed: Script? = nil) -> Bool {
        Judge.isDisturbed(observation, performed: performed)
    }

    /// Performs, stores and judges. Cancelling the task stops the performer; the result then holds
    /// what had arrived, and everything else as inconclusive.
    ///
    /// Throws `PerformerError` where nothing could be performed at all, and `RunFolderError` where
    /// the evidence could not be stored.
    public func perform(
        progress: @escaping @Sendable (CampaignProgress) -> Void = { _ in }
    ) async throws -> CampaignResult {
        let began = Date()
        let ledger = Ledger(requests: requests, folder: folder)
        var end = PerformanceEnd.done
        var round = requests
        for attempt in 1...(1 + max(0, repetitions)) {
            guard !round.isEmpty, end == .done else { break }
            let plan = Plan(trials: round)
            progress(.began(plan))
            end = try await performer.perform(plan) { event in
                try ledger.take(event)
                progress(.event(event))
            }
            round = try ledger.setAsideStalled(isLast: attempt > repetitions || end != .done)
        }
        var result = try ledger.result(end: end, began: began, ended: Date())
        result.provenance.versions.merge(performer.circumstances) { _, new in new }
        let (record, provenance) = (result.record, result.provenance)
        async let observations = folder.loadObservations()
        try folder.store(record, provenance, result.trials)
        try folder.storeReports(
            of: StoredRun(
                record: record, provenance: provenance, observations: await observations))
        // A task of its own: what was finished is sealed also where the run was cancelled.
        try await Task { [folder] in try await folder.seal() }.value
        return result
    }
}

/// What a campaign tells while it goes on.
public enum CampaignProgress: Sendable {
    /// A round of trials begins.
    case began(Plan)
    /// The performer said something.
    case event(PerformerEvent)
}

/// What a campaign came to.
public struct CampaignResult: Sendable {
    /// What was found.
    public var record: RunRecord
    /// The circumstances.
    public var provenance: Provenance
    /// The findings with what is printed beside them.
    public var trials: [JudgedTrial]
    /// How the last round ended.
    public var end: PerformanceEnd
}

/// What has arrived so far, and where it is stored.
private final class Ledger: Sendable {
    private struct State {
        var greeting: Greeting?
        /// The trials of the last attempts by their requests' names, and whether the machine
        /// stalled during them.
        var latest: [String: (trial: JudgedTrial, isStalled: Bool)] = [:]
        /// The attempts that were set aside.
        var earlier: [String: JudgedTrial] = [:]
        /// From when to when trials were performed, CLOCK_MONOTONIC, nanoseconds.
        var times: [String: ClosedRange<Int64>] = [:]
        var complaints: [KernelComplaint] = []
    }

    private let requests: [Plan.Request]
    private let folder: RunFolder
    private let state = Mutex(State())

    init(requests: [Plan.Request], folder: RunFolder) {
        self.requests = requests
        self.folder = folder
    }

    func take(_ event: PerformerEvent) throws {
        switch event {
        case .greeting(var greeting):
            greeting.kernel.completeFromHost()
            state.withLock { $0.greeting = greeting }
        case .progress: break
        case .observation(let observation, let request): try take(observation, request)
        case .console(let console): try take(console)
        }
    }

    /// Keeps a guest's console, and ties what its kernel complained of to the trials.
    private func take(_ console: GuestConsole) throws {
        try folder.store(console: console.text, guest: console.guest)
        state.withLock { state in
            for line in console.complaints {
                var complaint = KernelComplaint(guest: console.guest, line: line)
                if let moment = complaint.nanoseconds {
                    complaint.trials = console.requests.filter {
                        state.times[$0.name]?.contains(moment) ?? false
                    }.map(\.trial)
                }
                state.complaints.append(complaint)
            }
            state.complaints.sort { $0.guest < $1.guest }
        }
    }

    private func take(_ observation: Observation, _ request: Plan.Request) throws {
        guard let kernel = state.withLock({ $0.greeting?.kernel }),
            let behaviour = Catalogue.behaviour(observation.trial.behaviour)
        else { return }
        let performed = request.performInstead
        let finding = Judge.judge(observation, as: behaviour, performed: performed)
            .marked(on: kernel)
        let trial = try folder.store(
            observation, as: request.name, finding: finding, kernel: kernel)
        let isStalled = Campaign.isStalled(observation, performed: performed)
        let zero = observation.zeroMonotonicNanoseconds
        let end = zero + max(0, observation.end.nanoseconds)
        state.withLock { $0.times[request.name] = zero...end }
        state.withLock { $0.latest[request.name] = (trial, isStalled) }
    }

    /// Sets aside what is to be performed again; the requests for that.
    func setAsideStalled(isLast: Bool) throws -> [Plan.Request] {
        guard !isLast else { return [] }
        let stalled = state.withLock { $0.latest.filter(\.value.isStalled) }
        var again: [Plan.Request] = []
        for request in requests {
            guard var earlier = stalled[request.name]?.trial else { continue }
            let attempt = earlier.finding.attempt
            try folder.setAside(request.name, attempt: attempt)
            earlier.capturePath = RunFolder.capturePath(
                RunFolder.name(request.name, attempt: attempt))
            state.withLock { [earlier] in
                $0.latest[request.name] = nil
                $0.earlier[request.name] = earlier
            }
            var next = request
            next.attempt = attempt + 1
            again.append(next)
        }
        return again
    }

    /// The findings of all requests; throws where nobody ever greeted.
    func result(end: PerformanceEnd, began: Date, ended: Date) throws -> CampaignResult {
        let state = state.withLock { $0 }
        guard let greeting = state.greeting else {
            switch end {
            case .failed(let error): throw error
            case .stopped: throw CancellationError()
            case .done: throw PerformerError.nonsense("that all is done, without a greeting")
            }
        }
        let cause = Self.cause(end)
        let trials = requests.map { request in
            state.latest[request.name]?.trial ?? state.earlier[request.name]
                ?? JudgedTrial(
                    Finding(
                        trial: request.trial, verdict: .inconclusive(cause: cause),
                        attempt: request.attempt))
        }
        let record = RunRecord(
            suite: EtimedoutVersion.text, kernel: greeting.kernel, findings: trials.map(\.finding),
            complaints: state.complaints)
        let repeated = trials.map(\.finding).filter { $0.attempt > 1 }
        let provenance = Provenance(
            began: Timestamp.full(began), ended: Timestamp.full(ended),
            wallMilliseconds: Int(ended.timeIntervalSince(began) * 1000),
            longestTrialMilliseconds: Int(
                (trials.map(\.duration).max() ?? .zero) / .milliseconds(1)),
            host: ProcessInfo.processInfo.hostName, privilege: greeting.privilege,
            versions: Provenance.versions(greeting),
            attempts: Dictionary(
                repeated.map { ("\($0.trial)", $0.attempt) }, uniquingKeysWith: { max($0, $1) }),
            interruption: end == .done ? nil : cause)
        return CampaignResult(record: record, provenance: provenance, trials: trials, end: end)
    }

    private static func cause(_ end: PerformanceEnd) -> String {
        switch end {
        case .done: "the performer sent no observation"
        case .stopped: "interrupted before the trial was over"
        case .failed(.died(let how, let line)):
            "the performer died: \(how)" + (line.map { ": \($0)" } ?? "")
        case .failed(let error): "\(error)"
        }
    }
}

extension Provenance {
    /// Who took part. Of which commit this program was built, whoever built it says:
    /// `Scripts/etimedout` does.
    static func versions(_ greeting: Greeting) -> [String: String] {
        var versions = [
            "etimedout": EtimedoutVersion.text, "libpcap": greeting.captureLibrary,
            "kernel": greeting.kernel.version,
        ]
        versions["commit"] = ProcessInfo.processInfo.environment["ETIMEDOUT_COMMIT"]
        return versions
    }
}

extension KernelIdentity {
    /// Adds what this machine's kernel was built with, where that kernel was asked and its image
    /// has no configuration beside it.
    mutating func completeFromHost() {
        guard guest == nil, configuration == nil else { return }
        configuration = .running()
        configuredHZ = configuredHZ ?? configuration?.hz
    }
}
