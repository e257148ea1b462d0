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
            <summary>\(badges)<span class="q">\(Words.asked(trial.parameters))</span>\
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
            let items = partings.map { parting -> HTML in
                "<li><b>\(parting.name)</b> \(parting.value)</li>"
            }
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
        let rows = shownEvents.map { event -> HTML in
            """
            <tr\(event.isParting ? " class=\"bad\"" : .none)><td>\(event.number)\
            <th>\(event.name)\(event.isParting ? " <b>parts here</b>" : .none)\
            <td>\(event.expected)<td>\(event.observed.isEmpty ? "–" : event.observed)\
            <td>\(Self.meter(event.place))<td>\(event.witness)\
            <td>\(event.derivation)
            """
        }
        let zero = clockZero.map { zero -> HTML in
            """
            <p class="foot">Seconds from the beginning of the outage, which is \(zero) s on the \
            trial’s clock, by which derivations and the capture’s comments count.</p>
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

    /// The first and the last events of a schedule that is longer than anybody reads.
    private var shownEvents: [Event] {
        let shown = Bounded(events, first: 40, last: 20)
        guard shown.leftOut > 0 else { return events }
        let gap = Event(
            number: "…", name: "\(shown.leftOut) more", expected: "", observed: "", witness: "",
            derivation: "left out here; all are in the observation and in the capture")
        return shown.first + [gap] + shown.last
    }

    /// Where in its window an event lay, as a bar and as a number.
    private static func meter(_ place: Int?) -> HTML {
        guard let place else { return "–" }
        return "<i class=\"m\" style=\"--p:\(place)%\"></i> \(place) %"
    }

    // MARK: - Witnesses

    private var witnesses: HTML {
        guard !wire.isEmpty || !kernel.isEmpty || !calls.isEmpty else { return .none }
        let all = calls.filter { $0.who == "subject" }
        let notable = Bounded(all, first: 40, last: 20)
        let rows = notable.first.map(Self.row) + [Self.gap(notable)] + notable.last.map(Self.row)
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
        "<tr><td>\(call.time)<th>\(call.step)<td>\(call.call)<td>\(call.result)"
    }

    private static func gap(_ calls: Bounded<Call>) -> HTML {
        guard calls.leftOut > 0 else { return .none }
        return """
            <tr><td>…<th>\(calls.leftOut) more<td><td>left out here; all are in the observation
            """
    }

    static func list(_ pairs: [Pair]) -> HTML {
        let rows = pairs.map { pair -> HTML in
            "<dt>\(pair.name)<dd>\(pair.value)"
        }
        return "<dl>\(rows)</dl>"
    }

    // MARK: - The rest

    private var more: HTML {
        var html: [HTML] = []
        if !notes.isEmpty {
            let items = notes.map { note -> HTML in "<li>\(note)</li>" }
            html.append("<h4>Notes</h4><ul class=\"notes\">\(items)</ul>")
        }
        if let sameScript {
            html.append(
                """
                <p class="files">Its script is, word by word, that of \
                <a href="#\(sameScript.anchor)">\(sameScript.words)</a>.</p>
                """)
        } else if !script.isEmpty {
            let lines = script.map { line -> HTML in "<li>\(line)" }
            html.append(
                "<details class=\"in\"><summary>Script, in words</summary>"
                    + "<ol class=\"script\">\(lines)</ol></details>")
        }
        if !counters.isEmpty || !unchanged.isEmpty { html.append(counterTable) }
        if !sysctls.isEmpty {
            html.append(
                "<details class=\"in\"><summary>Sysctls of the namespace</summary>"
                    + "\(Self.list(sysctls))</details>")
        }
        return .joined(html)
    }

    private var counterTable: HTML {
        let rows = counters.map { counter -> HTML in
            """
            <tr><th>\(counter.name)\(counter.isModelled ? " *" : "")\
            <td>\(counter.before)<td>\(counter.after)<td>\(counter.change)
            """
        }
        return """
            <details class="in"><summary>Counters before and after</summary><div class="scroll">\
            <table class="num"><thead><tr><th scope="col">Counter<th scope="col">before\
            <th scope="col">after<th scope="col">change\
            <tbody>\(rows)</table></div><p class="foot">* in the model. Unchanged, and in \
            the model: \(unchanged.isEmpty ? "none" : unchanged.joined(separator: ", ")).</p>\
            </details>
            """
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
