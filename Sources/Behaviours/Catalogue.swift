import Evidence

/// All behaviours.
public enum Catalogue {
    /// Every behaviour that there is, in the order of their ids.
    public static let behaviours = Behaviour.collected.sorted { $0.id < $1.id }

    /// The behaviour with that id.
    public static func behaviour(_ id: String) -> Behaviour? {
        behaviours.first { $0.id == id }
    }

    /// The behaviours whose id matches a pattern: `*` stands for any characters, and an id matches
    /// also by being the pattern's continuation after a dot (`unroutable` means `unroutable.*`).
    public static func behaviours(matching pattern: String) -> [Behaviour] {
        behaviours.filter {
            matches(Array($0.id), Array(pattern)) || $0.id.hasPrefix(pattern + ".")
        }
    }

    private static func matches(_ text: [Character], _ pattern: [Character]) -> Bool {
        // Classic two-pointer matching: linear but for stars, and no recursion to exhaust.
        var textIndex = 0
        var patternIndex = 0
        var star: (pattern: Int, text: Int)?
        while textIndex < text.count {
            if patternIndex < pattern.count, pattern[patternIndex] == "*" {
                star = (patternIndex, textIndex)
                patternIndex += 1
            } else if patternIndex < pattern.count, pattern[patternIndex] == text[textIndex] {
                textIndex += 1
                patternIndex += 1
            } else if let last = star {
                patternIndex = last.pattern + 1
                textIndex = last.text + 1
                star = (last.pattern, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == "*" }
    }
}
