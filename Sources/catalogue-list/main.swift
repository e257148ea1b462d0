import Foundation

// Writes the lists of all that was collected; called by the build (`CatalogueList`), with
// FOLDER/NAME for each file.

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    FileHandle.standardError.write(Data("catalogue-list: OUTPUT FOLDER/NAME…\n".utf8))
    exit(2)
}

/// The members that the files of a folder define, in order.
func members(of folder: String) -> [String] {
    arguments.dropFirst(2).filter { $0.hasPrefix("\(folder)/") }
        .map { String($0.dropFirst(folder.count + 1)) }
}

/// One list: each file a value, or each file a list of values.
func list(_ type: String, of folder: String, isFlattened: Bool) -> String {
    let names = members(of: folder)
    let lines = names.map { "        \(isFlattened ? "\(type)." : ".")\($0)," }
        .joined(separator: "\n")
    let kind = isFlattened ? "[[\(type)]]" : "[\(type)]"
    let literal = names.isEmpty ? "[]" : "[\n\(lines)\n    ]"
    let value = "(\(literal) as \(kind))" + (isFlattened ? ".flatMap { $0 }" : "")
    return """
        extension \(type) {
            static let collected: [\(type)] = \(value)
        }

        """
}

let text =
    list("Behaviour", of: "Catalogue", isFlattened: false)
    + list("Change", of: "Changes", isFlattened: true)
    + list("Expectation", of: "Expected", isFlattened: true)
do {
    try Data(text.utf8).write(to: URL(filePath: arguments[1]), options: .atomic)
} catch {
    FileHandle.standardError.write(Data("catalogue-list: \(arguments[1]): \(error)\n".utf8))
    exit(1)
}
