import ArgumentParser
import Campaign
import Foundation
import Reporting

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a page or a report for machines of a stored run.",
        discussion: """
            Shows what was found when the run was judged; judge says whether that still holds.
            """)

    @Argument(help: ArgumentHelp("A run's folder.", valueName: "folder"))
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

    func run() throws {
        let stored = try RunFolder.load(path)
        let bytes = try format.bytes(of: stored.reported)
        guard let output else {
            Terminal.print(String(decoding: bytes, as: UTF8.self))
            return
        }
        try RunFolder.write(bytes, toFile: output)
    }

    @Sendable private static func format(_ word: String) throws -> ReportFormat {
        guard let format = ReportFormat(rawValue: word) else {
            throw ValidationError("there is no format \(word)")
        }
        return format
    }
}
