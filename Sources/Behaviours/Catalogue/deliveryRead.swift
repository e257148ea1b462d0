import Evidence
import KernelTimers

extension Behaviour {
    /// A thread is blocked in read(2) when the connection ends.
    public static let deliveryRead = Delivery.behaviour(
        .read, id: "delivery.read",
        question: "Does a blocked read(2) return the error, exactly once?",
        scenarios: [84, 85],
        background: """
            The read returns −1 with the errno and takes it: SO_ERROR holds none afterwards, the \
            next read gives the end of the stream, write gives EPIPE, poll reports the hang-up.
            """,
        steps: Delivery.stepsOnceTaken, values: Delivery.valuesOnceTaken,
        controls: [Delivery.optionTakenBack])
}
