import Behaviours
import Evidence
import KernelTimers

/// Compares what calls returned with what they must return.
enum Values {
    /// The partings, in the order of the expectations.
    static func partings(
        _ expectations: [ValueExpectation], in observation: Observation
    ) -> [Parting] {
        expectations.compactMap { parting(of: $0, in: observation) }
    }

    private static func parting(
        of expectation: ValueExpectation, in observation: Observation
    ) -> Parting? {
        guard let step = observation.step(expectation.label) else {
            return Parting(.value, "\(expectation.label): the step was not performed")
        }
        if case .reports(let range) = expectation.outcome {
            let count = step.calls.count { $0.result > 0 }
            guard !range.contains(count) else { return nil }
            return Parting(
                .value,
                "\(expectation.label): expected \(range.lowerBound) to \(range.upperBound) "
                    + "reports, observed \(count)")
        }
        guard let call = call(expectation, step) else {
            return Parting(.value, "\(expectation.label): no call was made")
        }
        guard !holds(expectation.outcome, call) else { return nil }
        return Parting(
            .value,
            "\(expectation.label): expected \(words(expectation.outcome)), observed "
                + "\(call.name) → \(words(call))")
    }

    /// The call that is meant; in a step of several, such as reads until the error, the last.
    private static func call(_ expectation: ValueExpectation, _ step: StepRecord) -> CallRecord? {
        guard expectation.call > 0 else { return step.calls.last }
        return expectation.call < step.calls.count ? step.calls[expectation.call] : nil
    }

    private static func holds(_ outcome: ValueExpectation.Outcome, _ call: CallRecord) -> Bool {
        switch outcome {
        case .result(let result): call.result == result && call.errno == nil
        case .fails(let error): call.result == -1 && call.errno == error
        case .value(let value): call.result >= 0 && call.value == value
        case .tookError(let error): call.result >= 0 && call.errno == error
        case .tookNoError: call.result >= 0 && call.errno == nil
        case .events(let with, let without):
            Set(with).isSubset(of: call.events ?? [])
                && Set(without).isDisjoint(with: call.events ?? [])
        case .reports(let range): range.contains(call.result)
        }
    }

    private static func words(_ outcome: ValueExpectation.Outcome) -> String {
        switch outcome {
        case .result(let result): "\(result)"
        case .fails(let error): "−1 \(error)"
        case .value(let value): "the value \(value)"
        case .tookError(let error): "the error \(error)"
        case .tookNoError: "no error"
        case .events(let with, let without):
            with.joined(separator: "|")
                + (without.isEmpty ? "" : " without " + without.joined(separator: "|"))
        case .reports(let range): "\(range.lowerBound) to \(range.upperBound) reports"
        }
    }

    private static func words(_ call: CallRecord) -> String {
        var words = ["\(call.result)"]
        if let errno = call.errno { words.append(errno.name) }
        if let value = call.value { words.append("value \(value)") }
        if let events = call.events { words.append(events.joined(separator: "|")) }
        return words.joined(separator: " ")
    }
}
