/// The frame of every page: one document that fetches nothing.
///
/// The policy in its head forbids any connection, and any script but the one whose digest it
/// names, so that markup which got through everything else would still not run.
struct Page {
    var title: String
    /// The axes that plots of the page refer to.
    var axes: Set<LadderAxis> = []
    var body: HTML

    /// The document.
    var text: String {
        let page: HTML = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
            style-src 'unsafe-inline'; script-src '\(PageAssets.scriptDigest)'; base-uri 'none'; \
            form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>\(title)</title>
            <style>\(PageAssets.style)</style></head>
            <body>\(LadderSVG.symbols(axes))\(body)
            <script>\(PageAssets.script)</script></body></html>

            """
        return page.text
    }
}

/// The style sheet and the script, as they stand in `Assets/`.
enum PageAssets {
    static let style = HTML(trusted: String(decoding: PackageResources.page_css, as: UTF8.self))
    static let script = HTML(trusted: String(decoding: PackageResources.page_js, as: UTF8.self))
    /// The SHA-256 of the script as the policy names it. A browser that disagrees runs nothing, and
    /// the test in the browser fails; so does a test that computes it.
    static let scriptDigest = HTML(trusted: "sha256-Mk5ndahF3+k2TRbvcYNLS9mIGgnW0QgXmGA44UxyMfc=")
}
