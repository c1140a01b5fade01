import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("A gateway that requires an Idempotency-Key")
struct RequiredKeyTests {
    private static let commands = ["create-payment-intent", "pi_1/confirm", "pi_1/capture", "pi_1/cancel", "pi_1/refund"]

    @Test("refuses each payment request without one, and names the header", arguments: commands)
    func missing(command: String) async throws {
        try await TestAPI.run(requiresIdempotencyKey: true) { api in
            let path = "/api/v1/payments/\(command)"
            let body = command.hasPrefix("create") ? #"{"order_id":1,"amount":1}"# : "{}"
            let answer = try await api.send(.post, path, as: .admin, body: body)
            #expect(answer.status == .badRequest)
            #expect(answer.problemCode == "invalid_request")
            #expect(String(buffer: answer.body).contains("The header Idempotency-Key is missing"))
            // With a key, and without the rule, the request gets as far as its payment, which is not there.
            let keyed = try await api.send(.post, path, as: .admin, headers: [.idempotencyKey: "k"], body: body)
            #expect(keyed.problemCode == "not_found")
        }
        try await TestAPI.run { api in
            let body = command.hasPrefix("create") ? #"{"order_id":1,"amount":1}"# : "{}"
            let answer = try await api.send(.post, "/api/v1/payments/\(command)", as: .admin, body: body)
            #expect(answer.problemCode == "not_found")
        }
    }

    @Test("makes orders without one")
    func orders() async throws {
        try await TestAPI.run(requiresIdempotencyKey: true) { api in
            let answer = try await api.send(.post, "/api/v1/orders", body: #"{"amount":1,"currency":"USD"}"#)
            #expect(answer.status == .created)
        }
    }
}
