import ArgumentParser
import Campaign
import Foundation
import Reporting

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a page or a report for machines of what is stored.",
        discussion: """
            Shows what was found when the run was judged; judge says whether that still holds.
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's folder, a matrix's, or that of a failover laboratory.", valueName: "folder"))
    var path: String

    @Option(
        help: ArgumentHelp(
            "What to make: \(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "format"), transform: ReportCommand.format)
    var format: ReportFormat = .html

    @Option(
        help: ArgumentHelp(
            """
            Where to; by default standard output. Links of a page lead to the captures only from \
            within the run's folder.
            """, valueName: "file"))
    var output: String?

    func run() async throws {
        let bytes = try await bytes()
        guard let output else {
            Terminal.print(String(decoding: bytes, as: UTF8.self))
            return
        }
        try RunFolder.write(bytes, toFile: output)
    }

    private func bytes() async throws -> [UInt8] {
        if StoredFailover.isThere(path) {
            if let bytes = try await StoredFailover(path).bytes(format) { return bytes }
            throw CommandFailure(
                "of a failover laboratory there is html, junit, ktap, markdown and json; kcidb "
                    + "takes in tests of a kernel, and a cell is one of programs on it")
        }
        guard MatrixFolder.isMatrix(path) else {
            return try format.bytes(of: try RunFolder.load(path).reported)
        }
        let record = try MatrixFolder(existing: path).record()
        switch format {
        case .html: return Array(MatrixPage(record).text.utf8)
        case .json: return try JSONText.encode(record)
        case .junit, .ktap, .kcidb, .markdown:
            throw CommandFailure(
                "of a matrix there is html and json; \(format.rawValue) is made of each kernel's "
                    + "folder in it")
        }
    }

    @Sendable private static func format(_ word: String) throws -> ReportFormat {
        guard let format = ReportFormat(rawValue: word) else {
            throw ValidationError("there is no format \(word)")
        }
        return format
    }
}
