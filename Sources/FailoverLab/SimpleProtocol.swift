/// The language of the simple broker: lines of words; `PUB` and `MSG` end in the length of a body
/// that follows the line.
///
///     SUB queue session    a consumer of a queue             client → broker
///     PUB queue n length   a message, kept before `OK n`     client → broker
///     ACK n                done with a message               client → broker
///     PING                 I am here; answered by `PONG`     client → broker
///     MSG n length         a message                         broker → client
///     CALL n               a message in the queue `rpc`, by someone who waits for an answer
///     REPLY n              the answer, handed on to whoever called last
struct SimpleParser {
    private var buffer: [UInt8] = []
    private var skip = 0

    mutating func append(_ bytes: [UInt8]) {
        let dropped = min(skip, bytes.count)
        skip -= dropped
        buffer += bytes[dropped...]
    }

    /// The words of the next line whose body, if it has one, has arrived. Bodies are dropped.
    mutating func next() -> [String]? {
        guard skip == 0, let end = buffer.firstIndex(of: 0x0a) else { return nil }
        let words = String(decoding: buffer[..<end], as: UTF8.self)
            .split(separator: " ").map(String.init)
        guard let verb = words.first, verb == "MSG" || verb == "PUB",
            let length = words.last.flatMap({ Int($0) }), (0...1 << 24).contains(length)
        else {
            buffer.removeFirst(end + 1)
            return words
        }
        guard buffer.count - end - 1 >= length else { return nil }
        buffer.removeFirst(end + 1 + length)
        return words
    }

    static func bytes(_ line: String, body: Int = 0) -> [UInt8] {
        Array(line.utf8) + [0x0a] + [UInt8](repeating: 0x2e, count: body)
    }
}
