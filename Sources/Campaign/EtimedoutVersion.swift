/// The version of this suite, as every record of a run names it.
public enum EtimedoutVersion {
    /// The version, by semver.org.
    public static let text = "0.1.0"
}
