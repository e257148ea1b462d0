import Evidence

extension TrialView {
    /// How much of a trial's section a browser has to make at once.
    enum Presentation {
        /// All of it; open from the beginning where something went wrong.
        case open
        /// All of it, closed.
        case closed
        /// The line that sums it up; the rest when it is opened. A browser that runs scripts reads
        /// a `noscript` as mere text, of which the page's script makes markup later; one that runs
        /// none shows what is in it.
        case lazy
    }

    /// The section: a line that sums it up, and behind it all the rest.
    func html(_ presentation: Presentation) -> HTML {
        let isFailure = verdict.name == "deviates" || verdict.name == "inconclusive"
        let isOpen = presentation == .open && isFailure
        let isLazy = presentation == .lazy
        return """
            <details class="trial" id="\(anchor)"\(filterAttributes)\(isOpen ? " open" : .none)>\
            <summary>\(badges)<span class="q">\(AskedWords.long(trial.parameters))</span>\
            <span class="on">\(Words.family(trial.parameters.family)) · \
            \(trial.parameters.link.rawValue)</span><span class="va">\(variant)</span>\
            <span class="nu">\(outcome)</span></summary>
            \(isLazy ? "<noscript>" : .none)<div class="body">\(reasons)\(plot)\(silenceBox)\
            \(schedule)\(witnesses)\(more)\(links)</div>\(isLazy ? "</noscript>" : .none)
            </details>

            """
    }

    private var badges: HTML {
        guard let known else { return verdict.badge }
        return "<span>\(verdict.badge) <span class=\"known\">\(known)</span></span>"
    }

    /// What the filters of the page compare.
    var filterAttributes: HTML {
        """
         data-v="\(verdict.name)" data-t="\(Words.askedShort(trial.parameters))" \
        data-f="\(trial.parameters.family.rawValue)" data-l="\(trial.parameters.link.rawValue)"
        """
    }

    private var outcome: HTML {
        var pieces: [HTML] = []
        if let errno { pieces.append("<b>\(errno)</b>") }
        if let observed { pieces.append("\(observed) s") }
        if let expected { pieces.append("<i>expected \(expected)</i>") }
        return .joined(pieces, by: " ")
    }

    private var reasons: HTML {
        var html: [HTML] = []
        if let reason = verdict.reason { html.append("<p class=\"why\">\(reason)</p>") }
        if !partings.isEmpty {
            let items = partings.items { "<b>\($0.name)</b> \($0.value)" }
            let what: HTML =
                verdict.name == "deviates"
                ? "Where it parts from what was promised" : "Where it parts"
            html.append("<div class=\"part\"><h4>\(what)</h4><ol>\(items)</ol></div>")
        }
        return .joined(html)
    }

    private var plot: HTML {
        guard let ladder else {
            return "<p class=\"none\">Only return values are judged here; time plays no part.</p>"
        }
        return """
            <figure class="plot"><div class="scroll">\(LadderSVG(ladder).html)</div>\
            \(ladder.leftOut.map { "<figcaption class=\"foot\">\($0)</figcaption>" as HTML })\
            </figure>
            """
    }

    private var silenceBox: HTML {
        guard !silence.isEmpty else { return .none }
        let lines = silence.map { line -> HTML in "\(line) " }
        return "<div class=\"silence\"><h4>Why silence is the evidence</h4><p>\(lines)</p></div>"
    }

    // MARK: - Expected beside observed

    private var schedule: HTML {
        guard !events.isEmpty else { return .none }
        let rows = Bounded(events, first: 40, last: 20).html(
            Self.row, of: "the observation and in the capture",
            gap: { "<tr><td>…<td colspan=\"6\">\($0)" })
        let zero = clockZero.map { zero -> HTML in
            """
            <p class="foot">0 is the beginning of the outage: \(zero) s on the trial’s clock, by \
            which derivations and the capture count.</p>
            """
        }
        return """
            <h4>Expected beside observed</h4><div class="scroll"><table class="ev"><thead><tr>\
            <th scope="col">#<th scope="col">Event<th scope="col">Expected, s\
            <th scope="col">Observed, s<th scope="col">In its window\
            <th scope="col">Witness<th scope="col">How the window is derived\
            <tbody>\(rows)</table></div>\(zero)
            """
    }

    private static func row(_ event: Event) -> HTML {
        """
        <tr\(event.isParting ? " class=\"bad\"" : .none)><td>\(event.number)\
        <th scope="row">\(event.name)\(event.isParting ? " <b>parts here</b>" : .none)\
        <td>\(event.expected)<td>\(event.observed.isEmpty ? "–" : event.observed)\
        \(meter(event.place))<td>\(event.witness)\
        <td>\(event.derivation)
        """
    }

    /// Where in its window an event lay, as a bar and as a number.
    private static func meter(_ place: Int?) -> HTML {
        guard let place else { return "<td>–" }
        return "<td class=\"m\" style=\"--p:\(place)\">\(place) %"
    }

