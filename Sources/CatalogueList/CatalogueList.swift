import Foundation
import PackagePlugin

/// Collects what the catalogue is made of: behaviours, upstream changes.
///
/// One file in `Catalogue/` is one behaviour, one file in `Changes/` a list of changes, each named
/// as its file: so a new one is one file that touches nothing else, not even a list.
@main
struct CatalogueList: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let module = target as? any SourceModuleTarget else { return [] }
        let output = context.pluginWorkDirectoryURL.appending(path: "Catalogue+All.swift")
        let arguments = ["Catalogue", "Changes", "Expected"].flatMap { folder in
            module.sourceFiles(withSuffix: "swift").map(\.url)
                .filter { $0.deletingLastPathComponent().lastPathComponent == folder }
                .map { "\(folder)/\($0.deletingPathExtension().lastPathComponent)" }
                .sorted()
        }
        return [
            .buildCommand(
                displayName: "Collecting the catalogue",
                executable: try context.tool(named: "catalogue-list").url,
                arguments: [output.path(percentEncoded: false)] + arguments,
                inputFiles: [], outputFiles: [output])
        ]
    }
}
