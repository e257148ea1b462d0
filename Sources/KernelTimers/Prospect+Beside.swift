extension [Prospect] {
    /// These, and beside them one event that comes in its own time, once: before the next of these
    /// or after it. Where the connection ends first, its end brings the event about.
    func beside(_ event: Expected, reach: Duration) -> [Prospect] {
        var prospects: [Prospect] = []
        for next in self where next.event.window.earliest <= event.window.latest {
            guard next.event.kind.isAbort else {
                prospects.append(
                    Prospect(next.event) { next.then($0).beside(event, reach: reach) })
                continue
            }
            // Which of the two is witnessed first is chance.
            prospects.append(
                Prospect(next.event) { ended in
                    var last = event
                    last.window = ended.after(.zero, reach)
                    last.derivation = "with the connection's end"
                    return [Prospect(last)]
                })
            var first = event
            first.window = next.event.window.after(.zero, reach)
            first.derivation = "with the connection's end"
            prospects.append(
                Prospect(first) { heard in
                    var late = next
                    late.event.window.latest = Swift.max(
                        late.event.window.latest, heard.latest + reach)
                    return [late]
                })
        }
        if isEmpty || contains(where: { $0.event.window.latest >= event.window.earliest }) {
            prospects.append(Prospect(event) { _ in self })
        }
        return prospects
    }
}
