import Foundation
import Synchronization

/// What is said to QEMU about a guest that stands still: to keep it in a file, or to let it go on.
///
/// Over two named pipes: QEMU's monitor protocol (docs/interop/qmp-spec), a JSON object a line, to
/// whoever is kept, and its monitor for people to whoever goes on. For the protocol QEMU has a
/// thread of its own, which each step of the guest's clock then wakes for nothing: that took a run
/// a fifth of its time. One thing is said at a time, and none while the guest runs: QEMU's main
/// loop, which would answer, then waits for its turn (conductor.c), and words that it finds later
/// it may never notice.
final class MachineMonitor: Sendable {
    /// What is wanted.
    enum Goal: Sendable, Hashable {
        /// The guest but for its memory in a file, once it stands still, and the end of the
        /// emulator.
        case keep(String)
        /// That a guest goes on once it is loaded from such a file.
        case goOn(from: String)
    }

    private enum Step {
        /// Something is said, and waited for the answer, or until the guest has been written.
        case say(String, awaitingMove: Bool = false)
        /// That the guest stands still.
        case awaitStanding
        /// That a guest is loaded, and stands still; said before are these words.
        case awaitLoaded(String)
        /// Something is said that nobody need answer, for people.
        case tell(String)
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
        switch goal {
        case .keep(let file):
            let uri = encoded("exec:cat > \(quoted(file))")
            return [
                .say(#"{"execute":"qmp_capabilities"}"#),
                .say(
                    #"{"execute":"migrate-set-capabilities","arguments":"#
                        + #"{"capabilities":[{"capability":"events","state":true},"#
                        + #"{"capability":"\#(notMemory)","state":true}]}}"#),
                .awaitStanding,
                .say(
                    #"{"execute":"migrate","arguments":{"uri":\#(uri)}}"#, awaitingMove: true),
                .say(#"{"execute":"quit"}"#),
            ]
        case .goOn(let file):
            let uri = "exec:cat \(quoted(file))".replacing("\\", with: #"\\"#)
                .replacing("\"", with: #"\""#)
            return [
                .awaitLoaded(
                    """
                    migrate_set_capability \(notMemory) on
                    migrate_incoming "\(uri)"

                    """),
                .tell("cont"),
            ]
        }
    }

    /// What has QEMU leave out memory that is shared: the guest's is in a file of its own, which is
    /// not read but mapped. To read it took half of the time of a guest of one trial.
    private static let notMemory = "x-ignore-shared"

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
        if case .awaitLoaded? = state.withLock({ $0.steps.first }) {
            hear(forPeople: bytes)
        } else {
            try hear(lines: bytes)
        }
    }

    /// What is said to people has no shape: the words are looked for, among an echo of our own.
    private func hear(forPeople bytes: [UInt8]) {
        let words = state.withLock { state in
            state.pending += bytes
            return String(decoding: state.pending, as: UTF8.self)
        }
        if words.contains("(\(Self.standing))") {
            goOn()
        } else if words.contains("(\(Self.loading))") {
            state.withLock { $0.pending = [] }
            say(Self.askStatus)
        }
    }

    private func hear(lines bytes: [UInt8]) throws(KernelLabError) {
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
        case .awaitLoaded?, .tell?, nil: break
        }
    }

    private static let askStatus = "info status"
    /// How QEMU calls a guest that told the pvpanic device of a panic.
    private static let standing = "guest-panicked"
    /// And one that is being loaded.
    private static let loading = "inmigrate"

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
        case .awaitLoaded(let words)?: say(words + Self.askStatus)
        case .tell(let command)?: say(command)
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
