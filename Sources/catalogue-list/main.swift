import Foundation

// Writes the list of all behaviours; called by the build (`CatalogueList`).

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    FileHandle.standardError.write(Data("catalogue-list: OUTPUT NAME…\n".utf8))
    exit(2)
}
let members = arguments.dropFirst(2).map { "        .\($0)," }.joined(separator: "\n")
let text = """
    extension Behaviour {
        static let collected: [Behaviour] = [
    \(members)
        ]
    }

    """
do {
    try Data(text.utf8).write(to: URL(filePath: arguments[1]), options: .atomic)
} catch {
    FileHandle.standardError.write(Data("catalogue-list: \(arguments[1]): \(error)\n".utf8))
    exit(1)
}
