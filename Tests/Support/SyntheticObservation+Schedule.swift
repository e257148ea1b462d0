import Evidence
import KernelTimers

extension SyntheticObservation {
    /// When the steps of a script take place, in a world without delays.
    struct Schedule {
        private var rest: [[(actor: Actor, step: Step)]]
        private var done: [String: Window] = [:]
        private var last: [Moment]
        private(set) var shut: Moment?
        private(set) var horizon = Moment.milliseconds(2000)
        /// When waits began that have not ended yet, by their steps' labels.
        private(set) var pending: [String: Moment] = [:]
        /// When close(2) returned, where it waited.
        var returned: Moment?

        init(of script: Script) {
            rest = script.lanes.map { lane in lane.steps.map { (lane.actor, $0) } }
            last = script.lanes.map { _ in .zero }
        }

        /// Performs all that can be performed; stops before waiting for an error unless `abort`
        /// says when it comes.
        mutating func run(from start: Moment, abort: Moment?) -> [StepRecord] {
            var records: [StepRecord] = []
            var isMoving = true
            while isMoving {
                isMoving = false
                for lane in rest.indices {
                    while let record = next(lane, start, abort) {
                        records.append(record)
                        isMoving = true
                    }
                }
            }
            return records.sorted { $0.end < $1.end }
        }

        private mutating func next(
            _ lane: Int, _ start: Moment, _ abort: Moment?
        ) -> StepRecord? {
            guard let (actor, step) = rest[lane].first else { return nil }
            var begin = max(start, last[lane])
            switch step.trigger {
            case .previous: break
            case .done(let label, let plus):
                guard let mark = done[label] else { return nil }
                begin = max(begin, mark.latest + .milliseconds(plus))
            case .packet(_, let label):
                guard let mark = done[label] else { return nil }
                begin = max(begin, mark.latest + .milliseconds(2))
                shut = shut ?? begin - .microseconds(100)
            }
            var end = begin + .microseconds(50)
            switch step.action {
            case .awaitError(_, let milliseconds), .awaitVanishing(let milliseconds):
                guard let abort else {
                    pending[step.label] = begin + .microseconds(20)
                    horizon = begin + .milliseconds(milliseconds)
                    return nil
                }
                end = max(end, abort + .microseconds(30))
            case .closeLingering:
                guard abort != nil else {
                    pending[step.label] = begin + .microseconds(20)
                    let rest = rest[lane].reduce(0) { $0 + $1.step.action.waitingMilliseconds }
                    horizon = begin + .milliseconds(rest)
                    return nil
                }
                end = returned ?? end
            case .watch(let milliseconds): end = begin + .milliseconds(milliseconds)
            default: break
            }
            rest[lane].removeFirst()
            last[lane] = end
            done[step.label] = Window(begin, end)
            return StepRecord(label: step.label, actor: actor, begin: begin, end: end)
        }
    }
}
