import Evidence

extension Plan {
    /// How long the performer may be silent while it performs this: it reports each step, so no
    /// longer than the longest step may take, and ten seconds for a machine under load.
    var patience: Duration {
        let longest = trials.map { request in
            let script = request.performInstead ?? request.script
            return script.lanes.flatMap(\.steps).map(\.longestMilliseconds).max() ?? 0
        }
        return .milliseconds(longest.max() ?? 0) + .seconds(10)
    }
}

extension Step {
    /// The deadline, or what the action takes by itself where that is longer.
    var longestMilliseconds: Int {
        max(deadlineMilliseconds, action.waitingMilliseconds)
    }
}