    // MARK: - Witnesses

    private var witnesses: HTML {
        guard !wire.isEmpty || !kernel.isEmpty || !calls.isEmpty else { return .none }
        let all = calls.filter { $0.who == "subject" }
        let rows = Bounded(all, first: 40, last: 20)
            .html(Self.row, gap: { "<tr><td>…<td colspan=\"3\">\($0)" })
        return """
            <h4>The three witnesses</h4><div class="three"><section><h5>Application</h5>\
            <table><thead><tr><th scope="col">at, s<th scope="col">step\
            <th scope="col">call<th scope="col">returned\
            <tbody>\(rows)</table></section>\
            <section><h5>Wire</h5>\(Self.list(wire))</section>\
            <section><h5>Kernel</h5>\(Self.list(kernel))\
            \(options.isEmpty ? .none : "<h5>Options read back</h5>\(Self.list(options))")\
            </section></div>
            """
    }

    private static func row(_ call: Call) -> HTML {
        """
        <tr><td>\(call.time)<th scope="row">\(call.step)<td>\(call.call)<td>\(call.result)
        """
    }

    static func list(_ pairs: [Pair]) -> HTML {
        let rows = Bounded(pairs, first: 60, last: 20)
            .html({ "<dt>\($0.name)<dd>\($0.value)" }, gap: { "<dt>…<dd>\($0)" })
        return "<dl>\(rows)</dl>"
    }

    // MARK: - The rest

    private var more: HTML {
        var html: [HTML] = []
        if !notes.isEmpty {
            let items = notes.items { "\($0)" }
            html.append("<h4>Notes</h4><ul class=\"notes\">\(items)</ul>")
        }
        if !script.isEmpty {
            html.append(
                "<details class=\"in\"><summary>Script, in words</summary>\(scriptWords)</details>")
        }
        if !counters.isEmpty || !unchanged.isEmpty { html.append(counterTable) }
        if !sysctls.isEmpty {
            html.append(
                "<details class=\"in\"><summary>Sysctls of the namespace</summary>"
                    + "\(Self.list(sysctls))</details>")
        }
        return .joined(html)
    }

    private var scriptWords: HTML {
        func items(_ lines: [String]) -> [HTML] { lines.items { "\($0)" } }
        guard let likeScript else { return "<ol class=\"script\">\(items(script))</ol>" }
        let link: HTML = """
            <a href="#\(likeScript.place.anchor)">\(likeScript.place.words)</a>
            """
        if likeScript.lines.isEmpty { return "<p>Word by word that of \(link).</p>" }
        return """
            <p>That of \(link), but for these lines:</p>\
            <ul class="script">\(items(likeScript.lines))</ul>
            """
    }

    private var counterTable: HTML {
        let rows = counters.filter(\.isModelled).map { counter -> HTML in
            """
            <tr><th scope="row">\(counter.name)<td>\(counter.before)<td>\(counter.after)\
            <td>\(counter.change)
            """
        }
        let others = counters.filter { !$0.isModelled }
            .items { "\($0.name) \($0.before) → \($0.after)" }
        let table: HTML =
            rows.isEmpty
            ? .none
            : """
            <div class="scroll"><table class="num"><thead><tr><th scope="col">In the model\
            <th scope="col">before<th scope="col">after<th scope="col">change\
            <tbody>\(rows)</table></div>
            """
        return """
            <details class="in"><summary>Counters before and after</summary>\(table)\
            <p class="foot">\(unchangedWords)</p>\
            \(others.isEmpty ? .none : "<ul class=\"co\">\(others)</ul>")</details>
            """
    }

    /// What is said of the model's counters that are not in the table; their names stand in the
    /// words about the page, once.
    private var unchangedWords: String {
        let lacking = CounterPair.modelled.filter { name in
            !unchanged.contains(name) && !counters.contains { $0.name == name }
        }
        var words: [String] = []
        if !unchanged.isEmpty {
            words.append(
                unchanged.count + lacking.count == CounterPair.modelled.count
                    ? "None that is in the model changed."
                    : "\(unchanged.count) more that are in the model did not change.")
        }
        if !lacking.isEmpty {
            words.append("Not known to this kernel: \(lacking.joined(separator: ", ")).")
        }
        return words.joined(separator: " ")
    }

    private var links: HTML {
        var files: [HTML] = []
        if let capture {
            files.append("<a href=\"\(VisibleText.href(capture))\">Capture (pcapng)</a>")
        }
        if let observation {
            files.append("<a href=\"\(VisibleText.href(observation))\">Observation (JSON)</a>")
        }
        return """
            <div class="again"><span>Again:</span> <code>\(again)</code></div>\
            <p class="files">\(.joined(files, by: " · "))</p>
            """
    }
}

extension HTML {
    static func + (left: HTML, right: HTML) -> HTML { HTML(trusted: left.text + right.text) }
}
