internal import Evidence
internal import LinuxNet

/// Which of the testbed's threads runs first in real time, where others may want the processors.
///
/// All of them run before whatever else the machine is busy with: a step, or an answer of the
/// scripted peer, that is late by a retransmission timeout is another stimulus. None keeps a
/// processor for longer than a few milliseconds. In virtual time nobody else is there, and the
/// order in which threads run is part of the evidence.
enum Rank: Int {
    /// Actors, and those who look at sockets and captures for them.
    case worker = 1
    /// Who waits for the kernel's answer, and who answers in the peer's stead.
    case witness = 2
    /// Who finds out whether those were late.
    case watchdog = 3

    /// Gives the calling thread that rank, as far as is permitted.
    func take(in time: TrialTime) {
        guard time == .real else { return }
        _ = CurrentThread.raisePriority(rawValue)
    }
}
