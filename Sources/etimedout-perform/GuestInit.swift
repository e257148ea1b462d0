internal import Evidence
internal import Glibc
internal import LinuxNet
internal import Synchronization
internal import Testbed

/// The performer as process 1 of a guest: makes the machine ready, performs the plan that lies in
/// the initramfs, sends what it witnessed through the second serial port, and ends the machine.
///
/// Where the environment says so it stands still before it looks at the plan: so a guest that has
/// booted is kept, and later ones, each with a plan of its own from the emulator, go on from there.
///
/// User-Mode Linux has the host's files instead: there what was witnessed goes into a file of the
/// folder that the environment, which is the kernel's command line, names.
///
/// Beside the executable the initramfs holds `/etimedout/plan` and `/etimedout/modules`, a
/// list of paths to load in that order. What a kernel cannot load it lacks, and the trials that
/// need it will say so.
enum GuestInit {
    private static let folder = "/etimedout"
    private static let results = "/dev/ttyS1"
    /// The environment variable that names a folder of the host for the results.
    private static let hostFolder = "ETIMEDOUT_RESULTS"
    /// The environment variable that asks to stand still.
    private static let standing = "ETIMEDOUT_STAND"

    /// What the machine ends with, rather than before it.
    private static let kept = Mutex<Performance?>(nil)

    static func run() -> Never {
        let host = getenv(hostFolder).map { String(cString: $0) }
        do {
            for (type, place) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev")] {
                try Machine.mount(type, on: place)
            }
            let port = try openResults(host)
            perform(Channel(output: port.rawValue))
            _ = port.withRawValue { tcdrain($0) }
        } catch {
            Perform.complain("\(error)")
        }
        try? Machine.end(byReset: host == nil)
        // The kernel panics when process 1 ends; whoever reads the console sees why.
        exit(2)
    }

    private static func openResults(_ host: String?) throws -> Descriptor {
        guard let host else { return try Machine.openSerial(results) }
        try Machine.mount("hostfs", on: "/mnt", options: host)
        // Before 6.4 softirqs wait for ksoftirqd once it is awake (kernel/softirq.c,
        // `ksoftirqd_running`), and on a kernel for one processor a change of threads may wake it
        // (kernel/rcu/tiny.c, `rcu_qs`): a packet on loopback would be received, and so captured,
        // only when the thread that wrote it sleeps.
        if !Machine.prefer(kernelThread: "ksoftirqd/0") {
            Perform.complain("there is no ksoftirqd/0 to prefer")
        }
        return try Machine.openFile("/mnt/results")
    }

    /// Where the kernel does not let us have it, the port takes all.
    private static func sharedMemory() -> SharedMemory? {
        do {
            return try SharedMemory.find()
        } catch {
            Perform.complain("\(error)")
            return nil
        }
    }

    private static func perform(_ channel: Channel) {
        do {
            loadModules()
            letSleep()
            let privilege = try Host.isolate()
            let greeting = try Perform.greeting(privilege: privilege)
            let isHandedOver = getenv(standing) != nil
            let isFailover = (try? Machine.read("\(folder)/mode")) == Array("failover".utf8)
            var pool: TestbedPool?
            if isHandedOver {
                // All that go on from here have it.
                if !isFailover { pool = try TestbedPool() }
                // Whoever keeps this guest hears that now is the time.
                try channel.send(.greeting, greeting)
                tcdrain(channel.output)
                try Machine.standStill()
            }
            // Each has its own: whatever is written before would be kept with the guest.
            var channel = channel
            channel.memory = sharedMemory()
            var costs = GuestCosts()
            let fault = try isHandedOver ? GuestFault.handedOver() : GuestFault.wanted
            if fault == .noResult { return }
            let bytes = try isHandedOver ? planHandedOver() : Machine.read("\(folder)/plan")
            try channel.send(.greeting, greeting)
            if isFailover {
                try FailoverMode.performInGuest(bytes, channel)
                try channel.send(.done)
                return
            }
            let plan = try Channel.plan(bytes)
            // Progress is for those who wait in real time.
            let performance = try Performance(plan, pool)
            kept.withLock { $0 = performance }
            try performance.perform { event in
                switch event {
                case .progress: costs.ready()
                case .observation(let index, let observation):
                    channel.sendOrExit(index, observation)
                    fault?.happen(channel)
                }
            }
            costs.tell(trials: plan.trials.count)
            try channel.send(.done)
        } catch {
            Perform.complain("\(error)")
            try? channel.send(.refusal, Refusal(reason: "\(error)"))
        }
    }

    private static func planHandedOver() throws -> [UInt8] {
        guard let plan = try Machine.emulatorFile("plan") else {
            throw Refused("the emulator hands over no plan")
        }
        return plan
    }

    /// Housekeeping that wakes an idle guest, where the kernel lets it be: the defragmentation of
    /// memory beforehand looks twice a second, the statistics of memory are gathered each second.
    private static func letSleep() {
        for (key, value) in [("vm.compaction_proactiveness", "0"), ("vm.stat_interval", "86400")] {
            try? Sysctl.write(key, value)
        }
    }

    private static func loadModules() {
        guard let list = try? Machine.read("\(folder)/modules") else { return }
        for path in String(decoding: list, as: UTF8.self).split(separator: "\n") {
            do {
                try Machine.loadModule(String(path))
            } catch {
                Perform.complain("\(error)")
            }
        }
    }
}
