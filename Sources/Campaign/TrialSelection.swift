public import Behaviours
public import Evidence

/// Which trials are asked for.
public struct TrialSelection: Sendable, Hashable {
    /// Patterns of behaviours' ids; none is all.
    public var behaviours: [String]
    /// Values, as `Parameters.summary` writes them; none is all.
    public var values: [String]
    /// The longest trials that are wanted.
    public var longest: TrialLength

    /// A selection.
    public init(
        behaviours: [String] = [], values: [String] = [], longest: TrialLength = .hours
    ) {
        self.behaviours = behaviours
        self.values = values
        self.longest = longest
    }

    /// The trials; throws one line where a pattern or a value matches nothing.
    public func trials() throws(SelectionError) -> [TrialID] {
        let all = try selectedBehaviours().flatMap(\.trials)
        let selected = try selected(of: all)
        let short = within(longest, selected)
        guard !selected.isEmpty, short.isEmpty else { return short }
        throw SelectionError(
            "the \(selected.count) trials selected take longer than \(longest.rawValue) ones may: "
                + "add --long, or --length hours")
    }

    /// The trials that are left out because they take too long.
    public func tooLong() throws(SelectionError) -> [TrialID] {
        let selected = try selected(of: try selectedBehaviours().flatMap(\.trials))
        let short = Set(within(longest, selected))
        return selected.filter { !short.contains($0) }
    }

    /// Those that take no longer. How long a trial takes follows from its schedules.
    private func within(_ longest: TrialLength, _ trials: [TrialID]) -> [TrialID] {
        guard longest < .hours else { return trials }
        let lengths = Concurrently.map(trials) { length(of: $0) }
        return zip(trials, lengths).filter { $1 <= longest }.map(\.0)
    }

    private func length(of trial: TrialID) -> TrialLength {
        Catalogue.behaviour(trial.behaviour)?.length(trial.parameters) ?? .short
    }

    private func selected(of all: [TrialID]) throws(SelectionError) -> [TrialID] {
        guard !values.isEmpty else { return all }
        var selected: Set<TrialID> = []
        for text in values {
            let matching = Self.matching(text, all)
            guard !matching.isEmpty else {
                let known = Set(all.map(\.parameters.summary)).sorted().prefix(6)
                throw SelectionError(
                    "no trial has the values \"\(text)\"; there are, for example: "
                        + known.map { "\"\($0)\"" }.joined(separator: ", "))
            }
            selected.formUnion(matching)
        }
        return all.filter(selected.contains)
    }

    /// The behaviours that the patterns select, in the order of their ids.
    public func selectedBehaviours() throws(SelectionError) -> [Behaviour] {
        guard !behaviours.isEmpty else { return Catalogue.behaviours }
        var ids: Set<String> = []
        for pattern in behaviours {
            let matching = Catalogue.behaviours(matching: pattern)
            guard !matching.isEmpty else { throw SelectionError(Self.unknown(pattern)) }
            ids.formUnion(matching.map(\.id))
        }
        return Catalogue.behaviours.filter { ids.contains($0.id) }
    }

    /// The trials with exactly these values; if there are none, those that have all of the words.
    private static func matching(_ text: String, _ all: [TrialID]) -> [TrialID] {
        let words = Set(text.split(separator: " ").map(String.init))
        guard !words.isEmpty else { return [] }
        let having = all.filter {
            words.isSubset(of: $0.parameters.summary.split(separator: " ").map(String.init))
        }
        let exact = having.filter {
            $0.parameters.summary.split(separator: " ").count == words.count
        }
        return exact.isEmpty ? having : exact
    }

    /// What is said of an id that nobody knows, with those that are near.
    public static func unknown(_ id: String) -> String {
        let known = Catalogue.behaviours.map(\.id)
        let near = known.map { ($0, Self.distance(id, $0)) }
            .filter { $0.1 <= max(3, id.count / 2) || $0.0.contains(id) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
            .prefix(3).map(\.0)
        let hint =
            near.isEmpty
            ? "known: \(known.joined(separator: ", "))" : "near: \(near.joined(separator: ", "))"
        return "no behaviour \"\(id)\" in this catalogue; \(hint)"
    }

    /// How many characters must be changed, added or taken out to make one text of the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.prefix(60))
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let change = diagonal + (character == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}

/// Why nothing was selected, in one line.
public struct SelectionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line.
    public var description: String

    init(_ description: String) { self.description = description }
}
