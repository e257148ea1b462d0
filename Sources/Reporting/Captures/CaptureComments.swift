import Evidence
import KernelTimers

/// What is written beside the packets of a trial: the steps, what was expected, what was heard.
///
/// A step goes to the packet that follows it, since it is what the packet meets; what ends a
/// silence goes to the packet before it. Without packets the section has all of it.
struct CaptureComments {
    private(set) var ofSection: [String] = []
    private var byFrame: [Int: [String]] = [:]
    private var times: [(frame: Int, moment: Moment)] = []

    /// The comments on a frame of the merged file, from 1.
    func ofFrame(_ number: Int) -> [String] { byFrame[number, default: []] }

    init(_ observation: Observation, _ finding: Finding, _ frames: FrameMap) {
        if let clock = TrialClock(observation) {
            times = frames.order.enumerated().map { index, place in
                let packet = observation.captures[place.capture].packets[place.packet]
                return (index + 1, clock.moment(packet))
            }
        }
        addSteps(observation)
        addComparisons(finding, frames)
        addPartings(finding, frames)
        if let errno = finding.errno, let heard = finding.observedAbort {
            behind(heard, "the application heard \(errno.name) at \(Self.text(heard)) s")
        }
        if let failure = observation.failure { ofSection.append("no evidence: \(failure.reason)") }
        for note in finding.notes { ofSection.append("note: \(frames.renumbered(note))") }
    }

    // MARK: - What happened

    private mutating func addSteps(_ observation: Observation) {
        var actions: [String: Action] = [:]
        for lane in observation.script.lanes {
            for step in lane.steps { actions["\(lane.actor.rawValue) \(step.label)"] = step.action }
        }
        for step in observation.steps {
            guard let action = actions["\(step.actor.rawValue) \(step.label)"],
                Self.changesSomething(action)
            else { continue }
            // A send's packet leaves while the call runs, so its beginning counts.
            let text =
                "\(step.actor.rawValue): \(ScriptText.words(action)) (step \(step.label)), "
                + "\(Self.text(step.begin)) s"
            if let next = times.first(where: { $0.moment >= step.begin }) {
                byFrame[next.frame, default: []].append("\(text), before this packet")
            } else {
                behind(step.begin, text)
            }
        }
    }

    /// Whether a step is worth a comment: it changes what the kernel or the network does.
    private static func changesSomething(_ action: Action) -> Bool {
        switch action {
        case .send, .fill, .setOption, .dropReceived, .deliverReceived, .dropAtListener,
            .deliverAtListener, .removeAddress, .restoreAddress, .makeAddressPrimary, .limitRTO,
            .startConnect, .close, .closeLingering, .dropLarge, .encrypt, .limitOrphans,
            .shutdownWriting, .impair,
            .mend, .respond, .inject:
            true
        case .listen, .connect, .rehearse, .open, .awaitVanishing, .accept, .receive,
            .awaitAcknowledged, .awaitReadable, .getOption,
            .awaitError, .inspectTimer, .watch, .call:
            false
        }
    }

    // MARK: - What was expected

    private mutating func addComparisons(_ finding: Finding, _ frames: FrameMap) {
        for comparison in finding.comparisons {
            let expected = comparison.expected
            let text =
                "expected: \(expected.kind) in \(Self.text(expected.window.earliest))…"
                + "\(Self.text(expected.window.latest)) s: \(expected.derivation)"
            guard let observed = comparison.observed else {
                behind(expected.window.latest, "\(text); no witness saw it")
                continue
            }
            if let frame = frames.frame(in: observed.source) {
                byFrame[frame, default: []].append(text)
            } else {
                behind(
                    observed.window.latest,
                    "\(text); observed by \(observed.source): \(observed.what) at "
                        + "\(Self.text(observed.window.latest)) s")
            }
        }
    }

    /// Marks the packets at which the observation parts from what was expected.
    private mutating func addPartings(_ finding: Finding, _ frames: FrameMap) {
        for parting in finding.partings {
            guard let frame = frames.frame(in: parting.text) else { continue }
            let word = parting.aspect == .extra ? "unexpected" : "parts here"
            byFrame[frame, default: []].append("\(word): \(frames.renumbered(parting.text))")
        }
    }

    // MARK: - Places

    /// Puts a comment on the last packet before a moment, or on the section.
    private mutating func behind(_ moment: Moment, _ text: String) {
        guard let last = times.last(where: { $0.moment <= moment }) else {
            ofSection.append(text)
            return
        }
        byFrame[last.frame, default: []].append("\(text), after this packet")
    }

    private static func text(_ moment: Moment) -> String {
        Duration.fixed(moment.nanoseconds, digits: 6)
    }
}
