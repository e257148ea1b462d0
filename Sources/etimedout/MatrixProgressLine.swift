import Campaign
import Evidence
import Foundation
import Reporting
import Synchronization

/// How far a matrix has come: a line for each kernel that is finished, and on a terminal one more
/// that lives.
final class MatrixProgressLine: Sendable {
    private struct State {
        var done = 0
        /// The kernels that are being asked: how many trials each has done, and of how many.
        var running: [String: (done: Int, trials: Int, since: ContinuousClock.Instant)] = [:]
        var ticker: Task<Void, Never>?
        var isOver = false
    }

    private let kernels: Int
    private let began = ContinuousClock.now
    private let isShown = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(kernels: Int) {
        self.kernels = kernels
        guard isShown else { return }
        let ticker = Task { [weak self] in
            while !Task.isCancelled {
                self?.draw()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        state.withLock { $0.ticker = ticker }
    }

    func take(_ progress: MatrixProgress) {
        switch progress {
        case .began(let column, let trials):
            state.withLock { $0.running[column.selector] = (0, trials, .now) }
        case .event(let column, .event(.greeting)):
            // Until then it waits for its turn.
            state.withLock { $0.running[column.selector]?.since = .now }
        case .event(let column, .event(.observation)):
            state.withLock { $0.running[column.selector]?.done += 1 }
        case .event:
            return
        case .ended(let column, _):
            let since = state.withLock { state in
                state.done += 1
                return state.running.removeValue(forKey: column.selector)?.since
            }
            tell(column, since: since ?? began)
        }
        draw()
    }

    func erase() {
        state.withLock { state in
            state.isOver = true
            state.ticker?.cancel()
        }
        if isShown { Terminal.printError("\r\u{1b}[K") }
    }

    private func tell(_ column: MatrixColumn, since: ContinuousClock.Instant) {
        let counts = ["conforms", "deviates", "inconclusive", "notApplicable"].map { name in
            (name, column.cells.count { $0.verdict.name == name })
        }
        let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        let seconds = since.duration(to: .now).components.seconds
        let loss = column.reason.map { "; \($0)" } ?? ""
        let text = "\(column.selector): \(words.isEmpty ? "nothing" : words)\(loss) (\(seconds) s)"
        let line = PlainText.wrapped(text, width: 80, rest: "  ").joined(separator: "\n")
        Terminal.printError((isShown ? "\r\u{1b}[K" : "") + line + "\n")
    }

    private func draw() {
        guard isShown else { return }
        let seconds = began.duration(to: .now).components.seconds
        let text: String? = state.withLock { state in
            guard !state.isOver else { return nil }
            let running = state.running.sorted { $0.value.since < $1.value.since }.map {
                "\($0.key) \($0.value.done)/\($0.value.trials)"
            }
            return "\(seconds) s · \(state.done) of \(kernels) kernels done"
                + (running.isEmpty ? "" : " · \(running.joined(separator: " · "))")
        }
        guard let text else { return }
        Terminal.printError("\r" + PlainText.cut(PlainText.line(text), to: 79) + "\u{1b}[K")
    }
}
