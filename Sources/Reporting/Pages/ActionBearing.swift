import Evidence

/// What a step means for the connection: what a plot shows as a bar, and what as a mark.
enum ActionBearing: Hashable {
    /// From here on something is wrong, in a few words.
    case impairs(String)
    /// What was wrong is put right.
    case restores
    /// It changes what the kernel does.
    case acts
    /// It watches, waits or prepares.
    case watches

    init(_ action: Action, by actor: Actor) {
        switch action {
        case .dropReceived: self = .impairs("what the \(actor.rawValue) receives is dropped")
        case .dropLarge(let bytes):
            self = .impairs(
                "segments over \(bytes) bytes to the \(actor.rawValue) are dropped")
        case .dropAtListener:
            self = .impairs("what the \(actor.rawValue)’s listener receives is dropped")
        case .removeAddress: self = .impairs("the \(actor.rawValue)’s address is gone")
        case .impair(let impairment): self = .impairs(ScriptText.words(impairment))
        case .respond(let response?):
            self = .impairs("scripted peer: \(ScriptText.words(response))")
        case .respond(nil), .inject: self = .acts
        case .deliverReceived, .deliverAtListener, .restoreAddress, .mend: self = .restores
        case .send, .fill, .setOption, .startConnect, .close, .closeLingering, .shutdownWriting,
            .limitRTO, .limitOrphans, .makeAddressPrimary, .encrypt:
            self = .acts
        case .rehearse, .open, .awaitVanishing, .listen, .connect, .accept, .receive,
            .awaitAcknowledged, .awaitReadable, .getOption,
            .awaitError, .inspectTimer, .watch, .call:
            self = .watches
        }
    }
}
