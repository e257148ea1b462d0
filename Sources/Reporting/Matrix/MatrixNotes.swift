import Evidence

/// What stands below a matrix: deviations, other variants, lost guests, each told once for all
/// kernels of which it is true.
struct MatrixNotes {
    var columns: [MatrixColumn]
    var labels: [String]
    var rows: [MatrixRow]

    func lines(width: Int) -> [String] {
        let texts = losses + deviations + known + otherVariants + inconclusives
        return texts.flatMap { PlainText.wrapped($0, width: width, rest: "  ") }
    }

    private var losses: [String] {
        zip(labels, columns).filter { $1.state == .lost }.map { label, column in
            "! \(label): \(column.reason ?? "lost")"
        }
    }

    /// A note is about one behaviour and one answer; it names the kernels and one of the trials.
    private var deviations: [String] {
        grouped(\.isUnexpected, answer: Self.answer).map { note in
            "D \(note.behaviour) on \(note.kernels): \(note.answer); \(note.example)"
                + (note.cell.parting.map { ": \($0)" } ?? "")
        }
    }

    private var known: [String] {
        grouped({ $0.verdict == .deviates && !$0.isUnexpected }) { cell in
            Self.answer(cell) + (cell.known.map { ", known: \($0.reference)" } ?? "")
        }.map { note in
            "d \(note.behaviour) on \(note.kernels): \(note.answer); \(note.example)"
        }
    }

    private static func answer(_ cell: MatrixCell) -> String {
        let variant = cell.variants.first.map { "as \($0)" }
        let words = variant ?? cell.nearest.map { "unknown, nearest \($0)" } ?? "unknown"
        guard let known = cell.known, known.outcome == .vanished else { return words }
        return "\(words), and no longer as known: \(known.reference)"
    }

    private var inconclusives: [String] {
        let places = columns.indices.filter { columns[$0].state != .lost }
        return grouped(
            { cell in
                if case .inconclusive = cell.verdict { true } else { false }
            }, places: places
        ) { cell in cell.verdict.reason ?? "" }.map { note in
            "? \(note.behaviour) on \(note.kernels): \(note.answer); \(note.example)"
        }
    }

    private var otherVariants: [String] {
        var notes: [(answer: String, places: [Int])] = []
        for row in rows {
            for (place, cells) in row.others {
                let names = Set(cells.map { $0.variants.joined(separator: "/") }).sorted()
                let answer = "* \(row.behaviour) as \(names.joined(separator: ", "))"
                if let index = notes.firstIndex(where: { $0.answer == answer }) {
                    notes[index].places.append(place)
                } else {
                    notes.append((answer, [place]))
                }
            }
        }
        return notes.map { note in
            "\(note.answer) on \(note.places.map { labels[$0] }.joined(separator: ", "))"
        }
    }

    private struct Note {
        var behaviour: String
        var answer: String
        var cell: MatrixCell
        var count: Int
        var labels: [String]

        var kernels: String { labels.joined(separator: ", ") }
        /// One of the trials, and how many more of the same there are, on all of these kernels.
        var example: String {
            cell.trial.parameters.summary + (count > 1 ? " and \(count - 1) more" : "")
        }
    }

    private func grouped(
        _ isMeant: (MatrixCell) -> Bool, places: [Int]? = nil, answer: (MatrixCell) -> String
    ) -> [Note] {
        var notes: [Note] = []
        for row in rows {
            for place in places ?? Array(columns.indices) {
                for cell in columns[place].cells
                where cell.trial.behaviour == row.behaviour && isMeant(cell) {
                    let answer = answer(cell)
                    let index = notes.firstIndex {
                        $0.behaviour == row.behaviour && $0.answer == answer
                    }
                    guard let index else {
                        notes.append(
                            Note(
                                behaviour: row.behaviour, answer: answer, cell: cell, count: 1,
                                labels: [labels[place]]))
                        continue
                    }
                    notes[index].count += 1
                    if notes[index].labels.last != labels[place] {
                        notes[index].labels.append(labels[place])
                    }
                }
            }
        }
        return notes
    }
}

extension MatrixCell {
    /// Whether it counts against the kernel: it deviates, and not as it is known to, or it is known
    /// to deviate and does so no longer.
    var isUnexpected: Bool {
        switch known?.outcome {
        case .shown: false
        case .vanished: true
        case .other, .untold, nil: verdict == .deviates
        }
    }
}
