import GatewayCore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ProviderAPI
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("The boundary of every request")
struct RequestBoundaryTests {
    /// An application whose one route throws what it is given, or answers with the request's id.
    private func answer(
        throwing error: (any Error & Sendable)? = nil, headers: HTTPFields = [:],
        uri: String = "/here/4242424242424242?secret=hidden",
        log: CapturedLog = CapturedLog()
    ) async throws -> TestResponse {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: Logger(label: "test") { _ in log }))
        router.get("/here/:id") { _, context -> Response in
            if let error { throw error }
            return .json(Array(context.requestID.utf8))
        }
        return try await Application(router: router).test(.router) {
            try await $0.execute(uri: uri, method: .get, headers: headers)
        }
    }

    @Test(
        "keeps the client's request id where it is short and plain",
        arguments: [
            "a", "req-1", "61661212-2001-4840-a89c-35a8d2ea0039", "A.b_c:d-9", String(repeating: "x", count: 128),
            "1767834000123",
        ]
    )
    func ownRequestID(id: String) async throws {
        let answer = try await answer(headers: [.requestID: id])
        #expect(answer.headers[.requestID] == id)
        #expect(String(buffer: answer.body) == id)
    }

    @Test(
        "makes one where it is absent, long, not plain, or looks like a card number",
        arguments: [
            nil, "", " ", "a b", "a/b", "a\"b", "é", "<script>", String(repeating: "x", count: 129), "4242424242424242",
            "4242-4242-4242-4242",
        ]
    )
    func madeRequestID(id: String?) async throws {
        var headers: HTTPFields = [:]
        headers[.requestID] = id
        let first = try #require(try await answer(headers: headers).headers[.requestID])
        let second = try #require(try await answer(headers: headers).headers[.requestID])
        #expect(first.hasPrefix("req_") && first != second)
        #expect(first.count > 15)
    }

    @Test("turns every failure into a problem document with the request's id")
    func failures() async throws {
        struct Unexpected: Error { let path = "/var/lib/secret.db" }
        let cases: [(any Error & Sendable, Int, String)] = [
            (GatewayError(.forbidden, "No."), 403, "forbidden"),
            (StoreError.unavailable("locked: /var/lib/secret.db"), 503, "unavailable"),
            (StoreError.constraint("operations.transaction_id"), 409, "invalid_state"),
            (StoreError.constraint("payment_transactions_amounts"), 500, "internal"), (CancellationError(), 503, "unavailable"),
            (HTTPError(.badRequest, message: "internals"), 400, "invalid_request"),
            (HTTPError(.contentTooLarge), 413, "payload_too_large"),
            (HTTPError(.internalServerError, message: "internals"), 500, "internal"), (Unexpected(), 500, "internal"),
        ]
        for (error, status, code) in cases {
            let answer = try await answer(throwing: error, headers: [.requestID: "req-7"])
            #expect(answer.status.code == status)
            #expect(answer.problemCode == code)
            #expect(answer.headers[.requestID] == "req-7")
            #expect(answer.headers[.contentTypeOptions] == "nosniff")
            let text = String(buffer: answer.body)
            #expect(!text.contains("secret") && !text.contains("internals") && !text.contains("one_live_intent"))
        }
    }

    @Test("says when to try again, where that is known")
    func retryAfter() async throws {
        let error = GatewayError(.providerUnavailable, "Not there.").retry(afterSeconds: 7)
        #expect(try await answer(throwing: error).headers[.retryAfter] == "7")
        #expect(try await answer(throwing: StoreError.unavailable("locked: /var/lib/secret.db")).headers[.retryAfter] == "1")
        #expect(try await answer(throwing: GatewayError(.forbidden, "No.")).headers[.retryAfter] == nil)
    }

    @Test("writes one line with the route's pattern, never the path, the query or a message of an unexpected error")
    func logLine() async throws {
        struct Unexpected: Error { let path = "/var/lib/secret.db" }
        let log = CapturedLog()
        _ = try await answer(headers: [.requestID: "req-9"], log: log)
        #expect(log.lines.count == 1)
        let line = try #require(log.lines.first)
        #expect(line.contains("route=/here/{id}") && line.contains("status=200") && line.contains("request_id=req-9"))
        _ = try await answer(throwing: Unexpected(), log: log)
        _ = try await answer(uri: "/nowhere/4242424242424242", log: log)
        #expect(log.lines.count == 4)
        #expect(!log.lines.contains { $0.contains("4242") || $0.contains("hidden") || $0.contains("secret") })
    }
}
