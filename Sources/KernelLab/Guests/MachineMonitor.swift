import Foundation
import Synchronization

/// What is said to QEMU about a guest that stands still: to keep it in a file, or to let it go on.
///
/// QEMU's monitor protocol (docs/interop/qmp-spec), a JSON object a line, over two named pipes. One
/// thing is said at a time, and none while the guest runs: QEMU's main loop, which would answer,
/// then waits for its turn (conductor.c), and words that it finds later it may never notice.
final class MachineMonitor: Sendable {
    /// What is wanted.
    enum Goal: Sendable, Hashable {
        /// The guest in a file, once it stands still, and the end of the emulator.
        case keep(String)
        /// That the guest goes on that is kept in a file.
        case goOn(String)
    }

    private enum Step {
        /// Something is said, and waited for the answer, or until the guest's memory has been
        /// written or read.
        case say(String, awaitingMove: Bool = false)
        /// That the guest stands still.
        case awaitStanding
    }

    private struct State {
        var pending: [UInt8] = []
        var steps: ArraySlice<Step>
        var hasBegun = false
        var isDone = false
    }

    private let input: Int32
    /// The pipe in which QEMU speaks, to be listened to.
    let output: Int32
    private let state: Mutex<State>

    /// Makes the pipes.
    init(_ goal: Goal, pipes path: String) throws(KernelLabError) {
        state = Mutex(State(steps: Self.steps(goal)[...]))
        for name in ["\(path).in", "\(path).out"] {
            guard mkfifo(name, 0o600) == 0 else {
                throw .file(name, reason: Files.reason(errno))
            }
        }
        // Opened for both ways, so that it waits for nobody and outlives nobody's going.
        input = open("\(path).in", O_RDWR | O_CLOEXEC)
        output = open("\(path).out", O_RDWR | O_CLOEXEC | O_NONBLOCK)
        guard input >= 0, output >= 0 else {
            throw .file(path, reason: Files.reason(errno))
        }
    }

    private static func steps(_ goal: Goal) -> [Step] {
        let first: [Step] = [
            .say(#"{"execute":"qmp_capabilities"}"#),
            .say(
                #"{"execute":"migrate-set-capabilities","arguments":"#
                    + #"{"capabilities":[{"capability":"events","state":true}]}}"#),
        ]
        switch goal {
        case .keep(let file):
            let uri = encoded("exec:cat > \(quoted(file))")
            return first + [
                .awaitStanding,
                .say(
                    #"{"execute":"migrate","arguments":{"uri":\#(uri)}}"#, awaitingMove: true),
                .say(#"{"execute":"quit"}"#),
            ]
        case .goOn(let file):
            let uri = encoded("exec:cat \(quoted(file))")
            return first + [
                // A guest that has moved is announced to networks for half a second, by a timer of
                // the world's clock; and while such a timer is due the guest stands still
                // (icount_get_limit), which then never ends: the main loop, which would run it,
                // waits for its turn.
                .say(#"{"execute":"migrate-set-parameters","arguments":{"announce-rounds":0}}"#),
                .say(
                    #"{"execute":"migrate-incoming","arguments":{"uri":\#(uri)}}"#,
                    awaitingMove: true),
                .say(#"{"execute":"cont"}"#),
            ]
        }
    }

    deinit {
        close(input)
        close(output)
    }

    /// Whether the goal is reached.
    var isDone: Bool { state.withLock(\.isDone) }

    /// Begins, if it has not: the guest stands still, or is about to.
    func begin() {
        let isFirst = state.withLock { state in
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        if isFirst { sayNext() }
    }

    /// Hears what QEMU has said since, and goes on where that was waited for.
    /// - Throws: what QEMU refused, in its words.
    func hear() throws(KernelLabError) {
        var chunk = [UInt8](repeating: 0, count: 4096)
        var bytes: [UInt8] = []
        while case let count = read(output, &chunk, chunk.count), count > 0 {
            bytes += chunk[..<count]
        }
        let lines = state.withLock { state in
            state.pending += bytes
            let whole = state.pending.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            defer { state.pending.removeFirst(whole) }
            return state.pending[..<whole].split(separator: UInt8(ascii: "\n"))
        }
        for line in lines {
            // What is of another shape is nothing that we wait for.
            let message = try? JSONDecoder().decode(Message.self, from: Data(line))
            if let message { try take(message) }
        }
    }

    private func take(_ message: Message) throws(KernelLabError) {
        if let refusal = message.error {
            throw .programFailed("QEMU's monitor", reason: refusal.desc)
        }
        let isMove = message.event == "MIGRATION"
        if isMove && message.data?.status == "failed" {
            throw .programFailed("QEMU", reason: "the guest's memory cannot be kept or loaded")
        }
        switch state.withLock({ $0.steps.first }) {
        case .say(_, awaitingMove: false)?:
            if let answer = message.answer, answer.status == nil { goOn() }
        case .say(_, awaitingMove: true)?:
            if isMove && message.data?.status == "completed" { goOn() }
        case .awaitStanding?:
            guard let answer = message.answer else { break }
            if answer.status == Self.standing { goOn() } else { sayNext() }
        case nil: break
        }
    }

    /// How QEMU calls a guest that told the pvpanic device of a panic.
    private static let standing = "guest-panicked"

    private func goOn() {
        state.withLock { state in
            state.steps.removeFirst()
            // Nobody need answer the last one.
            state.isDone = state.steps.count <= 1
        }
        sayNext()
    }

    private func sayNext() {
        switch state.withLock({ $0.steps.first }) {
        case .say(let command, awaitingMove: _)?: say(command)
        case .awaitStanding?: say(#"{"execute":"query-status"}"#)
        case nil: break
        }
    }

    private func say(_ command: String) {
        let bytes = Array("\(command)\n".utf8)
        // Far shorter than a pipe is deep.
        _ = write(input, bytes, bytes.count)
    }

    private struct Message: Decodable {
        struct Refusal: Decodable { var desc: String }
        struct Content: Decodable { var status: String? }
        var event: String?
        var data: Content?
        var error: Refusal?
        var answer: Content?

        private enum CodingKeys: String, CodingKey {
            case event, data, error
            case answer = "return"
        }
    }

    /// A path as a word of a shell's command.
    static func quoted(_ path: String) -> String {
        "'" + path.replacing("'", with: #"'\''"#) + "'"
    }

    private static func encoded(_ text: String) -> String {
        let bytes = (try? JSONEncoder().encode(text)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}
