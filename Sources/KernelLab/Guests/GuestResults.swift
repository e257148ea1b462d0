/// The stream of what a guest's performer sends: first what is in the memory that they share, and
/// from when that is full, or where it could not be had, what comes through the port.
///
/// In the memory the first eight bytes, least significant first, tell how many follow. Each
/// addition there is told of by a zero byte at the port, with which no frame begins.
struct GuestResults {
    private let memory: String
    private let port: String
    private var taken = 0
    private var heard = 0
    private var isSpilled = false

    private static let header = 8

    /// The results in a guest's files.
    init(_ files: GuestFiles) {
        memory = files.shared
        port = files.results
    }

    /// What has been added since the last time.
    mutating func growth() -> [UInt8] {
        // The port first: what is told of there is in the memory by then.
        var spilled = Files.growth(of: port, since: heard)[...]
        heard += spilled.count
        if !isSpilled {
            spilled = spilled.drop { $0 == 0 }
            isSpilled = !spilled.isEmpty
        }
        return shared() + spilled
    }

    private mutating func shared() -> [UInt8] {
        let header = Files.piece(of: memory, 0..<Self.header)
        guard header.count == Self.header else { return [] }
        let count = header.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        let end = Int(clamping: count).addingReportingOverflow(Self.header)
        guard !end.overflow, end.partialValue - Self.header > taken else { return [] }
        let piece = Files.piece(of: memory, Self.header + taken..<end.partialValue)
        taken += piece.count
        return piece
    }
}
