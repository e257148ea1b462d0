public import Evidence

extension ValueExpectation {
    /// The option is taken, and read back as it was set.
    public static func userTimeoutReadBack(_ parameters: Parameters) -> [ValueExpectation] {
        guard parameters.hasUserTimeout else { return [] }
        return [
            ValueExpectation("option", .result(0)),
            ValueExpectation("option read back", .value(parameters.userTimeoutMilliseconds)),
        ]
    }
}
