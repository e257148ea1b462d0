import Foundation
import PackagePlugin

/// Collects the behaviours: one file in `Catalogue/` is one behaviour, named as the file.
///
/// So that a new behaviour is one file that touches nothing else, not even a list.
@main
struct CatalogueList: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let module = target as? any SourceModuleTarget else { return [] }
        let names = module.sourceFiles(withSuffix: "swift").map(\.url)
            .filter { $0.deletingLastPathComponent().lastPathComponent == "Catalogue" }
            .map { $0.deletingPathExtension().lastPathComponent }
            .sorted()
        let output = context.pluginWorkDirectoryURL.appending(path: "Catalogue+All.swift")
        return [
            .buildCommand(
                displayName: "Collecting the behaviours",
                executable: try context.tool(named: "catalogue-list").url,
                arguments: [output.path(percentEncoded: false)] + names,
                inputFiles: [], outputFiles: [output])
        ]
    }
}
