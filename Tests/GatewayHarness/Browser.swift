import Foundation

/// A headless Chromium, driven by WebDriver (https://www.w3.org/TR/webdriver2/) through Debian's `chromedriver`.
package struct Browser: Sendable {
    private let port: Int
    private let session: String

    /// The name under which WebDriver refers to elements (section 12.2).
    private static let elementKey = "element-6066-11e4-a52e-4f735466cecf"

    /// Opens a page and waits until it is loaded.
    package func open(_ url: String) async throws {
        _ = try await post("/url", #"{"url":"\#(url)"}"#)
    }

    /// The page's address.
    package func url() async throws -> String {
        try await get("/url")["value"].string ?? ""
    }

    /// What a reader of the page sees.
    package func text() async throws -> String {
        let script = #"{"script":"return document.body ? document.body.innerText : ''","args":[]}"#
        return try await post("/execute/sync", script)["value"].string ?? ""
    }

    /// Waits until the page shows this text: pressing a button returns before the next page is there.
    package func waits(for text: String) async throws {
        try await eventually("the page shows \"\(text)\"") { (try? await self.text())?.contains(text) == true }
    }

    /// Presses the button with this text.
    package func press(_ button: String) async throws {
        try await press(element: try await find("xpath", "//button[normalize-space()='\(button)']"))
    }

    /// Presses the first element that a selector of CSS finds, once it is there and can be pressed.
    package func press(selector: String) async throws {
        try await eventually("\(selector) can be pressed") {
            (try? await press(element: try await find("css selector", selector))) != nil
        }
    }

    /// Types into the first element that a selector of CSS finds.
    package func type(_ text: String, into selector: String) async throws {
        let element = try await find("css selector", selector)
        _ = try await post("/element/\(element)/value", #"{"text":"\#(text)"}"#)
    }

    /// What an expression of JavaScript gives.
    ///
    /// - Parameter expression: without quotation marks.
    package func value(of expression: String) async throws -> JSONText {
        try await post("/execute/sync", #"{"script":"return \#(expression)","args":[]}"#)["value"]
    }

    /// What the page has complained of in the browser's console since it was asked last.
    package func complaints() async throws -> [String] {
        try await post("/se/log", #"{"type":"browser"}"#)["value"].elements.compactMap { $0["message"].string }
    }

    private func find(_ strategy: String, _ locator: String) async throws -> String {
        let found = try await post("/element", #"{"using":"\#(strategy)","value":"\#(locator)"}"#)
        guard let element = found["value"][Self.elementKey].string else { throw HarnessError("chromedriver named no element") }
        return element
    }

    private func press(element: String) async throws {
        _ = try await post("/element/\(element)/click", "{}")
    }

    private func get(_ path: String) async throws -> JSONText {
        try await Self.send("GET", "/session/\(session)\(path)", nil, toPort: port)
    }

    private func post(_ path: String, _ json: String) async throws -> JSONText {
        try await Self.send("POST", "/session/\(session)\(path)", json, toPort: port)
    }

    private static func send(_ method: String, _ path: String, _ json: String?, toPort port: Int) async throws -> JSONText {
        let request = HTTPRequest(
            method: method, path: path, headers: [("Content-Type", "application/json")], body: json.map { Array($0.utf8) })
        let answer = try await request.send(toPort: port)
        guard answer.status == 200 else { throw HarnessError("chromedriver: \(method) \(path): \(answer)") }
        return try answer.json()
    }

    /// Runs a browser with a profile of its own for the length of `body`.
    ///
    /// - Throws: ``HarnessError`` where it is not installed: that is a failure and no reason to skip a test.
    package static func run<Value>(_ body: (Browser) async throws -> Value) async throws -> Value {
        let driver = URL(fileURLWithPath: "/usr/bin/chromedriver")
        guard FileManager.default.isExecutableFile(atPath: driver.path) else {
            throw HarnessError("there is no \(driver.path); run `make test`, which installs chromium-driver")
        }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let port = try SocketConnection.freeServerPort()
        let child = try ChildProcess(
            driver, ["--port=\(port)"],
            environment: ["HOME": folder.url.path, "PATH": "/usr/bin:/bin", "TMPDIR": folder.url.path],
            folder: folder.url, output: folder.path("out"), errors: folder.path("err")
        )
        do {
            try await eventually("chromedriver listens") {
                if let end = child.ended { throw HarnessError("chromedriver ended (\(end)):\n\(folder.read("err"))") }
                return (try? await send("GET", "/status", nil, toPort: port)["value"]["ready"]) == .bool(true)
            }
            // The sandbox cannot be had by root, and shared memory is short in containers; pages here are the gateway's own. There is
            // no internet: no name is resolved, and no address but the gateway's is reached.
            let options = """
                {"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:loggingPrefs":{"browser":"ALL"},
                "goog:chromeOptions":{"args":["--headless=new","--no-sandbox","--disable-dev-shm-usage","--disable-gpu",
                "--window-size=1400,1000","--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                "--user-data-dir=\(folder.path("profile"))"]}}}}
                """
            let answer = try await send("POST", "/session", options, toPort: port)
            guard let session = answer["value"]["sessionId"].string else { throw HarnessError("chromedriver gave no session") }
            let browser = Browser(port: port, session: session)
            do {
                let value = try await body(browser)
                await browser.end(child)
                return value
            } catch {
                await browser.end(child)
                throw error
            }
        } catch {
            await child.stop()
            throw error
        }
    }

    /// Ends the browser before its driver: the browser has a process group of its own, and would stay.
    private func end(_ child: ChildProcess) async {
        _ = try? await Self.send("DELETE", "/session/\(session)", nil, toPort: port)
        await child.stop()
    }
}
