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
}
