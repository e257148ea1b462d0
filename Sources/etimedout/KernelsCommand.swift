import ArgumentParser
import Foundation
import KernelLab

struct KernelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "The kernels kept for guests: list them, fetch more, remove them.",
        subcommands: [List.self, Fetch.self, Clean.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the kernels that are kept, or all that Debian offers.")

        @Flag(help: "List what Debian offers; the lists are fetched once a day.")
        var offered = false

        @Option(help: ArgumentHelp("Debian's flavour, for --offered.", valueName: "flavour"))
        var flavour = KernelSelector.usualFlavour

        func run() async throws {
            let store = KernelStore(say: Terminal.note)
            guard offered else {
                Terminal.print(KernelTable.kept(store.kept(), folder: store.folder))
                return
            }
            let flavour = flavour
            let offer = try await interruptible { try await store.offer(flavour: flavour) }
            Terminal.print(KernelTable.offered(offer))
            for gap in offer.gaps { Terminal.note("may not be all: \(gap)") }
        }
    }

    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Fetch kernels, to keep them.")

        @Argument(
            help: ArgumentHelp(
                "Such as debian:6.1, debian:5.10..7.3 or @FILE.", valueName: "selectors"))
        var selectors: [String]

        func run() async throws {
            let store = KernelStore(say: Terminal.note)
            // All are understood before anything is fetched.
            let list = try KernelSelectorList(selectors)
            let named = try await interruptible { try await list.kernels(of: store) }
            for selector in named {
                let kernel = try await interruptible { try await store.kernel(selector) }
                let version = kernel.packageVersion.map { " (\($0))" } ?? ""
                Terminal.print("\(selector): \(kernel.release)\(version)\n")
            }
        }
    }

    struct Clean: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove all that is kept, or only some kernels.")

        @Argument(help: ArgumentHelp("Such as debian:6.1; by default all.", valueName: "selector"))
        var selectors: [String] = []

        func run() async throws {
            let bytes = try await KernelStore(say: Terminal.note)
                .clean(try selectors.map { try KernelSelector($0) })
            Terminal.print("\(KernelTable.megabytes(bytes)) removed\n")
        }
    }
}

/// Kernels as people read them, in at most 80 columns.
enum KernelTable {
    static func kept(_ kernels: [KernelStore.Kept], folder: String) -> String {
        guard !kernels.isEmpty else {
            return "No kernel is kept. To fetch one: etimedout kernels fetch debian:6.1\n"
        }
        let rows = kernels.map { kernel in
            [
                kernel.selector.description, kernel.packageVersion, megabytes(kernel.bytes),
                String(kernel.since.ISO8601Format().prefix(10)),
            ]
        }
        let sum = megabytes(kernels.map(\.bytes).reduce(0, +))
        return table(["KERNEL", "PACKAGE", "SIZE", "SINCE"], rows)
            + "\(kernels.count) kept, \(sum), in \(folder)\n"
    }

    /// One line a series: the newest, and how many others there are.
    static func offered(_ offer: DebianOffer) -> String {
        let rows = offer.newestOfEachSeries.map { newest in
            let same = offer.kernels.filter { $0.version.series == newest.version.series }
            let kept = same.filter(\.isKept).map { "\($0.version)" }
            return [
                newest.selector.description, newest.packageVersion,
                same.count == 1 ? "-" : "\(same.count - 1), from \(same[0].version)",
                kept.isEmpty ? "-" : kept.joined(separator: " "),
            ]
        }
        return table(["NEWEST OF SERIES", "PACKAGE", "OLDER ONES", "KEPT"], rows)
            + "\(offer.kernels.count) kernels of \(rows.count) series\n"
    }

    static func megabytes(_ bytes: Int) -> String { "\((bytes + 500_000) / 1_000_000) MB" }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }
            let line = cells.joined(separator: "  ").prefix(80)
            return line.reversed().drop { $0 == " " }.reversed() + "\n"
        }
        .joined()
    }
}
