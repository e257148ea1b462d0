extension Expectation {
    /// What kernels that Debian ships are known to break. Of everything else that 5.10, 6.1, 6.12,
    /// 7.2 and 7.3 were asked they conform; which variant each of them is expected to show follows
    /// from its list of commits (`KnownKernel`).
    static let debian: [Expectation] =
        [("5.10.222", "5.10.999"), ("6.1.100", "6.1.999")].map { first, last in
            Expectation(
                .within(first, last), "window-retracted.answered",
                RetractedWindow.answeredFloods, variant: "flood-for-jiffies",
                reference: "Reports/retracted-window-flood.md")
        }
        + ["5.10", "6.1"].map { series in
            Expectation(
                .series(series), "zero-window.set-late", ZeroWindow.nudgedAfterT,
                variant: "whole-interval", reference: "Reports/expired-timeout-at-zero-window.md")
        }
        + ["5.10", "6.1"].map { series in
            Expectation(
                .series(series), "window-retracted.bare", variant: "ignored",
                reference: "800a666141de (6.6) was not taken back")
        }
}
