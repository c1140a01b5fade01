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
        let locator = #"{"using":"xpath","value":"//button[normalize-space()='\#(button)']"}"#
        guard let found = try await post("/element", locator)["value"][Self.elementKey].string else {
            throw HarnessError("chromedriver named no element")
        }
        _ = try await post("/element/\(found)/click", "{}")
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
            try await eventually("chromedriver listens", within: .seconds(30)) {
                if let end = child.ended { throw HarnessError("chromedriver ended (\(end)):\n\(folder.read("err"))") }
                return (try? await send("GET", "/status", nil, toPort: port)["value"]["ready"]) == .bool(true)
            }
            // The sandbox cannot be had by root, and shared memory is short in containers; pages here are the gateway's own.
            let options = """
                {"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:chromeOptions":{"args":["--headless=new",
                "--no-sandbox","--disable-dev-shm-usage","--disable-gpu","--user-data-dir=\(folder.path("profile"))"]}}}}
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
