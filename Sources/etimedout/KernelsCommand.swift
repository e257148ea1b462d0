import ArgumentParser
import Foundation
import KernelLab

struct KernelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "The kernels kept for guests: list them, fetch more, remove them.",
        subcommands: [List.self, Fetch.self, Clean.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the kernels that are kept.")

        func run() async throws {
            let store = KernelStore()
            for kernel in store.kept() {
                Terminal.print("debian:\(kernel.version)  \(kernel.packages)\n")
            }
        }
    }

    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Fetch kernels, to keep them.")

        @Argument(help: ArgumentHelp("Such as debian:6.1.", valueName: "selector"))
        var selectors: [String]

        func run() async throws {
            // All are understood before anything is fetched.
            for selector in try selectors.map({ try KernelSelector($0) }) {
                let kernel = try await interruptible { try await KernelStore().kernel(selector) }
                let version = kernel.packageVersion.map { " (\($0))" } ?? ""
                Terminal.print("\(selector): \(kernel.release)\(version)\n")
            }
        }
    }

    struct Clean: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove all that is kept.")

        func run() async throws { try KernelStore().clean() }
    }
}
