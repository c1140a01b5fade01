import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("An event that differs from the books is fetched, booked and opens a discrepancy", .timeLimit(.minutes(10)))
struct ContradictionTests {
    private func review(of order: Order, in gateway: TestGateway) async throws -> DiscrepancyCode? {
        try await gateway.transaction(of: order).review?.discrepancy.code
    }

    private func expectAlert(in gateway: TestGateway, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(gateway.log.lines.contains { $0.level == .critical }, "an alert", sourceLocation: sourceLocation)
    }

    @Test("A canceled payment that the provider shows as paid is booked as paid, and its order is not completed by it")
    func paidAfterCancel() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            #expect(try await gateway.cancel(subject.intent).status == 200)
            gateway.service.show(intent.now(.succeeded))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent.now(.succeeded))))
            #expect(try await gateway.books(of: subject.order).status == .canceled, "the provider is asked first")
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .pending, captured: 10_000))
            #expect(try await review(of: subject.order, in: gateway) == .paidAfterCancel)
            #expect(gateway.log.results(of: "evt_1").last == "contradicted")
            expectAlert(in: gateway)
            await expectRefusal(.paymentInReview) { try await gateway.create(subject.order) }
            // Money back closes it.
            #expect(try await gateway.refund(subject.intent).status == 200)
            #expect(try await review(of: subject.order, in: gateway) == nil)
            #expect(
                try await gateway.books(of: subject.order)
                    == Books(status: .refunded, order: .refunded, captured: 10_000, refunded: 10_000))
        }
    }

    @Test("A success beside another open payment of the order is a duplicate, and the other one is canceled at the provider")
    func duplicate() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            #expect(try await gateway.cancel(subject.intent).status == 200)
            #expect(try await gateway.create(subject.order).status == 201)
            let second = try #require(try await gateway.transaction(of: subject.order).paymentIntentID)
            gateway.service.show(intent.now(.succeeded))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent.now(.succeeded))))
            try await gateway.workOffInbox()
            let both = try await gateway.store.read { try $0.transactions(orderID: subject.order.id) }
            #expect(both.map(\.status) == [.requiresPaymentMethod, .succeeded])
            #expect(both.last?.review?.discrepancy.code == .duplicatePayment)
            await expectRefusal(.orderAlreadyPaid) { try await gateway.confirm(second) }
            #expect(await gateway.recovery.recoverDue() == 1)
            #expect(gateway.service.intent(second)?.status == .canceled)
            let after = try await gateway.store.read { try $0.transactions(orderID: subject.order.id) }
            #expect(after.map(\.status) == [.canceled, .succeeded])
            #expect(after.last?.review?.discrepancy.code == .paidAfterCancel, "it stands alone now")
            expectAlert(in: gateway)
        }
    }

    @Test("Two payments of an order that are paid: the one that had been canceled is refunded at once where the setting says so")
    func duplicateIsRefunded() async throws {
        try await withGateway(lifecycle: Lifecycle(refundsDuplicates: true)) { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            #expect(try await gateway.cancel(subject.intent).status == 200)
            #expect(try await gateway.create(subject.order).status == 201)
            let second = try #require(try await gateway.transaction(of: subject.order).paymentIntentID)
            #expect(try await gateway.confirm(second).status == 200)
            gateway.service.show(intent.now(.succeeded))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent.now(.succeeded))))
            try await gateway.workOffInbox()
            #expect(await gateway.recovery.recoverDue() == 1)
            #expect(gateway.service.refunds.map(\.paymentIntentID) == [subject.intent])
            let both = try await gateway.store.read { try $0.transactions(orderID: subject.order.id) }
            #expect(both.map(\.status) == [.succeeded, .refunded])
            #expect(both.allSatisfy { $0.review == nil })
            #expect(try await gateway.books(of: subject.order).order == .partiallyRefunded)
        }
    }

    @Test("An event that disagrees with the books changes nothing where the provider agrees with them")
    func refutedEvents() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let intent = try #require(gateway.service.intent(subject.intent))
            var other = intent
            other.amount = usd(9999)
            let (books, lines) = (try await gateway.books(of: subject.order), try await gateway.history(of: subject.order).count)
            for (number, shown) in [intent.now(.canceled), other, intent.now(.processing), intent.declined()].enumerated() {
                try await gateway.deliver(event("evt_\(number)", .paymentIntent(shown)))
                try await gateway.workOffInbox()
            }
            #expect(try await gateway.books(of: subject.order) == books)
            #expect(try await gateway.history(of: subject.order).count == lines)
            #expect(try await review(of: subject.order, in: gateway) == nil)
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    static let captures: [(captured: Int64, code: DiscrepancyCode)] = [
        (1, .capturedLess), (9999, .capturedLess), (10_001, .capturedMore),
    ]

    @Test("The captured amount is the provider's, and another one than was asked for is a discrepancy", arguments: captures)
    func otherCapture(_ line: (captured: Int64, code: DiscrepancyCode)) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            var intent = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            intent.amountCaptured = line.captured
            gateway.service.show(intent)
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            try await gateway.workOffInbox()
            #expect(
                try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .pending, captured: line.captured))
            #expect(try await review(of: subject.order, in: gateway) == line.code)
            expectAlert(in: gateway)
        }
    }

    @Test("An amount that differs opens a discrepancy, which closes by itself once the provider agrees again")
    func otherAmountForAWhile() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(PaymentIntent(id: subject.intent, status: .processing, amount: usd(1)))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: subject.intent)))
            try await gateway.workOffInbox()
            #expect(try await review(of: subject.order, in: gateway) == .amountDiffers)
            #expect(gateway.log.results(of: "evt_1").last == "contradicted")
            expectAlert(in: gateway)
            await expectRefusal(.paymentInReview) { try await gateway.confirm(subject.intent) }
            gateway.service.show(intent.now(.processing))
            try await gateway.deliver(event("evt_2", .paymentIntentReference(id: subject.intent)))
            try await gateway.workOffInbox()
            #expect(try await review(of: subject.order, in: gateway) == nil)
            #expect(try await gateway.history(of: subject.order).last?.type == "review.closed")
        }
    }

    @Test("Nothing of another currency is added to the books")
    func otherCurrency() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let euro = Money(minorUnits: 10_000, currency: try #require(Currency("EUR")))
            var intent = PaymentIntent(id: subject.intent, status: .succeeded, amount: euro)
            intent.amountCaptured = 10_000
            gateway.service.show(intent)
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .processing, order: .pending))
            #expect(try await review(of: subject.order, in: gateway) == .amountDiffers)
            expectAlert(in: gateway)
        }
    }

    @Test("A refund in another currency is not booked")
    func refundInOtherCurrency() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let euro = Money(minorUnits: 100, currency: try #require(Currency("EUR")))
            let refund = Refund(id: "re_x", paymentIntentID: subject.intent, amount: euro, status: .succeeded)
            gateway.service.show(refund)
            try await gateway.deliver(event("evt_1", .refund(refund)))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            #expect(try await gateway.refunds(of: subject.order).isEmpty)
        }
    }

    @Test("A refund of the gateway's own that the provider shows with another amount counts with that amount")
    func refundOfOtherAmount() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .refund(.pending))
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 200)
            var refund = try #require(gateway.service.refunds.first).now(.succeeded)
            refund.amount = usd(4100)
            gateway.service.show(refund)
            try await gateway.deliver(event("evt_1", .refund(refund)))
            try await gateway.workOffInbox()
            let books = try await gateway.books(of: subject.order)
            #expect(books.refunded == 4100 && books.reserved == 0)
            #expect(try await review(of: subject.order, in: gateway) == .amountDiffers)
            expectAlert(in: gateway)
        }
    }

    @Test(
        "A second intent of one creation is a discrepancy", arguments: [PaymentIntent.Status.requiresPaymentMethod, .succeeded])
    func otherIntentThanAnswered(_ status: PaymentIntent.Status) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let answered = try #require(gateway.service.intent(subject.intent))
            var made = PaymentIntent(id: "pi_true", status: status, amount: answered.amount)
            made.operationID = answered.operationID
            gateway.service.show(made)
            try await gateway.deliver(event("evt_1", .paymentIntent(made)))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .requiresPaymentMethod, order: .pending))
            #expect(try await review(of: subject.order, in: gateway) == .objectDiffers)
            #expect(try await gateway.history(of: subject.order).last?.detail?.contains("pi_true") == true)
            expectAlert(in: gateway)
        }
    }

    @Test("A payment in review goes on: it is paid, refunded and disputed, and takes no new charge")
    func reviewedPaymentGoesOn() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(PaymentIntent(id: intent.id, status: .processing, amount: usd(1)))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: intent.id)))
            try await gateway.workOffInbox()
            for kind in [GatewayCore.Operation.Kind.create, .confirm, .capture] {
                await expectRefusal(.paymentInReview) { try await gateway.perform(kind, on: subject) }
            }
            var paid = PaymentIntent(id: intent.id, status: .succeeded, amount: usd(9999))
            paid.amountCaptured = 9999
            gateway.service.show(paid)
            try await gateway.deliver(event("evt_2", .paymentIntent(paid)))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .pending, captured: 9999))
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 200)
            #expect(try await gateway.books(of: subject.order).refunded == 4000)
            #expect(try await review(of: subject.order, in: gateway) == .amountDiffers)
            let id = try await gateway.transaction(of: subject.order).id
            _ = try await gateway.desk.resolvePayment(id, as: .accept, note: "the shop agreed", by: "ann")
            #expect(try await review(of: subject.order, in: gateway) == nil)
            #expect(try await gateway.books(of: subject.order).order == .partiallyRefunded)
        }
    }
}
