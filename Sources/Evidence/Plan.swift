/// What a performer is asked to do.
public struct Plan: Codable, Sendable, Hashable {
    /// The trials, all of which are performed at once.
    public var trials: [Request]
    /// How often the kernel's witness reads each socket, milliseconds.
    public var samplePeriodMilliseconds: Int
    /// The most packets that one capture keeps: a broken kernel may flood.
    public var maximumPackets: Int

    /// A plan for these trials.
    public init(
        trials: [Request], samplePeriodMilliseconds: Int = 20, maximumPackets: Int = 20_000
    ) {
        self.trials = trials
        self.samplePeriodMilliseconds = samplePeriodMilliseconds
        self.maximumPackets = maximumPackets
    }

    /// One trial to perform.
    public struct Request: Codable, Sendable, Hashable {
        /// Which trial.
        public var trial: TrialID
        /// Its script.
        public var script: Script
        /// What is performed in its stead, unknown to the observation: how a live control alters
        /// the stimulus after the script was written down.
        public var performInstead: Script?
        /// Which attempt, from 1.
        public var attempt: Int

        /// A request.
        public init(
            trial: TrialID, script: Script, performInstead: Script? = nil, attempt: Int = 1
        ) {
            self.trial = trial
            self.script = script
            self.performInstead = performInstead
            self.attempt = attempt
        }
    }
}

/// What a performer says first.
public struct Greeting: Codable, Sendable, Hashable {
    /// The version of the protocol that it speaks.
    public var protocolVersion: Int
    /// The kernel under it.
    public var kernel: KernelIdentity
    /// How it came to its namespaces: `root` or `user namespace`.
    public var privilege: String
    /// The version of libpcap.
    public var captureLibrary: String

    /// The protocol's version.
    public static let currentProtocol = 1

    /// A greeting.
    public init(kernel: KernelIdentity, privilege: String, captureLibrary: String) {
        protocolVersion = Self.currentProtocol
        self.kernel = kernel
        self.privilege = privilege
        self.captureLibrary = captureLibrary
    }
}

/// How far a trial has come.
public struct Progress: Codable, Sendable, Hashable {
    /// The place of the trial in the plan, from 0.
    public var index: Int
    /// The step that was done last.
    public var label: String

    /// Progress of a trial.
    public init(index: Int, label: String) {
        self.index = index
        self.label = label
    }
}

/// Why a performer performs nothing.
public struct Refusal: Codable, Sendable, Hashable {
    /// What happened and what to do, in one line.
    public var reason: String

    /// A refusal.
    public init(reason: String) { self.reason = reason }
}
