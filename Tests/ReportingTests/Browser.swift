import Foundation
import Glibc
import XCTest

/// Chromium without a window, spoken to over its DevTools pipe (messages end with a zero byte).
final class Browser {
    /// How long any answer may take.
    private static let patienceMilliseconds: Int32 = 30_000

    /// What the shell executes: it only gives the pipes the numbers that the browser expects.
    private static let command = #"""
        exec "$2" --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
            --remote-debugging-pipe --user-data-dir="$3" about:blank 3<"$0" 4>"$1"
        """#

    private let process = Process()
    private let folder: URL
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []
    private var count = 0
    private var session: String?
    /// What the browser told of its own accord.
    private(set) var events: [[String: Any]] = []

    /// The path of a browser on this machine.
    static func path() throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let paths = ["chromium", "chromium-browser", "google-chrome"].flatMap { name in
            folders.map { "\($0)/\(name)" }
        }
        guard let path = paths.first(where: FileManager.default.isExecutableFile) else {
            throw XCTSkip("there is no chromium: pages are not looked at in a browser")
        }
        return path
    }

    /// Starts a browser with nothing of anybody's in it; skips the test where there is none.
    init() throws {
        let path = try Self.path()
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "etimedout-browser-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let pipes = ["in", "out"].map { folder.appending(path: $0).path }
        for pipe in pipes where mkfifo(pipe, 0o600) != 0 { throw Failure("mkfifo") }
        // Both ways at once, so that neither end waits for the other to open it.
        input = Glibc.open(pipes[0], O_RDWR | O_CLOEXEC)
        output = Glibc.open(pipes[1], O_RDWR | O_CLOEXEC)
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", Self.command,
            pipes[0], pipes[1], path, folder.appending(path: "profile").path,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let target = try call("Target.createTarget", ["url": "about:blank"])
        let attached = try call(
            "Target.attachToTarget",
            ["targetId": target["targetId"] ?? "", "flatten": true])
        session = attached["sessionId"] as? String
        for domain in ["Page", "Runtime", "Network", "Log"] { _ = try call("\(domain).enable") }
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
        close(input)
        close(output)
        try? FileManager.default.removeItem(at: folder)
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    // MARK: - Talking

    /// Calls a method and returns its result.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
        count += 1
        var message: [String: Any] = ["id": count, "method": method, "params": parameters]
        message["sessionId"] = session
        var bytes = Array(try JSONSerialization.data(withJSONObject: message)) + [0]
        while !bytes.isEmpty {
            let written = write(input, bytes, bytes.count)
            guard written > 0 else { throw Failure("\(method): the browser does not listen") }
            bytes.removeFirst(written)
        }
        while true {
            let answer = try next(method)
            guard answer["id"] as? Int == count else {
                events.append(answer)
                continue
            }
            if let error = answer["error"] { throw Failure("\(method): \(error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    private func next(_ waitingFor: String) throws -> [String: Any] {
        while true {
            if let end = buffer.firstIndex(of: 0) {
                let message = Data(buffer[..<end])
                buffer.removeFirst(end + 1)
                return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
            }
            var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, Self.patienceMilliseconds) == 1 else {
                throw Failure("\(waitingFor): no answer from the browser")
            }
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            let got = read(output, &chunk, chunk.count)
            guard got > 0 else { throw Failure("\(waitingFor): the browser is gone") }
            buffer += chunk[..<got]
        }
    }

    // MARK: - Pages

    /// Opens a page anew and waits until it is loaded.
    func open(_ url: String) throws {
        for url in ["about:blank", url] {
            events = []
            try call("Page.navigate", ["url": url])
            while !events.contains(where: { $0["method"] as? String == "Page.loadEventFired" }) {
                events.append(try next("loading \(url)"))
            }
        }
    }

    /// The value of an expression in the page, a promise's once it is kept.
    func value(_ expression: String) throws -> Any? {
        let result = try call(
            "Runtime.evaluate",
            ["expression": expression, "returnByValue": true, "awaitPromise": true])
        if let fault = result["exceptionDetails"] { throw Failure("\(expression): \(fault)") }
        return (result["result"] as? [String: Any])?["value"]
    }

    /// Whether an expression comes true; looked at again and again for 15 s.
    func comes(_ expression: String) throws -> Bool {
        try value(
            """
            new Promise(done => {
              const until = performance.now() + 15000;
              const look = () => {
                if (\(expression)) done(true);
                else if (performance.now() > until) done(false);
                else setTimeout(look, 10);
              };
              look();
            })
            """) as? Bool ?? false
    }

    func number(_ expression: String) throws -> Int {
        try XCTUnwrap((try value(expression) as? NSNumber)?.intValue, expression)
    }

    func text(_ expression: String) throws -> String {
        try XCTUnwrap(try value(expression) as? String, expression)
    }

    /// Presses a key, as a keyboard would.
    func press(_ key: String, code: Int) throws {
        for type in ["rawKeyDown", "char", "keyUp"] where type != "char" || key == "Enter" {
            try call(
                "Input.dispatchKeyEvent",
                [
                    "type": type, "key": key, "windowsVirtualKeyCode": code,
                    "text": type == "char" ? "\r" : "",
                ])
        }
    }

    /// Clicks with the mouse in the middle of an element.
    func click(_ selector: String) throws {
        let place = try XCTUnwrap(
            try value(
                """
                (() => { const e = document.querySelector(\(Self.quoted(selector)));
                  e.scrollIntoView({block: "center", behavior: "instant"});
                  const r = e.getBoundingClientRect();
                  return [r.x + r.width / 2, r.y + r.height / 2]; })()
                """) as? [Double])
        for type in ["mousePressed", "mouseReleased"] {
            try call(
                "Input.dispatchMouseEvent",
                ["type": type, "x": place[0], "y": place[1], "button": "left", "clickCount": 1])
        }
    }

    static func quoted(_ text: String) -> String {
        "\"" + text.replacing(#"\"#, with: #"\\"#).replacing("\"", with: "\\\"") + "\""
    }

    /// The addresses that the page asked for since it was opened.
    var requests: [String] {
        events.filter { $0["method"] as? String == "Network.requestWillBeSent" }.compactMap {
            (($0["params"] as? [String: Any])?["request"] as? [String: Any])?["url"] as? String
        }
    }

    /// What the browser complained of since then: errors of scripts, violations of the policy.
    var complaints: [String] {
        events.filter {
            ["Log.entryAdded", "Runtime.exceptionThrown"].contains($0["method"] as? String)
        }.map { "\($0["params"] ?? "")" }
    }
}
