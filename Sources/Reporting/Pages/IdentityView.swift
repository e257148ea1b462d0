import Evidence

/// Which kernel was asked, by which suite, under which circumstances.
struct IdentityView {
    /// What the kernel is.
    var kernel: [TrialView.Pair] = []
    /// What was booted, where it was a guest.
    var guest: [TrialView.Pair] = []
    /// How the emulator was called.
    var commandLine: String?
    /// Who asked, when and where.
    var circumstances: [TrialView.Pair] = []
    /// What the kernel was built with.
    var configuration: [TrialView.Pair] = []
    /// Sysctls that were the same in every trial.
    var sysctls: [TrialView.Pair] = []

    init(_ run: ReportedRun) {
        let identity = run.record.kernel
        kernel = [
            .init(name: "release", value: identity.release),
            .init(name: "version", value: identity.version),
            .init(name: "machine", value: identity.machine),
            .init(name: "chosen by", value: identity.selector),
            .init(
                name: "HZ",
                value: "\(identity.hz) measured"
                    + (identity.configuredHZ.map { ", \($0) configured" } ?? "")),
        ]
        if let booted = identity.guest {
            if let package = booted.packageVersion {
                kernel.append(.init(name: "package", value: package))
            }
            guest = [
                .init(name: "kernel sha256", value: booted.kernelSHA256),
                .init(name: "initramfs sha256", value: booted.initramfsSHA256),
                .init(name: "emulator", value: booted.emulator),
            ]
            commandLine = booted.commandLine.map(Reproduction.quoted).joined(separator: " ")
        }
        configuration = (identity.configuration?.options ?? [:]).sorted { $0.key < $1.key }
            .map { .init(name: "CONFIG_\($0.key)", value: $0.value) }
        addCircumstances(run)
        sysctls = Self.common(run.trials.compactMap(\.observation?.sysctls))
    }

    private mutating func addCircumstances(_ run: ReportedRun) {
        circumstances = [.init(name: "suite", value: "etimedout \(run.record.suite)")]
        let times = Set(run.trials.compactMap { $0.observation.map { $0.time ?? .real } })
        if times.count == 1, let time = times.first {
            circumstances.append(
                .init(name: "time", value: time == .real ? "real" : "virtual, by instructions"))
        }
        guard let provenance = run.provenance else { return }
        circumstances += [
            .init(name: "began", value: provenance.began),
            .init(
                name: "took",
                value: "\(Words.time(milliseconds: provenance.wallMilliseconds)), longest trial "
                    + Words.time(milliseconds: provenance.longestTrialMilliseconds)),
            .init(name: "host", value: provenance.host),
            .init(name: "privilege", value: provenance.privilege),
        ]
        for (name, value) in provenance.versions.sorted(by: { $0.key < $1.key })
        where name != "etimedout" && value != run.record.kernel.version {
            let name = name == "commit" ? "suite’s commit" : name
            circumstances.append(.init(name: name, value: value))
        }
        if let interruption = provenance.interruption {
            circumstances.append(.init(name: "interrupted", value: interruption))
        }
    }

    /// The values that most of them have: each name that all know, with its commonest value. Of a
    /// trial that never began nothing is known.
    private static func common(_ all: [[String: String]]) -> [TrialView.Pair] {
        let all = all.filter { !$0.isEmpty }
        guard let first = all.first else { return [] }
        return first.keys.sorted().compactMap { name in
            let values = all.compactMap { $0[name] }
            guard values.count == all.count else { return nil }
            let counts = Dictionary(grouping: values, by: { $0 }).mapValues(\.count)
            let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
            return most.map { .init(name: name, value: $0.key) }
        }
    }

    var html: HTML {
        let boot: HTML =
            guest.isEmpty
            ? .none
            : """
            <section class="wide boot"><h3>What was booted</h3>\(TrialView.list(guest))\
            \(commandLine.map { "<pre class=\"cmd\">\($0)</pre>" as HTML })</section>
            """
        return """
            <div class="id"><section><h3>Kernel</h3>\(TrialView.list(kernel))</section>\
            <section><h3>Asked by</h3>\(TrialView.list(circumstances))</section>\
            \(boot)\(Self.settings("Built with, as far as it matters here", configuration))\
            \(Self.settings("Sysctls of every trial, unless it says otherwise", sysctls))</div>
            """
    }

    private static func settings(_ title: String, _ pairs: [TrialView.Pair]) -> HTML {
        guard !pairs.isEmpty else { return .none }
        let rows = pairs.map { "<div><dt>\($0.name)<dd>\($0.value)</div>" as HTML }
        return "<section class=\"wide set\"><h3>\(title)</h3><dl>\(rows)</dl></section>"
    }
}
