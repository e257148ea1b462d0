import Foundation

/// A look at markup from outside, by other means than those that wrote it.
enum Markup {
    /// Elements whose end may be left out.
    private static let optional: Set<String> = [
        "td", "th", "tr", "thead", "tbody", "dt", "dd", "li",
    ]
    private static let void: Set<String> = [
        "meta", "input", "br", "wbr", "img", "link", "hr", "!doctype",
    ]

    /// The first tag that doesn't match, nil where all do.
    static func fault(in page: String) -> String? {
        var open: [String] = []
        var rest = Substring(page)
        while let start = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: start)...]
            guard let end = rest.firstIndex(of: ">") else { return "a tag is never closed" }
            let tag = rest[..<end]
            rest = rest[rest.index(after: end)...]
            let isClosing = tag.hasPrefix("/")
            let name = String(
                tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "!" }
            ).lowercased()
            let ends: Set<String> =
                switch name {
                case "td", "th": ["td", "th"]
                case "tr": ["td", "th", "tr"]
                case "tbody": ["td", "th", "tr", "thead", "tbody"]
                case "dt", "dd": ["dt", "dd"]
                case "li": ["li"]
                default: []
                }
            if isClosing {
                while let last = open.last, last != name, optional.contains(last) {
                    open.removeLast()
                }
            } else {
                while let last = open.last, ends.contains(last) { open.removeLast() }
            }
            if isClosing {
                guard open.popLast() == name else { return "</\(name)>" }
            } else if !void.contains(name), !tag.hasSuffix("/") {
                open.append(name)
            }
            guard name == "script" || name == "style", !isClosing else { continue }
            guard let close = rest.range(of: "</\(name)>") else { return "<\(name)>" }
            rest = rest[close.lowerBound...]
        }
        return open.last.map { "<\($0)>" }
    }

    /// The values of an attribute, in the order of the page.
    static func values(of attribute: String, in page: String) -> [String] {
        page.components(separatedBy: " \(attribute)=\"").dropFirst().compactMap {
            $0.components(separatedBy: "\"").first
        }
    }
}

/// Digests, by a program of the system.
enum Digest {
    /// The SHA-256 of a text as a content security policy names it.
    static func policy(of text: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let hex = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let digits = Array(hex.prefix(64))
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return "sha256-" + Data(bytes).base64EncodedString()
    }
}
