import Campaign
import Evidence
import Foundation
import Reporting
import Synchronization

/// One line on a terminal that tells how far a run has come, and is gone when it is over.
final class ProgressLine: Sendable {
    private struct State {
        var plan = Plan(trials: [])
        var done: Set<TrialID> = []
        var ticker: Task<Void, Never>?
        var isOver = false
    }

    private let began = ContinuousClock.now
    private let isShown = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    func take(_ progress: CampaignProgress) {
        guard isShown else { return }
        switch progress {
        case .began(let plan):
            state.withLock {
                $0.plan = plan
                $0.done = []
            }
            startTicking()
        case .event(.observation(let observation, _)):
            state.withLock { _ = $0.done.insert(observation.trial) }
            draw()
        case .event(.greeting), .event(.progress), .event(.console):
            break
        }
    }

    func erase() {
        guard isShown else { return }
        state.withLock { state in
            state.isOver = true
            state.ticker?.cancel()
        }
        Terminal.printError("\r\u{1b}[K")
    }

    private func startTicking() {
        let ticker = Task {
            while !Task.isCancelled {
                draw()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        state.withLock { state in
            state.ticker?.cancel()
            state.ticker = ticker
        }
    }

    private func draw() {
        let seconds = began.duration(to: .now).components.seconds
        let text: String? = state.withLock { state in
            guard !state.isOver else { return nil }
            let rest = state.plan.trials.filter { !state.done.contains($0.trial) }
            let longest = rest.max {
                $0.script.waitingMilliseconds < $1.script.waitingMilliseconds
            }?.trial
            let words = longest.map { " · longest: \($0.behaviour) \($0.parameters.summary) …" }
            return "\(seconds) s · \(state.done.count) of \(state.plan.trials.count) done"
                + (words ?? "")
        }
        guard let text else { return }
        Terminal.printError("\r" + PlainText.cut(PlainText.line(text), to: 79) + "\u{1b}[K")
    }
}
