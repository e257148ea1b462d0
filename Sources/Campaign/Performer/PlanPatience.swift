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
        let own =
            switch action {
            case .awaitError(_, let milliseconds), .awaitVanishing(let milliseconds),
                .watch(let milliseconds):
                milliseconds
            case .rehearse, .open, .startConnect, .dropAtListener, .deliverAtListener, .close,
                .shutdownWriting, .listen, .connect, .accept, .send, .receive, .fill,
                .awaitAcknowledged,
                .awaitReadable, .setOption, .getOption, .dropReceived, .deliverReceived,
                .removeAddress, .restoreAddress, .inspectTimer, .call, .impair, .mend, .respond,
                .inject:
                0
            }
        return max(deadlineMilliseconds, own)
    }
}
