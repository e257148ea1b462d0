import ArgumentParser
import Campaign
import Foundation
import KernelLab

/// The command line. It only parses, calls and prints; what it prints comes from `Reporting`.
struct Etimedout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "etimedout",
        abstract: "Proves what a Linux kernel does when a TCP peer goes silent.",
        discussion: """
            Exit status: 0 if everything that could be asked conforms, 1 if a behaviour deviates, \
            2 if something is inconclusive or could not be found out.
            """,
        version: EtimedoutVersion.text,
        subcommands: [
            RunCommand.self,
            MatrixCommand.self,
            MergeCommand.self,
            VerifyCommand.self,
            JudgeCommand.self,
            AuditCommand.self,
            ExplainCommand.self,
            CompareCommand.self,
            ReportCommand.self,
            PredictCommand.self,
            KernelsCommand.self,
            FailoverCommand.self,
            AdviseCommand.self,
        ])
}

@main
enum EtimedoutMain {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let status = await run(arguments)
        // `git bisect run` takes 125 for "cannot be tested".
        exit(status == 2 && arguments.contains("--bisect") ? 125 : status)
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        do {
            var command = try Etimedout.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error)
        }
    }

    /// Prints an error as one line, and gives the exit status: 2, unless a command says otherwise.
    private static func report(_ error: any Error) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        let isTold = error is CommandFailure
        if error is CancellationError || (Interrupts.shared.isRaised && !isTold) {
            Terminal.complain("interrupted before anything was performed")
            return 2
        }
        if let refusals = error as? KernelRefusals {
            for line in refusals.lines { Terminal.complain(line) }
            return 2
        }
        guard Etimedout.exitCode(for: error) != .success else {
            Terminal.print(Etimedout.fullMessage(for: error) + "\n")
            return 0
        }
        let isUsage = Etimedout.exitCode(for: error) == .validationFailure
        let message = isUsage ? Etimedout.message(for: error) : "\(error)"
        Terminal.complain(isUsage ? "\(message) (etimedout --help)" : message)
        return 2
    }
}

/// A failure in one line, with the exit status 2.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// An option of the command line, where `Evidence` too has something of that name.
typealias Option<Value> = ArgumentParser.Option<Value>
