import Foundation
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("The story of a payment", .timeLimit(.minutes(10)))
struct ExplanationTests {
    private func explanation(_ reference: String, in gateway: TestGateway) async throws -> Explanation {
        try await gateway.store.read { Explanation(try ExplanationRows(of: reference, in: $0)) }
    }

    private func explanation(of order: Order, in gateway: TestGateway) async throws -> Explanation {
        try await explanation("\(try await gateway.transaction(of: order).id)", in: gateway)
    }

    @Test("A payment that was refunded is told from its order to its refund, with the ids of the requests")
    func refunded() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            _ = try await gateway.create(order, request(id: "req-create", key: "k-create"))
            let intent = try #require(try await gateway.transaction(of: order).paymentIntentID)
            gateway.clock.advance(by: .seconds(1))
            _ = try await gateway.confirm(intent, request(id: "req-confirm"))
            gateway.clock.advance(by: .seconds(1))
            _ = try await gateway.refund(intent, amount: "40.00", request(id: "req-refund", key: "k-refund"))

            let told = try await explanation(intent, in: gateway)
            #expect(told == (try await explanation(of: order, in: gateway)), "the number and the intent tell the same")
            #expect(told.status == .partiallyRefunded && told.captured == 10_000 && told.refunded == 4000)
            #expect(told.disputed == 0 && told.refundable == 6000)
            #expect(told.entries.first?.subject == .order)
            #expect(told.entries.map(\.at) == told.entries.map(\.at).sorted())
            let requests = told.entries.filter { $0.subject == .request }
            #expect(requests.map(\.requestID) == ["req-create", "req-confirm", "req-refund"])
            #expect(requests.map(\.idempotencyKey) == ["k-create", nil, "k-refund"])
            #expect(
                told.entries.contains { $0.subject == .refund && $0.text.contains("40.00 USD") && $0.text.contains("succeeded") })
            #expect(told.entries.contains { $0.subject == .provider && $0.text.contains("-> partially_refunded") })
            #expect(told.next.map(\.by) == [.nobody])
        }
    }

    @Test("No client secret is told, neither to people nor to programs")
    func secrecy() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let id = try await gateway.transaction(of: subject.order).id
            try await gateway.store.write { writer in
                let paid = try #require(try writer.transaction(id))
                var row = paid
                row.clientSecret = "pi_1_secret_never_told"
                try writer.updateTransaction(&row, from: paid)
            }
            let told = try await explanation(of: subject.order, in: gateway)
            let json = String(decoding: try JSONEncoder().encode(told), as: UTF8.self)
            #expect(!"\(told)".contains("never_told") && !json.contains("never_told"))
            #expect(json.contains(#""status":"succeeded""#) && json.contains(#""amount_minor":10000"#))
        }
    }

    @Test("An outcome that is not known says when the provider is asked again, and by whom")
    func unknownOutcome() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .fail(.unknown(CallFailure("the connection broke"))))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            let told = try await explanation(of: subject.order, in: gateway)
            #expect(told.next.map(\.by) == [.gateway])
            #expect(told.next.first?.text.contains("operation 2 (confirm)") == true, "\(told.next)")
            #expect(told.entries.contains { $0.text.contains("the connection broke") })
        }
    }

    @Test("What waits for a decision names the command, and the decision is told afterwards")
    func decision() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .fail(.unknown(CallFailure("lost"))), .fail(.unknown(CallFailure("lost"))))
            _ = try await gateway.refund(subject.intent, amount: "40.00")
            gateway.clock.advance(by: .seconds(73 * 3600))
            try await gateway.recover(subject.order)
            let operation = try await gateway.lastOperation(of: subject.order)

            let before = try await explanation(of: subject.order, in: gateway)
            let step = try #require(before.next.first { $0.by == .operator }, "\(before.next)")
            #expect(step.text.contains("gateway operations resolve \(operation.id) --as succeeded|failed"))

            _ = try await gateway.desk.resolve(operation.id, as: Resolution(.failed), note: "case 4711", by: "ann")
            let after = try await explanation(of: subject.order, in: gateway)
            let told = after.entries.filter { $0.subject == .operator }
            #expect(told.contains { $0.text.contains("operator:ann") && $0.text.contains("case 4711") }, "\(after.entries)")
            #expect(after.next.map(\.by) == [.nobody])
        }
    }

    @Test(
        "An open dispute has to be answered by an operator, and one that has ended does not",
        arguments: ["needs_response", "under_review", "warning_needs_response", "won", "lost"])
    func dispute(_ status: String) async throws {
        try await withGateway { gateway in
            let paid = try await gateway.paid()
            let dispute = Dispute(
                id: "dp_1", paymentIntentID: paid.intent, amount: usd(10_000), status: status, reason: "general")
            try await gateway.deliver(event("evt_1", .dispute(dispute)))
            let steps = try await explanation(of: paid.order, in: gateway).next
            let isOpen = status != "won" && status != "lost"
            #expect(steps.contains { $0.by == .operator && $0.text.contains("dp_1") } == isOpen, "\(steps)")
        }
    }

    @Test("A webhook that opens a discrepancy is told with what became of it, and the payment needs a person")
    func contradiction() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            var other = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            other.amount = usd(9999)
            gateway.service.show(other)
            try await gateway.deliver(event("evt_1", "payment_intent.succeeded", .paymentIntent(other)))
            try await gateway.workOffInbox()
            let told = try await explanation(of: subject.order, in: gateway)
            #expect(told.status == .succeeded)
            #expect(
                told.entries.contains { $0.subject == .webhook && $0.text.hasPrefix("evt_1") && $0.text.contains("contradicted") }
            )
            #expect(told.entries.contains { $0.subject == .review })
            #expect(told.next.map(\.by) == [.operator])
        }
    }

    @Test("A payment in each status has a next step", arguments: PaymentStatus.allCases)
    func steps(_ status: PaymentStatus) {
        let time = Timestamp(unixSeconds: 0)
        let transaction = PaymentTransaction(
            id: 1, orderID: 1, userID: "42", provider: "acme", amount: usd(100), captureMethod: .automatic, status: status,
            metadata: [:], createdAt: time, updatedAt: time
        )
        #expect(Explanation(ExplanationRows(transaction: transaction)).next.count == 1)
    }

    @Test("What does not exist is not found, whether by number or by intent", arguments: ["7", "pi_of_nobody", "0", "-1"])
    func notFound(_ reference: String) async throws {
        try await withGateway { gateway in
            await expectRefusal(.notFound) { _ = try await explanation(reference, in: gateway) }
        }
    }
}
