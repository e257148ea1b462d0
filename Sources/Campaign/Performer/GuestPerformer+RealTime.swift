import Evidence

extension GuestPerformer {
    /// The same performer with guests that live in real time, under a KVM with which a tiny guest
    /// took so long; with nil it stays as it is.
    public func accelerated(_ accelerator: Duration?) -> GuestPerformer {
        guard let accelerator else { return self }
        var copy = self
        copy.time = .real
        copy.samplePeriodMilliseconds = 20
        let milliseconds = Int(accelerator / .milliseconds(1))
        copy.foundBefore["KVM"] = "works: a tiny guest ran in \(milliseconds) ms"
        return copy
    }
}
