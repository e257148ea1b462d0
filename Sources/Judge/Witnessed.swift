public import Behaviours
public import Evidence

extension Judge {
    /// What the witnesses saw since the outage began, in the order of time, as the judge reads it:
    /// for plots, which show also what no variant expects. None where it cannot be read.
    public static func events(
        of observation: Observation, as behaviour: Behaviour
    ) -> [ObservedEvent] {
        guard case .success(let reading) = Reading.read(observation, behaviour) else { return [] }
        return reading.events
    }
}
