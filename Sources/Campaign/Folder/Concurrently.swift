import Dispatch
import Synchronization

/// The same done to many, on as many threads as there are processors.
enum Concurrently {
    /// The results, in the order of what they are of.
    static func map<Element: Sendable, Value: Sendable>(
        _ elements: [Element], _ body: @Sendable (Element) -> Value
    ) -> [Value] {
        let results = Mutex<[Int: Value]>([:])
        DispatchQueue.concurrentPerform(iterations: elements.count) { index in
            let value = body(elements[index])
            results.withLock { $0[index] = value }
        }
        let all = results.withLock { $0 }
        return elements.indices.compactMap { all[$0] }
    }
}
