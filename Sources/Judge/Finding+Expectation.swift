public import Behaviours
public import Evidence

extension Finding {
    /// The finding, with what is known of that kernel beside it.
    ///
    /// The verdict stays what it is: an expectation says only whether it was to be expected.
    public func marked(on kernel: KernelIdentity) -> Finding {
        marked(expecting: Expectation.expected(of: trial, on: kernel))
    }

    /// The finding, beside what was expected.
    public func marked(expecting expectation: Expectation?) -> Finding {
        var copy = self
        copy.known = expectation.map {
            KnownDeviation(
                reference: $0.reference, variant: $0.variant, outcome: outcome(expecting: $0))
        }
        return copy
    }

    private func outcome(expecting expectation: Expectation) -> KnownDeviation.Outcome {
        switch verdict {
        case .conforms: .vanished
        case .deviates:
            expectation.variant.map(variants.contains) ?? variants.isEmpty ? .shown : .other
        case .notApplicable, .inconclusive: .untold
        }
    }
}
