import Foundation
import Glibc

/// Writes down what gateways answer, for `Tests/Contract/check_answers.py` to hold against openapi.yaml once the tests are over.
///
/// One line of JSON an answer, in the file that the environment variable `GATEWAY_TEST_ANSWERS` names; without it nothing is written.
enum AnswerLog {
    private struct Line: Encodable {
        var method: String
        var path: String
        var status: Int
        var headers: [String: String]
        var body: String
    }

    /// Opened once; appended to with one write a line, so that tests at the same time do not mix theirs.
    private static let descriptor: Int32? = {
        guard let path = ProcessInfo.processInfo.environment["GATEWAY_TEST_ANSWERS"], !path.isEmpty else { return nil }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        return descriptor >= 0 ? descriptor : nil
    }()

    /// What gateways serve; the other servers of the tests have other paths.
    private static let prefixes = ["/api/", "/healthz", "/readyz", "/metrics"]

    /// Writes an answer down, if it is a gateway's.
    static func record(_ answer: HTTPAnswer, to request: HTTPRequest) throws {
        guard let descriptor, prefixes.contains(where: request.path.hasPrefix) else { return }
        let line = Line(
            method: request.method, path: request.path, status: answer.status,
            headers: Dictionary(answer.headers.map { ($0.name, $0.value) }) { first, _ in first }, body: answer.text)
        let bytes = Array(try JSONEncoder().encode(line)) + [UInt8(ascii: "\n")]
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw HarnessError("an answer cannot be written down") }
    }
}
