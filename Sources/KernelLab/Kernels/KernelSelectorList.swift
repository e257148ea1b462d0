/// Several kernels, as people name them: selectors, commas between them, ranges, files of them.
///
///     host debian:6.1,debian:6.12 debian:5.10..7.3 @kernels.txt
///
/// A file holds one or several of the same on a line; `#` begins a comment. A range is the newest
/// point release of each series that Debian offers between its ends, both included.
public struct KernelSelectorList: Sendable, Hashable {
    /// What was named, in its order.
    private var items: [Item] = []

    private enum Item: Hashable {
        case one(KernelSelector)
        case range(text: String, from: KernelVersion, through: KernelVersion, flavour: String)
    }

    /// Reads what was named; throws a line for each part that cannot be understood.
    public init(_ texts: [String]) throws(KernelRefusals) {
        var lines: [String] = []
        for text in texts { add(text, from: nil, &lines) }
        if items.isEmpty, lines.isEmpty { lines.append("no kernel is named") }
        guard lines.isEmpty else { throw KernelRefusals(lines: lines) }
    }

    /// Reads one argument, or one line of a file.
    private mutating func add(_ text: String, from origin: String?, _ lines: inout [String]) {
        // A path may hold a comma, and is meant where it is there.
        let parts =
            Files.exists(text)
            ? [text]
            : text.split { $0 == "," || $0.isWhitespace }.map(String.init)
        for part in parts {
            do throws(KernelLabError) {
                if let path = part.dropping("@"), origin == nil {
                    try addFile(path, &lines)
                } else {
                    items.append(try Self.item(part))
                }
            } catch {
                lines.append(origin.map { "\($0): \(error)" } ?? "\(error)")
            }
        }
    }

    private mutating func addFile(
        _ path: String, _ lines: inout [String]
    ) throws(KernelLabError) {
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        let before = items.count + lines.count
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let selectors = line.prefix { $0 != "#" }.trimmed
            add(selectors, from: "\(path), line \(number + 1)", &lines)
        }
        guard items.count + lines.count > before else {
            throw .file(path, reason: "names no kernel")
        }
    }

    private static func item(_ text: String) throws(KernelLabError) -> Item {
        guard let rest = text.dropping("debian:"), let dots = rest.firstRange(of: "..") else {
            return .one(try KernelSelector(text))
        }
        let tail = rest[dots.upperBound...].split(separator: "-", maxSplits: 1)
        // The last end is a selector of its own, and is read as one.
        guard let first = KernelVersion(rest[..<dots.lowerBound]), let end = tail.first,
            let last = KernelVersion(end),
            case .debian(_, let flavour) = try KernelSelector(
                "debian:" + rest[dots.upperBound...])
        else {
            throw .notASelector(text, reason: "a range such as debian:5.10..7.3 is needed")
        }
        guard first <= last else {
            throw .notASelector(text, reason: "the range begins above its end")
        }
        return .range(text: text, from: first, through: last, flavour: flavour)
    }

    /// The kernels that are meant, in the order in which they were named, each once.
    ///
    /// Throws a line for each range that cannot be had, or in which nothing is.
    public func kernels(of store: KernelStore) async throws -> [KernelSelector] {
        var kernels: [KernelSelector] = []
        var lines: [String] = []
        var offers: [String: DebianOffer] = [:]
        for item in items {
            switch item {
            case .one(let selector): kernels.append(selector)
            case .range(let text, let first, let last, let flavour):
                do {
                    let offer: DebianOffer
                    if let known = offers[flavour] {
                        offer = known
                    } else {
                        offer = try await store.offer(flavour: flavour)
                    }
                    offers[flavour] = offer
                    let found = offer.kernels(from: first, through: last).map(\.selector)
                    if found.isEmpty { lines.append("\(text): Debian offers nothing in it") }
                    kernels += found
                } catch let error as KernelLabError {
                    lines.append("\(text): \(error)")
                }
            }
        }
        guard lines.isEmpty else { throw KernelRefusals(lines: lines) }
        var seen: Set<KernelSelector> = []
        return kernels.filter { seen.insert($0).inserted }
    }
}

/// Why kernels that were named cannot be asked, a line each; nothing was run.
public struct KernelRefusals: Error, Sendable, Hashable, CustomStringConvertible {
    /// The lines.
    public var lines: [String]

    /// Refusals.
    public init(lines: [String]) { self.lines = lines }

    /// All lines.
    public var description: String { lines.joined(separator: "\n") }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
