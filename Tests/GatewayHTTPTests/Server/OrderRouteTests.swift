import GatewayCore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("POST /orders")
struct OrderRouteTests {
    private let good = #"{"amount":99.90,"currency":"usd"}"#

    @Test("makes an order, which its owner and admins see, and nobody else")
    func made() async throws {
        try await TestAPI.run { api in
            let made = try await api.send(.post, "/api/v1/orders", body: #"{"amount":99.90,"currency":"usd"}"#)
            #expect(made.status == .created)
            #expect(made.headers[.contentType] == "application/json")
            #expect(
                String(buffer: made.body).contains(
                    #""amount":99.90,"amount_paid":0.00,"amount_refunded":0.00,"currency":"USD","status":"pending""#))
            for caller in [TestAPI.Caller.user("42"), .admin] {
                let shown = try await api.send(.get, "/api/v1/orders/1", as: caller)
                #expect(shown.status == .ok)
                #expect(shown.body == made.body)
            }
            let others = try await api.send(.get, "/api/v1/orders/1", as: .user("7"), headers: [.requestID: "same"])
            let missing = try await api.send(.get, "/api/v1/orders/2", as: .user("7"), headers: [.requestID: "same"])
            #expect(others.status == .notFound)
            #expect(others.body == missing.body)
        }
    }

    @Test("gives the same bytes again under the same key, and refuses the key for another request")
    func idempotency() async throws {
        let good = good
        try await TestAPI.run { api in
            let key: HTTPFields = [.idempotencyKey: "61661212-2001-4840-a89c-35a8d2ea0039"]
            let first = try await api.send(.post, "/api/v1/orders", headers: key, body: good)
            let again = try await api.send(.post, "/api/v1/orders", headers: key, body: good)
            #expect(first.status == .created && again.status == .created)
            #expect(again.body == first.body)
            #expect(first.headers[.idempotencyReplayed] == nil && again.headers[.idempotencyReplayed] == "true")
            let other = try await api.send(.post, "/api/v1/orders", headers: key, body: good + " ")
            #expect(other.problemCode == "idempotency_key_reused")
            let stranger = try await api.send(.post, "/api/v1/orders", as: .user("7"), headers: key, body: good)
            #expect(stranger.status == .created && stranger.body != first.body)
        }
    }

    @Test(
        "refuses a key that is not 1 to 255 visible ASCII characters, or looks like a card number",
        arguments: [
            ("", "invalid_request"), ("a b", "invalid_request"), ("a\tb", "invalid_request"), ("kéy", "invalid_request"),
            (String(repeating: "k", count: 256), "invalid_request"), ("4242424242424242", "card_number_refused"),
            ("4242-4242-4242-4242", "card_number_refused"),
        ]
    )
    func badKeys(key: String, code: String) async throws {
        let good = good
        try await TestAPI.run { api in
            let answer = try await api.send(.post, "/api/v1/orders", headers: [.idempotencyKey: key], body: good)
            #expect(answer.problemCode == code)
            #expect(answer.status == (code == "invalid_request" ? .badRequest : .unprocessableContent))
        }
    }

    @Test(
        "refuses what is no JSON object, by what it is",
        arguments: [
            ("", 400, "invalid_request"), ("{", 400, "invalid_request"), ("amount=1", 400, "invalid_request"),
            (#"{"amount":1,"amount":2,"currency":"USD"}"#, 400, "invalid_request"), ("[]", 422, "invalid_request"),
            ("null", 422, "invalid_request"), (#""text""#, 422, "invalid_request"), ("{}", 422, "invalid_request"),
            (#"{"amount":1,"currency":"USD","description":"4242 4242 4242 4242"}"#, 422, "card_number_refused"),
            (#"{"amount":1,"currency":"USD","metadata":{"4242-4242-4242-4242":"x"}}"#, 422, "card_number_refused"),
            (#"{"amount":1,"currency":"USD","unknown":{"deep":[4242424242424242]}}"#, 422, "card_number_refused"),
        ]
    )
    func bodies(body: String, status: Int, code: String) async throws {
        try await TestAPI.run { api in
            let answer = try await api.send(.post, "/api/v1/orders", body: body)
            #expect(answer.status.code == status)
            #expect(answer.problemCode == code)
            #expect(!String(buffer: answer.body).contains("4242"))
        }
    }

    @Test(
        "wants a body that is called JSON",
        arguments: [
            ("application/json", true), ("application/json; charset=utf-8", true), ("Application/JSON", true),
            ("application/json ;x=y", true),
            ("text/plain", false), ("application/x-www-form-urlencoded", false), ("application/jsonp", false), ("json", false),
            ("", false),
            ("application/problem+json", false),
        ]
    )
    func mediaTypes(mediaType: String, isTaken: Bool) async throws {
        let good = good
        try await TestAPI.run { api in
            let answer = try await api.send(.post, "/api/v1/orders", headers: [.contentType: mediaType], body: good)
            #expect(answer.status == (isTaken ? .created : .unsupportedMediaType))
            #expect(isTaken || answer.problemCode == "unsupported_media_type")
        }
    }

    @Test("takes bodies of up to 384 KiB")
    func size() async throws {
        let good = good
        try await TestAPI.run { api in
            let fits = good + String(repeating: " ", count: 384 * 1024 - good.utf8.count)
            #expect(try await api.send(.post, "/api/v1/orders", body: fits).status == .created)
            let answer = try await api.send(.post, "/api/v1/orders", body: fits + " ")
            #expect(answer.status == .contentTooLarge)
            #expect(answer.problemCode == "payload_too_large")
            #expect(answer.headers[.connection] == "close")
        }
    }
}
