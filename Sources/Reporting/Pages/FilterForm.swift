/// The filters of a page. Without the page's script there are none, and everything is shown.
struct FilterForm {
    /// A choice of one value, which the script compares with an attribute of each trial.
    struct Choice {
        var name: String
        var label: String
        var values: [String]

        init(_ name: String, _ label: String, _ values: [String]) {
            (self.name, self.label, self.values) = (name, label, values)
        }
    }

    /// What can be found by words.
    var find: String
    var verdicts: [VerdictView]
    /// `t`, `f` and `l`, as the script knows them.
    var choices: [Choice]

    var html: HTML {
        let boxes = verdicts.map { part -> HTML in
            """
            <label><input type="checkbox" name="v" value="\(part.name)" checked> \
            \(part.symbol) \(part.word)</label>
            """
        }
        return """
            <form id="filters" role="search" aria-label="Filters" hidden>\
            <label class="find">Find <input type="search" name="q" \
            placeholder="\(find)" autocomplete="off"></label>\
            <fieldset><legend>Verdict</legend>\(boxes)</fieldset>\(choices.map(Self.select))\
            <span class="act"><output aria-live="polite"></output>\
            <button type="button" data-do="open">Open all</button>\
            <button type="button" data-do="close">Close all</button>\
            <button type="reset">Reset</button></span></form>
            """
    }

    private static func select(_ choice: Choice) -> HTML {
        let options = choice.values.map { value -> HTML in
            "<option value=\"\(value)\">\(value)</option>"
        }
        return """
            <label>\(choice.label) <select name="\(choice.name)"><option value="">any</option>\
            \(options)</select></label>
            """
    }
}
