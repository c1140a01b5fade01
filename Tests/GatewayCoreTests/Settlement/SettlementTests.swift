import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import Testing

@Suite("What a provider's outcome means for the books", .timeLimit(.minutes(10)))
struct SettlementTests {
    @Test("A creation is settled by the provider's outcome", arguments: SettlementCase.creations)
    func creation(_ line: SettlementCase) async throws { try await check(line) }

    @Test("A confirmation is settled by the provider's outcome", arguments: SettlementCase.confirmations)
    func confirmation(_ line: SettlementCase) async throws { try await check(line) }

    @Test("A capture is settled by the provider's outcome", arguments: SettlementCase.captures)
    func capture(_ line: SettlementCase) async throws { try await check(line) }

    @Test("A cancellation is settled by the provider's outcome", arguments: SettlementCase.cancellations)
    func cancellation(_ line: SettlementCase) async throws { try await check(line) }

    @Test("A refund is settled by the provider's outcome", arguments: SettlementCase.refunds)
    func refund(_ line: SettlementCase) async throws { try await check(line) }

    private func check(_ line: SettlementCase) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: line.kind)
            gateway.service.script(line.kind, line.step)
            let answer = try await gateway.perform(line.kind, on: subject, request(key: "k"))

            #expect(answer.status == line.status)
            #expect(answer.location == (line.status == 202 ? try await gateway.transaction(of: subject.order).id : nil))
            #expect((answer.retryAfterSeconds != nil) == [202, 503].contains(line.status))
            let operation = try await gateway.lastOperation(of: subject.order)
            #expect(operation.kind == line.kind)
            #expect(operation.state == line.operation)
            #expect(try await gateway.books(of: subject.order) == line.books)
            let last = try #require(try await gateway.history(of: subject.order).last)
            #expect(last.type == line.line)
            #expect(last.actor == "gateway")
            #expect(last.toStatus == HistoryStatus(line.books.status))
            #expect(last.operationID == operation.id)

            let key = try await gateway.remembered("k")
            switch line.status {
            case 202: #expect(key?.answer == nil && key?.operationID == operation.id)
            case 503: #expect(key == nil)
            default: #expect(key?.answer == answer.stored)
            }
        }
    }

    @Test("A whole refund leaves the payment and its order refunded")
    func wholeRefund() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            #expect(try await gateway.refund(subject.intent).status == 200)
            #expect(
                try await gateway.books(of: subject.order)
                    == Books(status: .refunded, order: .refunded, captured: 10_000, refunded: 10_000)
            )
        }
    }

    @Test("A partial capture takes what it says and no more can be refunded")
    func partialCapture() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.authorised()
            #expect(try await gateway.capture(subject.intent, amount: "60.00").status == 200)
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 6000))
            #expect(try await status { try await gateway.refund(subject.intent, amount: "60.01") } == 422)
            #expect(try await gateway.refund(subject.intent, amount: "60.00").status == 200)
            #expect(try await gateway.books(of: subject.order).status == .refunded)
        }
    }

    @Test("A decline is told with the provider's code, and the books keep why")
    func declineIsKept() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .fail(SettlementCase.decline()))
            #expect(try await gateway.confirm(subject.intent).text.hasPrefix("paymentDeclined: The card was declined."))
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.errorCode == "card_declined")
            #expect(transaction.declineCode == "insufficient_funds")
            #expect(transaction.errorMessage == "The card was declined.")
            #expect(try await gateway.confirm(subject.intent).status == 200, "a declined attempt may be followed by another")
            let paid = try await gateway.transaction(of: subject.order)
            #expect(paid.status == .succeeded)
            #expect(paid.errorCode == nil && paid.declineCode == nil && paid.errorMessage == nil)
        }
    }

    @Test(
        "A provider that captured another amount than was asked for is believed, and a person has to look",
        arguments: [9999, 10_001])
    func otherAmount(_ cents: Int64) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .show(PaymentIntent(id: subject.intent, status: .succeeded, amount: usd(cents))))
            #expect(try await gateway.confirm(subject.intent).status == 200)
            let books = try await gateway.books(of: subject.order)
            #expect(books == Books(status: .succeeded, order: .pending, captured: cents))
            #expect(try await gateway.transaction(of: subject.order).review?.discrepancy.code == .amountDiffers)
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
            #expect(gateway.log.lines.contains { $0.level == .critical })
        }
    }

    @Test("Where the outcome cannot be written for good the operation stays open, and the client is told 202")
    func diskFullAtTheEnd() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.store.script(nil, .inDoubt("killed"))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            #expect(try await gateway.lastOperation(of: subject.order).state == .pending)
            #expect(try await gateway.restartAndRecover() == 1)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
            #expect(gateway.service.effects(.confirm) == 1)
        }
    }

    @Test("A database that fails altogether after the provider was called is answered as not known, never as not done")
    func outageAfterCall() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.store.failAll(afterWrites: 1)
            let answer = try await gateway.confirm(subject.intent)
            gateway.store.failAll(afterWrites: nil)
            #expect(answer.stored.status == 202)
            #expect(answer.location != nil)
            #expect(gateway.service.intent(subject.intent)?.status == .succeeded)
        }
    }

    @Test("Where nothing can be written the provider is not called")
    func diskFullAtTheStart() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.store.script(.unavailable("the disk is full"))
            await #expect(throws: StoreError.unavailable("the disk is full")) { try await gateway.confirm(subject.intent) }
            #expect(gateway.service.calls.count == 1, "the creation only")
        }
    }
}
