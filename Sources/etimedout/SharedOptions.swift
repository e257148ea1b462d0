import ArgumentParser
import Behaviours

/// How long the trials may take that are performed.
struct LengthOptions: ParsableArguments {
    @Flag(help: "On the host also what takes longer than 15 s (up to half an hour).")
    var long = false

    @Option(
        help: ArgumentHelp(
            "The longest trials performed: short (15 s), long (half an hour) or hours. By default "
                + "short on the host, hours in guests.", valueName: "length"))
    var length: TrialLength?

    /// Whether neither was given.
    var isUsual: Bool { length == nil && !long }

    /// The longest trials where time is real.
    var inRealTime: TrialLength { length ?? (long ? .long : .short) }

    /// The longest trials where waiting costs nothing.
    var inVirtualTime: TrialLength { length ?? .hours }
}

/// Where the evidence goes, what is printed of it, and how the command exits.
struct ReportOptions: ParsableArguments {
    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "The folder for the evidence, new or empty; by default one of its own below Reports/.",
            valueName: "folder"))
    var folder: String?

    @Flag(help: "Print the record as JSON, and everything else to standard error.")
    var json = false

    @Flag(help: "Exit with 125 instead of 2, as git bisect run wants.")
    var bisect = false
}

/// The time in which guests live.
struct ClockOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The time in which guests live: virtual, or real, which needs a KVM that works.",
            valueName: "clock"))
    var clock = GuestClock.virtual
}
