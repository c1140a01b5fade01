import GatewayCore
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("What contradicts the books goes to a person, and is never applied silently", .timeLimit(.minutes(10)))
struct ContradictionTests {
    @Test("A success of a canceled payment goes to review, in whichever order the two arrive", arguments: [true, false])
    func successOnCanceled(_ successFirst: Bool) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            let news = [
                event("evt_s", .paymentIntent(intent.now(.succeeded))), event("evt_c", .paymentIntent(intent.now(.canceled))),
            ]
            for event in successFirst ? news : news.reversed() { try await gateway.deliver(event) }
            // The provider itself says what the later event says.
            gateway.service.show(intent.now(successFirst ? .canceled : .succeeded))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order).status == .manualReview)
            #expect((gateway.log.results(of: "evt_s") + gateway.log.results(of: "evt_c")).contains("contradicted"))
            expectAlert(in: gateway)
        }
    }

    @Test("An event of another end than the books have changes nothing where the provider agrees with the books")
    func refutedEnd() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(intent.now(.succeeded))
            try await gateway.deliver(event("evt_s", .paymentIntent(intent.now(.succeeded))))
            try await gateway.workOffInbox()
            try await gateway.deliver(event("evt_c", .paymentIntent(intent.now(.canceled))))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
            #expect(try await gateway.books(of: subject.order).order == .completed)
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("Less captured than was asked for goes to review where the payment captures automatically")
    func capturedTooLittle() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            var intent = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            intent.amountCaptured = 1
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            #expect(try await gateway.books(of: subject.order).status == .manualReview)
            expectAlert(in: gateway)
        }
    }

    @Test("A success of an intent that another has superseded goes to review, and the other stays")
    func successOnSuperseded() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            #expect(try await gateway.cancel(subject.intent).status == 200)
            #expect(try await gateway.create(subject.order).status == 201)
            gateway.service.show(intent.now(.succeeded))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent.now(.succeeded))))
            try await gateway.workOffInbox()
            let both = try await gateway.store.read { try $0.transactions(orderID: subject.order.id) }
            #expect(both.map(\.status) == [.requiresPaymentMethod, .manualReview])
            #expect(try await gateway.books(of: subject.order).order != .completed)
            expectAlert(in: gateway)
        }
    }

    static let amounts = [usd(9999), usd(10_001), Currency("EUR").map { Money(minorUnits: 10_000, currency: $0) } ?? usd(0)]

    @Test("Another amount or currency goes to review, and the order is not paid", arguments: amounts)
    func otherAmount(_ amount: Money) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            var intent = PaymentIntent(id: subject.intent, status: .succeeded, amount: amount)
            intent.amountCaptured = amount.minorUnits
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            #expect(try await gateway.books(of: subject.order) == Books(status: .manualReview, order: .pending))
            #expect(try await gateway.history(of: subject.order).last?.detail?.contains("\(amount)") == true)
            expectAlert(in: gateway)
        }
    }

    @Test("Another amount that shows when the provider is asked goes to review too")
    func otherAmountWhenAsked() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.show(PaymentIntent(id: subject.intent, status: .processing, amount: usd(1)))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: subject.intent)))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order).status == .manualReview)
            #expect(gateway.log.results(of: "evt_1").last == "contradicted")
            expectAlert(in: gateway)
        }
    }

    @Test("More captured than the payment's amount goes to review")
    func capturedTooMuch() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            var intent = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            intent.amountCaptured = 10_001
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            #expect(try await gateway.books(of: subject.order).status == .manualReview)
        }
    }

    @Test("A refund in another currency goes to review")
    func refundInOtherCurrency() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let euro = Money(minorUnits: 100, currency: try #require(Currency("EUR")))
            let refund = Refund(id: "re_x", paymentIntentID: subject.intent, amount: euro, status: .succeeded)
            try await gateway.deliver(event("evt_1", .refund(refund)))
            #expect(try await gateway.books(of: subject.order).status == .manualReview)
            #expect(try await gateway.refunds(of: subject.order).isEmpty)
            expectAlert(in: gateway)
        }
    }

    @Test("A refund of the gateway's own that the provider shows with another amount goes to review")
    func refundOfOtherAmount() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .refund(.pending))
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 200)
            var refund = try #require(gateway.service.refunds.first).now(.succeeded)
            refund.amount = usd(4100)
            try await gateway.deliver(event("evt_1", .refund(refund)))
            let books = try await gateway.books(of: subject.order)
            #expect(books.status == .manualReview)
            #expect(books.refunded == 0 && books.reserved == 4000)
            expectAlert(in: gateway)
        }
    }

    @Test(
        "An intent of a creation whose answer named another goes to review",
        arguments: [PaymentIntent.Status.requiresPaymentMethod, .succeeded])
    func otherIntentThanAnswered(_ status: PaymentIntent.Status) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let answered = try #require(gateway.service.intent(subject.intent))
            var made = PaymentIntent(id: "pi_true", status: status, amount: answered.amount)
            made.operationID = answered.operationID
            gateway.service.show(made)
            try await gateway.deliver(event("evt_1", .paymentIntent(made)))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .manualReview, order: .pending))
            #expect(try await gateway.history(of: subject.order).last?.detail?.contains("pi_true") == true)
            expectAlert(in: gateway)
        }
    }

    @Test(
        "A refund that the call's answer and an event name differently goes to review, whichever comes first",
        arguments: [true, false])
    func otherRefundThanAnswered(_ eventFirst: Bool) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .actThenWait(gate))
            async let answer = gateway.refund(subject.intent, amount: "40.00")
            await gate.reached()
            var shown = try #require(gateway.service.refunds.first)
            shown.id = "re_true"
            if eventFirst { try await gateway.deliver(event("evt_1", "refund.updated", .refund(shown))) }
            gate.open()
            #expect(try await answer.status == (eventFirst ? 202 : 200))
            if !eventFirst { try await gateway.deliver(event("evt_1", "refund.updated", .refund(shown))) }
            let books = try await gateway.books(of: subject.order)
            #expect(books.status == .manualReview && books.refunded == 4000)
            #expect(try await gateway.refunds(of: subject.order).map(\.providerRefundID) == [eventFirst ? "re_true" : "re_1"])
            expectAlert(in: gateway)
        }
    }

    @Test("A payment under review takes no command and is not moved by news")
    func underReview() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            try await gateway.deliver(
                event("evt_1", .paymentIntent(PaymentIntent(id: intent.id, status: .succeeded, amount: usd(1)))))
            for kind in [GatewayCore.Operation.Kind.create, .confirm, .capture, .cancel, .refund] {
                await expectRefusal(.invalidState) { try await gateway.perform(kind, on: subject) }
            }
            try await gateway.deliver(event("evt_2", .paymentIntent(intent.now(.succeeded))))
            gateway.service.show(intent.now(.succeeded))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .manualReview, order: .pending))
        }
    }

    private func expectAlert(in gateway: TestGateway, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(gateway.log.lines.contains { $0.level == .critical }, "an alert", sourceLocation: sourceLocation)
    }
}
