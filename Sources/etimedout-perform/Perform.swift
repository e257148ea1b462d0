internal import Evidence
internal import Glibc
internal import LinuxNet
internal import Testbed

/// The performer: takes a plan on fd 0, performs it, sends observations on fd 1.
@main
enum Perform {
    private static let usage =
        "etimedout-perform: performs trials for etimedout; takes and sends frames, not text"

    static func main() {
        if getpid() == 1 { GuestInit.run() }
        let argument = CommandLine.arguments.dropFirst().first
        if let argument, argument != "failover" {
            guard ["--help", "--version"].contains(argument) else {
                complain("unknown argument \(argument); \(usage)")
                exit(2)
            }
            print(usage + " (protocol \(Greeting.currentProtocol))")
            exit(0)
        }
        guard isatty(0) == 0 else {
            complain("\(usage); run etimedout instead")
            exit(2)
        }
        // A reader that is gone shows as EPIPE. An interrupt is for the one who asked to decide,
        // whose going away shows as the end of fd 0. (PR_SET_PDEATHSIG would not do: it goes by
        // the parent's *thread*, and those that start children often end before them.)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        exit(argument == "failover" ? FailoverMode.run() : perform())
    }

    private static func perform() -> CInt {
        let channel = Channel()
        do {
            // Before anything starts a thread: the kernel gives no user namespace to a process
            // that has some.
            let privilege = try Host.isolate()
            try channel.send(.greeting, try greeting(privilege: privilege))
            guard let plan = try channel.receivePlan() else { return 0 }
            let performance = try Performance(plan)
            try channel.exitAtEnd { performance.abandon() }
            try performance.perform { event in
                switch event {
                case .progress(let progress): channel.sendOrExit(.progress, progress)
                case .observation(let request, let observation):
                    channel.sendOrExit(request, observation)
                }
            }
            try channel.send(.done)
            return 0
        } catch {
            complain("\(error)")
            try? channel.send(.refusal, Refusal(reason: "\(error)"))
            return 2
        }
    }

    /// The greeting, unless the machine is one whose kernels nobody tried.
    static func greeting(privilege: String) throws -> Greeting {
        let greeting = try Host.greeting(privilege: privilege)
        let machine = greeting.kernel.machine
        guard Host.supportedMachines.contains(machine) else {
            throw Refused(
                "machine \(machine) is not supported, only "
                    + Host.supportedMachines.joined(separator: ", "))
        }
        if let configured = greeting.kernel.configuredHZ, configured != greeting.kernel.hz {
            throw Refused(
                "the kernel's configuration says CONFIG_HZ=\(configured), and its clock ticks "
                    + "\(greeting.kernel.hz) times a second: no window can be worked out")
        }
        return greeting
    }

    /// One line for people, on fd 2.
    static func complain(_ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let bytes = Array("etimedout-perform: \(line)\n".utf8)
        _ = write(2, bytes, bytes.count)
    }
}

/// A reason of the performer's own to perform nothing.
struct Refused: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
