import Behaviours
import Evidence

/// The section of a behaviour: the question, what is promised, the known answers, and the trials.
struct BehaviourView {
    /// A known answer.
    struct Answer: Hashable {
        var name: String
        var summary: String
        var eras: [String]
        var isPromised: Bool
        /// In how many of the trials it was shown.
        var shown: Int
    }

    var id: String
    var question: String?
    var background: String?
    var because: String?
    var exceeds: String?
    var answers: [Answer] = []
    var trials: [TrialView]

    init(_ id: String, _ behaviour: Behaviour?, _ trials: [TrialView], _ findings: [Finding]) {
        self.id = id
        self.trials = trials
        guard let behaviour else { return }
        question = behaviour.question
        background = behaviour.background
        because = behaviour.contract.because
        exceeds = behaviour.contract.exceeds
        answers = behaviour.variants.map { variant in
            Answer(
                name: variant.name, summary: variant.summary, eras: variant.eras.map(\.text),
                isPromised: behaviour.contract.variants.contains(variant.name),
                shown: findings.count { $0.variants.contains(variant.name) })
        }
    }

    /// The name under which the section is found.
    static func anchor(_ id: String) -> String { "b-" + VisibleText.slug(id) }

    func html(_ presentation: TrialView.Presentation) -> HTML {
        """
        <section class="behaviour" id="\(Self.anchor(id))" aria-labelledby="h-\(Self.anchor(id))">
        <h3 id="h-\(Self.anchor(id))"><a href="#\(Self.anchor(id))">\(id)</a></h3>
        \(words)
        \(trials.map { $0.html(presentation) })</section>

        """
    }

    private var words: HTML {
        guard let question, let background else {
            return "<p class=\"ask\">This version of the suite does not know this behaviour.</p>"
        }
        return """
            <p class="ask">\(question)</p><p class="bg">\(background)</p>\
            <details class="in con"><summary>What is promised, and the known answers</summary>\
            <blockquote>\(because ?? "")</blockquote>\
            \(exceeds.map { "<p><b>In practice:</b> \($0)</p>" as HTML })\
            <div class="scroll">\
            <table class="ans"><thead><tr><th scope="col">Answer</th>\
            <th scope="col">Keeps the promise</th><th scope="col">Shown here</th>\
            <th scope="col">What it is</th><th scope="col">From … to</th></tr></thead>\
            <tbody>\(answers.map(Self.row))</tbody></table></div></details>
            """
    }

    private static func row(_ answer: Answer) -> HTML {
        let eras = answer.eras.map { era -> HTML in "<span>\(era)</span>" }
        return """
            <tr><th scope="row">\(answer.name)</th><td>\(answer.isPromised ? "yes" : "no")</td>\
            <td>\(answer.shown > 0 ? "\(answer.shown)×" : "–")</td><td>\(answer.summary)</td>\
            <td class="eras">\(eras)</td></tr>
            """
    }
}
