import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Test tokens")
struct TokenTests {
    @Test(
        "pay",
        arguments: ["pm_card_visa", "pm_card_mastercard", "pm_card_createDispute", "pm_card_pendingRefund", "pm_card_refundFail"]
    )
    func succeeds(token: String) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create(9999)
        #expect(intent.status == .requiresPaymentMethod && intent.amountCaptured == 0 && intent.paymentMethod == nil)

        let paid = try await mock.confirm(intent.id, with: token)
        #expect(paid.status == .succeeded)
        #expect(paid.amountCaptured == 9999)
        #expect(paid.paymentMethod == "card")
        #expect(paid.chargeID?.hasPrefix("ch_mock_") == true)
        #expect(try await mock.retrieve(intent.id) == paid)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let token: String
        let code: String
        let declineCode: String?
        var testDescription: String { token }
    }

    @Test(
        "decline with Stripe's codes, and leave the intent open for another card",
        arguments: [
            Case(token: "pm_card_chargeDeclined", code: "card_declined", declineCode: "generic_decline"),
            Case(token: "pm_card_chargeDeclinedInsufficientFunds", code: "card_declined", declineCode: "insufficient_funds"),
            Case(token: "pm_card_chargeDeclinedFraudulent", code: "card_declined", declineCode: "fraudulent"),
            Case(token: "pm_card_chargeDeclinedExpiredCard", code: "expired_card", declineCode: nil),
            Case(token: "pm_card_chargeDeclinedIncorrectCvc", code: "incorrect_cvc", declineCode: nil),
        ]
    )
    func declines(_ expected: Case) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create()

        let decline = try await decline { try await mock.confirm(intent.id, with: expected.token, as: "first") }
        #expect(decline.code == expected.code)
        #expect(decline.declineCode == expected.declineCode)
        let after = try #require(decline.paymentIntent)
        #expect(after.status == .requiresPaymentMethod && after.amountCaptured == 0)
        #expect(
            after.lastError == PaymentFailure(code: expected.code, declineCode: expected.declineCode, message: decline.message))
        #expect(try await mock.retrieve(intent.id) == after)

        let paid = try await mock.confirm(intent.id, with: "pm_card_visa", as: "second")
        #expect(paid.status == .succeeded && paid.lastError == nil)
        #expect(paid.chargeID != after.chargeID)
    }

    @Test("that the mock doesn't know are refused by the field, with the tokens it knows and without the one sent")
    func unknownToken() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create()
        let refusal = try await rejection { try await mock.confirm(intent.id, with: "4242424242424242") }
        #expect(refusal.reason == .invalidRequest && refusal.field == "payment_method" && refusal.code == "resource_missing")
        #expect(refusal.message.contains("pm_card_visa"))
        #expect(!refusal.message.contains("4242"))
        #expect(try await mock.retrieve(intent.id).status == .requiresPaymentMethod)
    }

    @Test("that are missing are asked for")
    func noToken() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create()
        let refusal = try await rejection { try await mock.confirm(intent.id, with: nil) }
        #expect(refusal.reason == .invalidRequest && refusal.field == "payment_method")
    }

    @Test("of a disputed card open a dispute over the captured amount")
    func dispute() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let mock = try await makeMock(in: folder, clock: clock)
        let start = clock.now()
        let paid = try await mock.pay(1234, with: "pm_card_createDispute")
        #expect(try await mock.listEvents(since: start, in: call).map(\.type) == ["payment_intent.succeeded"])

        clock.advance(by: .seconds(60))
        let events = try await mock.listEvents(since: start, in: call)
        #expect(events.map(\.type) == ["payment_intent.succeeded", "charge.dispute.created"])
        guard case .dispute(let dispute)? = events.last?.subject else { throw ProviderError.unsupported("\(events)") }
        #expect(dispute.paymentIntentID == paid.id && dispute.amount == paid.amount)
        #expect(dispute.status == "needs_response" && dispute.reason == "fraudulent")
        #expect(try await mock.retrieve(paid.id).status == .succeeded)
    }

    @Test("of a card with pending refunds take the amount at once, and settle a second later")
    func pendingRefund() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let mock = try await makeMock(in: folder, clock: clock)
        let paid = try await mock.pay(with: "pm_card_pendingRefund")
        let refund = try await mock.refund(paid, 3000, as: "first")
        #expect(refund.status == .pending)
        #expect(try await mock.retrieveRefund(refund.id, in: call).status == .pending)
        let refusal = try await rejection { try await mock.refund(paid, 2001, as: "second") }
        #expect(refusal.code == "amount_too_large")
        clock.advance(by: .seconds(1))
        #expect(try await mock.retrieveRefund(refund.id, in: call).status == .succeeded)
    }

    @Test("of a card whose refunds fail let the refund succeed first, and free its amount when it fails")
    func refundFails() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let mock = try await makeMock(in: folder, clock: clock)
        let start = clock.now()
        let paid = try await mock.pay(with: "pm_card_refundFail")
        let refund = try await mock.refund(paid, 5000, as: "first")
        #expect(refund.status == .succeeded)

        clock.advance(by: .seconds(60))
        let failed = try await mock.retrieveRefund(refund.id, in: call)
        #expect(failed.status == .failed && failed.failureReason == "expired_or_canceled_card")
        #expect(try await mock.listEvents(since: start, in: call).map(\.type).suffix(2) == ["refund.updated", "refund.failed"])
        #expect(try await mock.refund(paid, 5000, as: "second").status == .succeeded)
    }
}
