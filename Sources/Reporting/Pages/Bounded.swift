/// The first and the last of a list that may be longer than anybody reads, and how many are left
/// out between them: some broken kernels send a packet every two jiffies for minutes.
struct Bounded<Element> {
    var first: [Element]
    var leftOut: Int
    var last: [Element]

    init(_ all: [Element], first: Int, last: Int) {
        guard all.count > first + last else {
            (self.first, leftOut, self.last) = (all, 0, [])
            return
        }
        self.first = Array(all.prefix(first))
        leftOut = all.count - first - last
        self.last = Array(all.suffix(last))
    }

    /// What is not left out.
    var shown: [Element] { first + last }

    /// What is not left out as markup, and in the gap how much is.
    func html(
        _ item: (Element) -> HTML, of source: String = "the observation", gap: (String) -> HTML
    ) -> [HTML] {
        guard leftOut > 0 else { return first.map(item) }
        let words = "\(leftOut) more, left out here; all are in \(source)"
        return first.map(item) + [gap(words)] + last.map(item)
    }
}

extension Array {
    /// As items of a list, bounded like everything that evidence decides the length of.
    func items(of source: String = "the observation", _ item: (Element) -> HTML) -> [HTML] {
        Bounded(self, first: 60, last: 20)
            .html({ "<li>\(item($0))" }, of: source, gap: { "<li>… \($0)" })
    }
}
