public import ArgumentParser
import Behaviours
import Campaign
public import Evidence
import Foundation
import KernelLab
import Reporting
import Synchronization

struct FailoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover",
        abstract: "Move a virtual IP under HAProxy and a broker; measure who notices, and when.",
        discussion: """
            Builds controllers, broker and clients in namespaces of this machine, with the real \
            programs; all cells of the table run at once. Nothing touches the host's network, and \
            nothing is left.
            """)

    @Option(
        name: .customLong("protection"),
        help: ArgumentHelp("Only these rows; may be repeated. --list names them.", valueName: "id"))
    var protections: [String] = []

    @Option(
        name: .customLong("event"),
        help: ArgumentHelp("Only these events; may be repeated.", valueName: "id"))
    var events: [String] = []

    @Option(
        name: .customLong("backend"),
        help: ArgumentHelp(
            "simple (a small broker of ours) or rabbitmq (with pika); may be repeated.",
            valueName: "name"))
    var backends: [FailoverCell.Backend] = [.simple]

    @Option(help: ArgumentHelp("Who moves the address: lab or keepalived.", valueName: "name"))
    var mover = FailoverCell.Mover.lab

    @Option(help: ArgumentHelp("How many controllers share the address: 2 or 3.", valueName: "n"))
    var controllers = 2

    @Option(
        name: .customLong("retries2"),
        help: ArgumentHelp(
            "tcp_retries2 where nothing else protects; by default 5, which stands for the kernel's "
                + "15, and 15 in a guest.", valueName: "n"))
    var retries2: Int?

    @Option(
        help: ArgumentHelp(
            "Which kernel: host, or one that is booted in virtual time, such as debian:6.1; there "
                + "with HAProxy and the simple broker only.", valueName: "selector"))
    var kernel = "host"

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "The folder for the evidence, new or empty; by default one below Reports/.",
            valueName: "folder"))
    var report: String?

    @Flag(help: "Only list events and protections.")
    var list = false

    @Flag(help: "Print failover.json, and everything else to standard error.")
    var json = false

    func validate() throws {
        guard (2...3).contains(controllers) else {
            throw ValidationError("--controllers \(controllers): 2 or 3 are accepted")
        }
        if let retries2, !(1...15).contains(retries2) {
            throw ValidationError("--retries2 \(retries2) is out of range, 1 … 15 are accepted")
        }
    }

    func run() async throws {
        let selector = try KernelSelector(kernel)
        let cells = try selection(isGuest: selector != .host)
        if list {
            Terminal.print(FailoverListing.text(cells))
            return
        }
        try Host.refuseUnknownMachine()
        let (record, folder) = try await interruptible { [report] in
            let performer = try PerformerLocator.locate(forGuests: selector != .host)
            let store = KernelStore(say: Terminal.note)
            let booted = selector == .host ? nil : try await store.kernel(selector)
            let folder = try RunFolder.create(at: report, selector: "failover")
            let line = FailoverProgress(cells.count)
            defer { line.erase() }
            do {
                let campaign = FailoverCampaign(
                    plan: FailoverPlan(cells: cells), performer: performer, folder: folder,
                    kernel: booted)
                return (try await campaign.perform { line.take($0) }, folder)
            } catch {
                folder.removeIfEmpty()
                let isKept = FileManager.default.fileExists(atPath: folder.path)
                let rest = isKept ? "; what was finished is in \(folder.path)" : ""
                if Task.isCancelled {
                    throw CommandFailure(
                        "interrupted" + (isKept ? rest : " before anything was finished"))
                }
                throw isKept ? CommandFailure("\(error)" + rest) : error
            }
        }
        let descriptor = json ? STDERR_FILENO : STDOUT_FILENO
        let table =
            FailoverTable(
                record, cells: cells, isColored: Terminal.isColored(descriptor)
            ).text + "Evidence: \(folder.path)\n"
        if json {
            Terminal.print(String(decoding: try JSONText.encode(record), as: UTF8.self))
            Terminal.printError(table)
        } else {
            Terminal.print(table)
        }
        guard record.exitCode == 0 else { throw ExitCode(record.exitCode) }
    }

    private func selection(isGuest: Bool) throws -> [FailoverCell] {
        if isGuest, backends != [.simple] || mover != .lab {
            throw CommandFailure("a guest has the simple broker, and moves the address itself")
        }
        let retries = retries2 ?? (isGuest ? 15 : FailoverCatalogue.shortRetries2)
        let known = FailoverCatalogue.protections(retries2: retries)
        let rows = try chosen(known, protections, "protection", \.id)
        let columns = try chosen(FailoverCatalogue.events, events, "event", \.id)
        return backends.flatMap {
            FailoverCatalogue.cells(
                rows, columns, backend: $0, mover: mover, controllers: controllers)
        }
    }

    private func chosen<Value>(
        _ known: [Value], _ names: [String], _ what: String, _ id: (Value) -> String
    ) throws -> [Value] {
        for name in names where !known.contains(where: { id($0) == name }) {
            throw CommandFailure(
                "no \(what) \"\(name)\"; there are: \(known.map(id).joined(separator: ", "))")
        }
        return names.isEmpty ? known : known.filter { names.contains(id($0)) }
    }
}

/// What `failover --list` prints.
enum FailoverListing {
    static func text(_ cells: [FailoverCell]) -> String {
        var lines = ["Events:"]
        var seen: Set<String> = []
        for event in cells.map(\.event) where seen.insert(event.id).inserted {
            lines.append("  " + PlainText.padded(event.id, to: 12) + event.title)
        }
        lines.append("Protections:")
        for protection in cells.map(\.protection) where seen.insert(protection.id).inserted {
            lines.append("  " + PlainText.padded(protection.id, to: 12) + protection.title)
        }
        return lines.map { PlainText.cut($0, to: 80) + "\n" }.joined()
    }
}

/// One line on a terminal that tells how far the laboratory is.
final class FailoverProgress: Sendable {
    private struct State {
        var ready: Set<String> = []
        var done = 0
        var last = ""
    }

    private let began = ContinuousClock.now
    private let count: Int
    private let isShown = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(_ count: Int) { self.count = count }

    func take(_ news: FailoverCampaign.News) {
        let text = state.withLock { state in
            switch news {
            case .progress(let cell, let label):
                state.last = "\(cell) \(label)"
                if label == "ready" { state.ready.insert(cell) }
            case .ended(let finding):
                state.done += 1
                state.last = "\(finding.id) \(finding.verdict.name)"
            }
            return "\(state.ready.count) ready, \(state.done) of \(count) done · \(state.last)"
        }
        guard isShown else { return }
        let seconds = began.duration(to: .now).components.seconds
        let line = PlainText.cut(PlainText.line("\(seconds) s · \(text)"), to: 79)
        Terminal.printError("\r" + line + "\u{1b}[K")
    }

    func erase() {
        if isShown { Terminal.printError("\r\u{1b}[K") }
    }
}

extension FailoverCell.Backend: ExpressibleByArgument {}
extension FailoverCell.Mover: ExpressibleByArgument {}
