import Foundation
import Reporting

/// Standard output and standard error.
enum Terminal {
    /// Prints text as it is. That nobody listens any more is no failure of ours.
    static func print(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    /// Prints text to standard error.
    static func printError(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Prints an error on one line.
    static func complain(_ message: String) {
        printError("etimedout: \(PlainText.line(message))\n")
    }

    /// Prints what is worth knowing and no error, on one line.
    @Sendable static func note(_ message: String) {
        printError("\(PlainText.line(message))\n")
    }

    /// Whether what is printed there may be coloured (no-color.org).
    static func isColored(_ descriptor: Int32) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(descriptor) == 1 && environment["NO_COLOR", default: ""].isEmpty
            && environment["TERM"] != "dumb"
    }
}
