public import Evidence

/// How scripts shut a window: the peer's application does not read, and the subject writes more
/// than fits.
public enum ZeroWindow {
    /// The peer's receive buffer, set before it listens: small, so that the window shuts within
    /// milliseconds, and several segments large, so that it shuts by being filled.
    public static let receiveBufferBytes = 16_384

    /// What the subject tries to write: more than the peer's buffer, less than its own.
    public static let fillBytes = 65_536

    /// The values of `zero-window.set-late` with which the peer says that its window is shut when
    /// T is over.
    static let nudgedAfterT: [Parameters] = .matrix(
        userTimeouts: [1000], families: AddressFamily.allCases, settings: nudge)

    /// The peer says once more that its window is shut, so many milliseconds after T was set.
    static let nudge = ["nudge": 200]

    /// A connection whose window is shut; the step `shut` is done when the peer has said so.
    public static func script(
        _ parameters: Parameters, subject: [Step], peer: [Step] = []
    ) -> Script {
        var script = Script.connected(
            parameters, receiveBufferBytes: receiveBufferBytes,
            subject: [
                Step("fill", .fill(bytes: fillBytes)),
                Step(
                    "shut", .watch(milliseconds: 0), when: .packet(.windowShut, since: "fill")),
            ] + subject,
            peer: peer)
        // Filling has losses and probes of its own that are nobody's business: counters are read
        // when the window is shut.
        script.proof = "shut"
        return script
    }
}
