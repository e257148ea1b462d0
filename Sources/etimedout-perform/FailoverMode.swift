internal import Evidence
internal import FailoverLab
internal import Glibc
internal import LinuxNet
internal import Testbed

/// `etimedout-perform failover`: the failover laboratory, in the same way as trials: a plan in,
/// observations out. It is a mode of the performer and not a program of its own, since it needs the
/// same: namespaces before any thread, frames, and a place in a guest's initramfs.
enum FailoverMode {
    static func run() -> CInt {
        let channel = Channel()
        do {
            let privilege = try Host.isolate()
            // From here on we are the first process of a namespace: what we start ends with us.
            try Isolation.becomeInit()
            try channel.send(.greeting, try Perform.greeting(privilege: privilege))
            guard let bytes = try channel.receivePayload() else { return 0 }
            let plan = try Compact.decode(FailoverPlan.self, from: bytes)
            try channel.exitAtEnd {}
            try perform(plan, channel)
            try channel.send(.done)
            return 0
        } catch {
            Perform.complain("\(error)")
            try? channel.send(.refusal, Refusal(reason: "\(error)"))
            return 2
        }
    }

    /// In a guest we are the first process anyway, and the file system is our own.
    static func performInGuest(_ bytes: [UInt8], _ channel: Channel) throws {
        try perform(try Compact.decode(FailoverPlan.self, from: bytes), channel)
    }

    static func perform(_ plan: FailoverPlan, _ channel: Channel) throws {
        try Lab(plan).perform { event in
            switch event {
            case .progress(let progress): channel.sendOrExit(.progress, progress)
            case .observation(let index, let observation):
                channel.sendOrExit(index, observation)
            }
        }
    }
}

extension Channel {
    /// Sends a cell's observation with its packets; when nobody takes it any more, ends the
    /// process.
    func sendOrExit(_ index: Int, _ observation: FailoverObservation) {
        orExit {
            try write(
                Frame(.observation, try ObservationPayload.encode(request: index, observation)))
        }
    }
}
