public import Evidence

/// Where the packets of each capture stand in the one file that holds them all.
///
/// Witnesses name a packet by its capture and its number there (`subject frame 12`); Wireshark
/// shows the merged file's numbers, and those are printed for people. All count from 1.
public struct FrameMap: Sendable, Hashable {
    /// One packet's place: which capture, and where in it, both from 0.
    struct Place: Hashable { var capture: Int, packet: Int }

    /// Whose each capture is.
    private var actors: [Actor] = []
    /// The merged number of each packet of each capture.
    private var numbers: [[Int]] = []
    /// The packets in the order of the merged file.
    private(set) var order: [Place] = []

    /// The map of no captures.
    public init() {}

    /// Merges captures in order of time, keeping each one's own order; of packets with the same
    /// stamp those of the earlier capture come first.
    public init(_ captures: [Capture]) {
        actors = captures.map(\.actor)
        numbers = captures.map { _ in [] }
        var next = captures.map { _ in 0 }
        while true {
            var earliest: (capture: Int, time: Int64)?
            for (index, capture) in captures.enumerated() where next[index] < capture.packets.count
            {
                let time = capture.packets[next[index]].realtimeNanoseconds
                if let known = earliest, known.time <= time { continue }
                earliest = (index, time)
            }
            guard let (capture, _) = earliest else { break }
            order.append(Place(capture: capture, packet: next[capture]))
            numbers[capture].append(order.count)
            next[capture] += 1
        }
    }

    /// The merged number of a packet that a witness names by its capture's owner and its number.
    public func merged(_ actor: Actor, frame: Int) -> Int? {
        guard let capture = actors.firstIndex(of: actor), frame >= 1,
            frame <= numbers[capture].count
        else { return nil }
        return numbers[capture][frame - 1]
    }

    /// The merged number of the first packet that a text names, such as `subject frame 12`.
    public func frame(in text: String) -> Int? {
        var found: Int?
        _ = rewrite(text) { number in found = found ?? number }
        return found
    }

    /// The text with each packet named by its merged number, `frame 17`; what this map doesn't
    /// know stays as it is.
    public func renumbered(_ text: String) -> String { rewrite(text) { _ in } }

    private func rewrite(_ text: String, _ visit: (Int) -> Void) -> String {
        guard text.contains(" frame ") else { return text }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        var out: [String] = []
        var index = 0
        while index < words.count {
            if index + 2 < words.count, words[index + 1] == "frame",
                let (before, actor) = Self.actor(endingIn: words[index]),
                let (number, after) = Self.number(words[index + 2]),
                let merged = merged(actor, frame: number)
            {
                visit(merged)
                out.append("\(before)frame \(merged)\(after)")
                index += 3
            } else {
                out.append(words[index])
                index += 1
            }
        }
        return out.joined(separator: " ")
    }

    private static func actor(endingIn word: String) -> (before: String, actor: Actor)? {
        for actor in Actor.allCases where word.hasSuffix(actor.rawValue) {
            let before = String(word.dropLast(actor.rawValue.count))
            if before.allSatisfy({ !$0.isLetter }) { return (before, actor) }
        }
        return nil
    }

    private static func number(_ word: String) -> (number: Int, after: String)? {
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        return Int(digits).map { ($0, String(word.dropFirst(digits.count))) }
    }
}
