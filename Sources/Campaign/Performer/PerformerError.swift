public import Evidence
import Reporting

/// Why a performer did not perform; one line each.
public enum PerformerError: Error, Sendable, Hashable {
    /// There is no such program in the places that were searched.
    case notFound(searched: [String])
    /// There is no conductor for emulators in the places that were searched.
    case conductorNotFound(searched: [String])
    /// It could not be started.
    case cannotStart(path: String, reason: String)
    /// It lacks a shared library.
    case libraryMissing(String)
    /// It says that it cannot perform anything here.
    case refused(String)
    /// It ended before all was done; the last line that it wrote to its standard error.
    case died(how: String, lastLine: String?)
    /// What it sends is not made of frames.
    case damagedFrame(FrameError)
    /// A frame of its holds something that it must not.
    case nonsense(String)
    /// It sent nothing for so many seconds, longer than any step may take.
    case silent(seconds: Int)
    /// Its guest was lost: what happened, and the last lines of its console.
    case guestLost(GuestLoss, console: [String])
}

extension PerformerError: CustomStringConvertible {
    /// One line: what happened, and what to do where that is known.
    public var description: String {
        switch self {
        case .notFound(let searched):
            "etimedout-perform was not found in \(searched.joined(separator: ", ")); "
                + "build it with: swift build --product etimedout-perform"
        case .conductorNotFound(let searched):
            "libetimedout-conductor.so was not found in \(searched.joined(separator: ", ")); "
                + "build it with: swift build --product etimedout-conductor"
        case .cannotStart(let path, let reason):
            "the performer \(path) could not be started: \(reason)"
        case .libraryMissing(let name):
            "\(Self.library(name)) is missing; Scripts/setup installs it"
        case .refused(let reason): reason
        case .died(let how, let lastLine):
            "the performer died: \(how)" + (lastLine.map { ": \($0)" } ?? "")
        case .damagedFrame(let error): "the performer's output is damaged: \(error)"
        case .nonsense(let reason): "the performer sent nonsense: \(reason)"
        case .silent(let seconds):
            "the performer was silent for \(seconds) s, longer than any step may take, "
                + "and was stopped"
        case .guestLost(let loss, let console):
            "the guest was lost: \(loss)"
                + (loss.isSaidOnConsole
                    ? "" : console.last.map { "; its console ends: \(PlainText.line($0))" } ?? "")
        }
    }

    /// The last lines of a lost guest's console, as one may print them.
    public var consoleTail: [String] {
        guard case .guestLost(_, let console) = self else { return [] }
        return console.map { PlainText.cut(PlainText.line($0), to: 76) }
    }

    /// `libpcap` of `libpcap.so.0.8`.
    private static func library(_ name: String) -> String {
        String(name.prefix { $0 != "." })
    }

    /// The error of a performer that ended with this status and last line.
    ///
    /// The dynamic loader exits with 127 and says `error while loading shared libraries: NAME: …`.
    static func ended(how: String, lastLine: String?) -> PerformerError {
        let marker = "error while loading shared libraries: "
        if let line = lastLine, let range = line.firstRange(of: marker) {
            return .libraryMissing(String(line[range.upperBound...].prefix { $0 != ":" }))
        }
        return .died(how: how, lastLine: lastLine)
    }
}
