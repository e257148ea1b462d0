/// A situation that users meet, by its number in the list from which the catalogue grew.
///
/// Which behaviours ask it is not written here: each behaviour names its scenarios in its own file.
public struct Scenario: Sendable, Hashable {
    /// Its number.
    public let number: Int
    /// The situation in a few words.
    public let words: String
    /// Why it is left out, or what asking it would take; nil for one that is asked. It counts only
    /// while no behaviour asks the scenario.
    public let reason: String?
    /// What of it no behaviour asks although some ask the rest, and why.
    public let rest: String?

    /// A scenario, and why no behaviour asks it, as long as none does.
    init(_ number: Int, _ words: String, unasked reason: String? = nil, rest: String? = nil) {
        self.number = number
        self.words = words
        self.reason = reason
        self.rest = rest
    }

    /// The behaviours of the catalogue that ask it.
    public var behaviours: [Behaviour] {
        Catalogue.behaviours.filter { $0.scenarios.contains(number) }
    }

    /// Why it is left out, where no behaviour asks it.
    public var leftOut: String? {
        behaviours.isEmpty ? reason : nil
    }
}
