import Foundation
import GatewayHarness

/// `localstripe` from PyPI, a server that speaks Stripe's API, behind the tests' own launcher.
struct LocalStripe: Sendable {
    /// The port it listens on.
    let port: Int

    /// The base URL for the provider's setting `api_base`.
    var base: String { "http://127.0.0.1:\(port)" }

    /// What it was sent by POST, with the parameters that the launcher had to drop.
    func requests() async throws -> [JSONText] {
        try await HTTPRequest(path: "/_config/requests").send(toPort: port).json().elements
    }

    /// Lets it post its events, signed, to a URL.
    func registerWebhook(url: String, secret: String) async throws {
        let body = #"{"url":"\#(url)","secret":"\#(secret)"}"#
        let answer = try await HTTPRequest(
            method: "POST", path: "/_config/webhooks/gateway", headers: [("Content-Type", "application/json")],
            body: Array(body.utf8)
        ).send(toPort: port)
        guard answer.status == 200 else { throw HarnessError("localstripe took no webhook endpoint: \(answer)") }
    }

    /// Does what somebody else than the gateway does at Stripe.
    ///
    /// - Parameter form: the parameters, form-encoded.
    func post(_ path: String, _ form: String, secretKey: String) async throws {
        let headers = [("Authorization", "Bearer \(secretKey)"), ("Content-Type", "application/x-www-form-urlencoded")]
        let request = HTTPRequest(
            method: "POST", path: "/v1/\(path)", headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(form.utf8)
        )
        let answer = try await request.send(toPort: port)
        guard answer.status == 200 else { throw HarnessError("localstripe refused \(path): \(answer)") }
    }

    /// An object of its own books, by its path under `/v1`.
    func object(_ path: String, secretKey: String) async throws -> JSONText {
        let request = HTTPRequest(path: "/v1/\(path)", headers: [("Authorization", "Bearer \(secretKey)")])
        return try await request.send(toPort: port).json()
    }
}

/// Runs localstripe for the length of `body`.
///
/// - Throws: ``HarnessError`` where it is not installed: that is a failure and no reason to skip a test.
func withLocalStripe<Value>(_ body: (LocalStripe) async throws -> Value) async throws -> Value {
    let python = TestPaths.python
    guard FileManager.default.isExecutableFile(atPath: python.path) else {
        throw HarnessError(
            "there is no \(python.path); run `make test`, which installs localstripe there, or set GATEWAY_TEST_PYTHON")
    }
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let child = try ChildProcess(
        python, [TestPaths.fixtures.appending(path: "localstripe_launcher.py").path, "--port", "0"],
        environment: ["PYTHONUNBUFFERED": "1"], folder: folder.url, output: folder.path("out"), errors: folder.path("err")
    )
    do {
        let port = try await eventually("localstripe listens") { () -> Int? in
            if let end = child.ended { throw HarnessError("localstripe ended (\(end)):\n\(folder.read("err"))") }
            let lines = folder.read("out").split(separator: "\n")
            return try lines.first.flatMap { try JSONText(parsing: String($0))["port"].integer }
        }
        let value = try await body(LocalStripe(port: port))
        await child.stop()
        return value
    } catch {
        await child.stop()
        throw error
    }
}
