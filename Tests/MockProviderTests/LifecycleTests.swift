import ProviderAPI
import ProviderTestKit
import Testing

@Suite("A payment intent")
struct LifecycleTests {
    @Test("keeps what it was created with, and has a client secret of its own")
    func create() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        var request = CreatePaymentIntentRequest(
            amount: Money(minorUnits: 100, currency: try #require(Currency("JPY"))), orderID: 5, userID: "u")
        request.metadata = ["colour": "grün \"quoted\" \n \u{1F600}", "order_id": "not yours"]
        request.customer = "cus_1"
        let intent = try await mock.createPaymentIntent(request, as: .testing("op-1"), in: call)
        #expect(intent.id.hasPrefix("pi_mock_"))
        #expect(intent.clientSecret?.hasPrefix("\(intent.id)_secret_") == true)
        #expect(intent.amount == request.amount)
        #expect(intent.customerID == "cus_1")
        #expect(intent.operationID == "op-1")
        #expect(intent.metadata["colour"] == request.metadata["colour"])
        #expect(intent.metadata["order_id"] == "5" && intent.metadata["user_id"] == "u")
        #expect(try await mock.retrieve(intent.id) == intent)
        #expect(try await mock.findPaymentIntent(createdBy: "op-1", in: call) == intent)
        #expect(try await mock.findPaymentIntent(createdBy: "op-2", in: call) == nil)
    }

    @Test("cannot be made without an amount or above all limits", arguments: [0, -1, Money.maximumMinorUnits + 1])
    func badAmount(minorUnits: Int64) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let refusal = try await rejection { try await mock.create(minorUnits) }
        #expect(refusal.reason == .invalidRequest && refusal.field == "amount")
        #expect(try folder.journal().isEmpty)
    }

    @Test(
        "that doesn't exist is not found",
        arguments: [
            "pi_mock_", "pi_mock_00000000000001", "pi_3PabcStripe", "", "re_mock_00000000000001", "pi_mock_0000000000000-1",
        ]
    )
    func notFound(id: String) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        _ = try await mock.create()
        #expect(try await rejection { try await mock.retrieve(id) }.reason == .notFound)
        #expect(try await rejection { try await mock.confirm(id) }.reason == .notFound)
        #expect(try await rejection { try await mock.cancel(id) }.reason == .notFound)
        #expect(try await rejection { try await mock.retrieveRefund(id, in: call) }.reason == .notFound)
        #expect(try await rejection { try await mock.listRefunds(ofPaymentIntent: id, in: call) }.reason == .notFound)
    }

    @Test("with manual capture is authorised first and captured later, once")
    func manualCapture() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create(capture: .manual)
        let authorised = try await mock.confirm(intent.id)
        #expect(authorised.status == .requiresCapture && authorised.amountCaptured == 0)

        let captured = try await mock.capture(authorised, 5000, as: "first")
        #expect(captured.status == .succeeded && captured.amountCaptured == 5000)
        let refusal = try await rejection { try await mock.capture(authorised, 1, as: "second") }
        #expect(refusal.reason == .invalidState && refusal.code == "payment_intent_unexpected_state")
    }

    @Test("captured in part can be refunded no further than that part")
    func partialCapture() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let authorised = try await mock.confirm(mock.create(capture: .manual).id)
        let captured = try await mock.capture(authorised, 2000)
        #expect(captured.amountCaptured == 2000 && captured.amount.minorUnits == 5000)
        #expect(try await rejection { try await mock.refund(captured, 2001, as: "r1") }.code == "amount_too_large")
        #expect(try await mock.refund(captured, 2000, as: "r2").status == .succeeded)
    }

    @Test("cannot be captured beyond what was authorised, nor for nothing", arguments: [5001, 0, -5])
    func captureBounds(minorUnits: Int64) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let authorised = try await mock.confirm(mock.create(capture: .manual).id)
        let refusal = try await rejection { try await mock.capture(authorised, minorUnits) }
        #expect(refusal.reason == .invalidRequest && refusal.field == "amount")
        #expect(try await mock.retrieve(authorised.id).status == .requiresCapture)
    }

    @Test("cannot be captured in another currency")
    func captureCurrency() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let authorised = try await mock.confirm(mock.create(capture: .manual).id)
        let request = CapturePaymentRequest(
            paymentIntentID: authorised.id, amount: Money(minorUnits: 5000, currency: try #require(Currency("EUR")))
        )
        let refusal = try await rejection { try await mock.capturePayment(request, as: .testing("c"), in: call) }
        #expect(refusal.field == "currency")
    }

    @Test("can be given up before it is paid, and then neither confirmed nor given up again", arguments: [true, false])
    func cancel(authorisedFirst: Bool) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create(capture: .manual)
        if authorisedFirst { _ = try await mock.confirm(intent.id) }
        #expect(try await mock.cancel(intent.id, reason: "abandoned", as: "first").status == .canceled)
        #expect(try await rejection { try await mock.cancel(intent.id, as: "second") }.reason == .invalidState)
        #expect(try await rejection { try await mock.confirm(intent.id, as: "third") }.reason == .invalidState)
        #expect(try await rejection { try await mock.capture(intent, 5000) }.reason == .invalidState)
    }

    @Test("that is paid cannot be given up or paid twice, and the refusal shows it")
    func paidIsFinal() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let paid = try await mock.pay()
        for refusal in [
            try await rejection { try await mock.cancel(paid.id) },
            try await rejection { try await mock.confirm(paid.id, as: "again") },
        ] {
            #expect(refusal.reason == .invalidState && refusal.code == "payment_intent_unexpected_state")
            #expect(refusal.paymentIntent == paid)
        }
    }

    @Test("is given up for a reason that card schemes know, or none")
    func reasons() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create()
        #expect(try await rejection { try await mock.cancel(intent.id, reason: "bored") }.field == "reason")
        #expect(try await mock.cancel(intent.id).status == .canceled)
    }
}
