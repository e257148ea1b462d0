public import Behaviours
public import Evidence
import KernelTimers

/// A stand-alone reproducer of one trial: a shell script for iproute2 and python3, for people
/// without the suite.
///
/// It plays the trial's script as it is. What it cannot do is what the witnesses do: it prints the
/// calls and their times, and packets are for whoever captures them.
public struct ShellReproducer: Sendable {
    private let behaviour: Behaviour
    private let parameters: Parameters
    private let script: Script

    /// The reproducer of a trial.
    public init(_ behaviour: Behaviour, _ parameters: Parameters) {
        self.behaviour = behaviour
        self.parameters = parameters
        script = behaviour.script(parameters)
    }

    /// The script; or why there is none, in one line.
    public var text: Result<String, Unsayable> {
        var lanes: [String] = []
        for lane in script.lanes {
            var lines: [String] = []
            for step in lane.steps {
                switch line(step, lane.actor) {
                case .success(let text): lines.append(text)
                case .failure(let unsayable): return .failure(unsayable)
                }
            }
            lanes.append(
                "    (\"\(lane.actor.rawValue)\", [\n" + lines.joined() + "    ]),\n")
        }
        return .success(
            head
                + ReproducerRuntime.shell(
                    isFour: script.family == .ipv4, isLoopback: script.link == .loopback)
                + sysctls + "python3 - <<'END'\n" + ReproducerRuntime.python + constants
                + "play([\n" + lanes.joined() + "])\nEND\n")
    }

    /// Why something cannot be said in another language.
    public struct Unsayable: Error, Sendable, Hashable {
        /// The reason in one line.
        public var reason: String
    }

    private var head: String {
        let question = PlainText.wrapped(
            behaviour.question, width: 78, first: "# ", rest: "# ")
        let what = "# \(behaviour.id) \(parameters.summary)"
        let promise = expectation.flatMap {
            PlainText.wrapped($0, width: 78, first: "# ", rest: "# ")
        }
        return
            (["#!/bin/sh", what] + question + promise
            + ["# Needs root, iproute2 and python3. Written by etimedout explain --shell.", ""])
            .joined(separator: "\n")
    }

    /// When the promised end is expected, by the model, on a calm machine of HZ=250.
    private var expectation: [String] {
        guard let variant = behaviour.promised(parameters) else { return [] }
        let prospects = variant.prospects(
            behaviour.assumedConditions(parameters), parameters)
        let schedule = Schedule(predicting: prospects, horizon: .milliseconds(2_000_000))
        guard let abort = schedule.abort, case .aborted(let error) = abort.kind else {
            return ["Promised: \(variant.summary)"]
        }
        let (first, last) = (abort.window.earliest, abort.window.latest)
        return [
            "Promised (\(variant.name)): \(error.name) between "
                + "\(Duration.fixed(first.nanoseconds, digits: 2)) and "
                + "\(Duration.fixed(last.nanoseconds, digits: 2)) s, at HZ=250."
        ]
    }

    private var sysctls: String {
        script.sysctls.sorted { $0.key < $1.key }
            .map { "ip netns exec $S sysctl -qw \($0.key)='\($0.value)'\n" }.joined()
    }

    private var constants: String {
        let isFour = script.family == .ipv4
        let (subject, peer) = isFour ? ("10.9.0.254", "10.9.0.2") : ("fd00:9::fe", "fd00:9::2")
        let outage: String
        switch behaviour.outage {
        case .step(let label): outage = label
        case .windowShut: outage = "shut"
        case .none: outage = ""
        }
        return """
            FAMILY = socket.\(isFour ? "AF_INET" : "AF_INET6")
            ADDRESS = {"subject": "\(subject)", "peer": "\(peer)"}
            OUTAGE = "\(outage)"
            KIND = "\(script.subjectSocket?.rawValue ?? "")"

            """
    }

    private func line(_ step: Step, _ actor: Actor) -> Result<String, Unsayable> {
        var (after, delay) = ("None", "0")
        switch step.trigger {
        case .previous: break
        case .done(let label, let milliseconds):
            after = "\"\(label)\""
            delay = Duration.fixed(Int64(milliseconds) * 1_000_000, digits: 3)
        case .packet(.windowShut, let label):
            after = "\"\(label)\""
            guard actor == .subject, case .watch = step.action else {
                // The peer cannot see the subject's timer: it waits until the subject has.
                after = "\"shut\""
                break
            }
            return .success(tuple(step, after, delay, "a.shut(l)"))
        case .packet(let awaited, _):
            return .failure(
                Unsayable(
                    reason: "the step [\(step.label)] waits for a packet (\(awaited.rawValue)), "
                        + "and the reproducer captures none"))
        }
        guard let body = PythonCall.text(step.action, actor, script) else {
            return .failure(
                Unsayable(
                    reason: "the step [\(step.label)] has no counterpart in iproute2 and "
                        + "python3: \(ScriptText.words(step.action))"))
        }
        return .success(tuple(step, after, delay, body))
    }

    private func tuple(_ step: Step, _ after: String, _ delay: String, _ body: String) -> String {
        "        (\"\(step.label)\", \(after), \(delay),\n            lambda a, l: \(body)),\n"
    }
}

extension Behaviour {
    /// The first variant in the contract that can be told for these values.
    public func promised(_ parameters: Parameters) -> Variant? {
        let applicable = variants(for: parameters)
        return contract.variants.lazy.compactMap { name in
            applicable.first { $0.name == name }
        }.first
    }
}
