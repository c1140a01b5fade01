import Foundation
import ProviderAPI
import ProviderTestKit
import Testing

@testable import AcmePayProvider

@Suite("Calls")
struct ServiceTests {
    @Test("A payment is created with the operation's key, and with its id as the reference")
    func creation() async throws {
        let harness = try await AcmePayHarness([.json(Wire.payment())])
        var request = CreatePaymentIntentRequest(amount: try .usd(9999), orderID: 7, userID: "42")
        request.metadata = ["basket": "b-1", "order_id": "not the client's to set"]

        let intent = try await harness.service.createPaymentIntent(request, as: .testing("op_1"), in: .testing())

        #expect(intent.id == "pay_1")
        #expect(intent.amount == request.amount)
        #expect(intent.operationID == "op_1")
        let sent = try #require(harness.transport.requests.first)
        #expect(sent.method == "POST" && sent.url == "https://api.acme-pay.example/v1/payments")
        #expect(sent.headers.value(of: "Idempotency-Key") == "gw-test-op_1")
        #expect(sent.headers.value(of: "Authorization") == "Bearer key_unit_tests")
        #expect(
            String(decoding: sent.body, as: UTF8.self)
                == #"{"amount":9999,"capture":"automatic","currency":"USD","metadata":{"basket":"b-1","order_id":"7","user_id":"42"},"#
                + #""reference":"op_1"}"#)
    }

    @Test("An answer with another amount or another reference is no answer: the payment may exist all the same")
    func otherPayment() async throws {
        for answer in [Wire.payment(amount: 9998), Wire.payment(reference: "op_2")] {
            let harness = try await AcmePayHarness([.json(answer)])
            let request = CreatePaymentIntentRequest(amount: try .usd(9999), orderID: 7, userID: "42")
            let error = await #expect(throws: ProviderError.self) {
                try await harness.service.createPaymentIntent(request, as: .testing("op_1"), in: .testing())
            }
            guard case .unknown = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test("Ids and operation ids cannot leave their place in the URL")
    func encoding() async throws {
        let harness = try await AcmePayHarness([.json(Wire.error("not_found"), status: 404), .json(#"{"payments": []}"#)])
        await #expect(throws: ProviderError.self) {
            try await harness.service.retrievePaymentIntent("../keys?a=b", in: .testing())
        }
        #expect(try await harness.service.findPaymentIntent(createdBy: "1&reference=2", in: .testing()) == nil)
        #expect(
            harness.transport.requests.map(\.url) == [
                "https://api.acme-pay.example/v1/payments/%2E%2E%2Fkeys%3Fa%3Db",
                "https://api.acme-pay.example/v1/payments?reference=1%26reference%3D2",
            ])
    }
}
