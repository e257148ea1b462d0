internal import Glibc
internal import LinuxNet
internal import Synchronization

/// A real program, running in one of the laboratory's namespaces.
///
/// It is a child of the laboratory's first process, in whose process-id namespace it cannot outlive
/// it. It gets no input; what it prints is handed on line by line.
final class LabProgram: Sendable {
    let pid: pid_t
    private let reader: Mutex<WorkerThread?> = Mutex(nil)
    private let exited: EventDescriptor
    private let status = Mutex<CInt?>(nil)

    /// Where programs are looked for, beside the PATH, which an ordinary user's may lack.
    static let folders = [
        "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin",
        "/usr/lib/rabbitmq/bin",
    ]

    /// The path of a program, or nil if it isn't installed.
    static func find(_ name: String) -> String? {
        folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Starts a program in a namespace.
    init(
        _ arguments: [String], environment: [String: String] = [:],
        in namespace: NetworkNamespace, line: @escaping @Sendable (String) -> Void
    ) throws {
        let pipe = try Pipe()
        let (output, input) = (pipe.output, pipe.input)
        exited = try EventDescriptor()
        pid = try namespace.run { try Self.spawn(arguments, environment, output: input.rawValue) }
        try input.close()
        let thread = try WorkerThread(name: "output") { [self] in
            Self.readLines(output, line)
            var status: CInt = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            self.status.withLock { $0 = status }
            try? exited.signal()
        }
        reader.withLock { $0 = thread }
    }

    /// The raw status with which it ended, once it has.
    var end: CInt? { status.withLock { $0 } }

    func signal(_ number: CInt) { kill(pid, number) }

    /// Waits for its end, at most until a moment; whether it has come.
    func awaitEnd(until deadline: Int64) throws -> Bool {
        try !Poll.wait(for: .input, on: exited.descriptor, until: deadline).isEmpty
    }

    /// Runs a program to its end, and returns what it printed.
    static func run(
        _ arguments: [String], environment: [String: String] = [:],
        in namespace: NetworkNamespace, milliseconds: Int = 10_000
    ) throws -> (status: CInt, output: [String]) {
        let lines = Lines()
        let program = try LabProgram(arguments, environment: environment, in: namespace) {
            lines.append($0)
        }
        guard try program.awaitEnd(until: moment(inMilliseconds: milliseconds)) else {
            program.signal(SIGKILL)
            throw LabError("\(arguments[0]) did not end within \(milliseconds) ms")
        }
        return (program.end ?? 0, lines.all)
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], output: CInt
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What we ignore, it shall not.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETPGROUP))
        var variables = [
            "PATH": folders.joined(separator: ":"), "HOME": "/run", "LANG": "C.UTF-8",
        ]
        // In a guest libraries lie in a folder of its own.
        if let folder = getenv("LD_LIBRARY_PATH") {
            variables["LD_LIBRARY_PATH"] = String(cString: folder)
        }
        variables.merge(environment) { $1 }
        var words = arguments.map { strdup($0) }
        var settings = variables.map { strdup("\($0.key)=\($0.value)") }
        defer { for word in words + settings { free(word) } }
        words.append(nil)
        settings.append(nil)
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, arguments[0], &actions, &attributes, words, settings)
        guard failure == 0 else {
            let reason = String(cString: strerror(failure))
            throw LabError("\(arguments[0]) cannot be started: \(reason)")
        }
        return pid
    }

    private static func readLines(_ output: Descriptor, _ line: (String) -> Void) {
        var buffer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = output.withRawValue { read($0, &chunk, chunk.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            buffer += chunk[..<count]
            while let end = buffer.firstIndex(of: 0x0a) {
                line(String(decoding: buffer[..<end], as: UTF8.self))
                buffer.removeFirst(end + 1)
            }
            if buffer.count > 1 << 16 { buffer = [] }
        }
        if !buffer.isEmpty { line(String(decoding: buffer, as: UTF8.self)) }
    }
}

/// Lines that a program printed.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) { lines.withLock { $0.append(line) } }

    var all: [String] { lines.withLock { $0 } }
}

/// Files of the laboratory, in its own /run.
enum LabFiles {
    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard number >= 0 else { throw LabError("\(path): errno \(errno)") }
        let file = Descriptor(owning: number)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            guard count > 0 else { throw LabError("\(path): errno \(errno)") }
            rest = rest.dropFirst(count)
        }
        try file.close()
    }

    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw LabError("\(path): errno \(errno)")
        }
    }
}
