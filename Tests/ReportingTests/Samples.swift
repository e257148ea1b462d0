import Behaviours
import Evidence
import Judge
import KernelTimers
import Reporting
import Support
import XCTest

/// Findings and observations for reports, made by the model.
enum Samples {
    static let kernel = KernelIdentity(
        selector: "host", release: "6.12.0-test", version: "#1 SMP", machine: "x86_64", hz: 250)

    /// What the judge finds of a kernel that shows this variant.
    static func observation(
        _ id: String = "blackhole.established", variant name: String = "at-deadline",
        _ parameters: Parameters = Parameters(userTimeoutMilliseconds: 3000)
    ) throws -> (observation: Observation, finding: Finding) {
        let behaviour = try XCTUnwrap(Catalogue.behaviour(id))
        let variant = try XCTUnwrap(
            behaviour.variants(for: parameters).first { $0.name == name })
        let observation = try SyntheticObservation.make(behaviour, variant, parameters)
        return (observation, Judge.judge(observation, as: behaviour))
    }

    /// A trial of each verdict, with texts that would break a format that doesn't escape.
    static func everyVerdict() throws -> [JudgedTrial] {
        let (observation, finding) = try observation()
        let (_, deviating) = try self.observation(
            "blackhole.established", variant: "ignored",
            Parameters(userTimeoutMilliseconds: 1000))
        let skipped = Finding(
            trial: TrialID(behaviour: "option.rejects", parameters: Parameters()),
            verdict: .notApplicable(reason: "no <IPv6> & \"quotes\" # \u{1b}[31m"))
        let unclear = Finding(
            trial: TrialID(
                behaviour: "zero-window.live",
                parameters: Parameters(userTimeoutMilliseconds: 5000)),
            verdict: .inconclusive(cause: "the performer died:\nsignal 9 ]]> \u{0}"))
        return [
            JudgedTrial(
                finding, duration: .milliseconds(3500), capturePath: "pcap/a.pcapng",
                frames: FrameMap(observation.captures)),
            JudgedTrial(deviating, duration: .milliseconds(9000), capturePath: "pcap/b.pcapng"),
            JudgedTrial(skipped), JudgedTrial(unclear),
        ]
    }
}
