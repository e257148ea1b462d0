/// A situation that users meet, by its number in the list from which the catalogue grew, and the
/// behaviours that ask it or the reason why none does.
public struct Scenario: Sendable, Hashable {
    /// Its number.
    public let number: Int
    /// The situation in a few words.
    public let words: String
    /// The ids of the behaviours that ask it.
    public let behaviours: [String]
    /// Why it was left out, where no behaviour asks it.
    public let leftOut: String?

    private init(_ number: Int, _ words: String, _ behaviours: [String], _ leftOut: String?) {
        self.number = number
        self.words = words
        self.behaviours = behaviours
        self.leftOut = leftOut
    }

    /// It is asked by these behaviours.
    static func asked(_ number: Int, _ words: String, _ behaviours: String...) -> Scenario {
        Scenario(number, words, behaviours, nil)
    }

    /// It was left out, for this reason.
    static func left(_ number: Int, _ words: String, _ reason: String) -> Scenario {
        Scenario(number, words, [], reason)
    }
}
