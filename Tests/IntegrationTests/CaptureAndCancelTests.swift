import GatewayHarness
import Testing

@Suite("Capturing and cancelling", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct CaptureAndCancelTests {
    private static let manual = #","capture_method":"manual""#

    @Test("An authorised payment is captured in part, and only that can be refunded")
    func partialCapture() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin("100.00", more: Self.manual)
        let authorised = try await user.confirm(payment)
        #expect(authorised.status == 200, "\(authorised)")
        #expect(authorised["status"].string == "requires_capture")
        #expect(authorised["amount_captured"].decimal == "0")
        #expect(try await user.orderStatus(payment) == "pending")

        let captured = try await gateway.admin.post("/payments/\(payment.intent)/capture", #"{"amount":60.00}"#)
        #expect(captured.status == 200, "\(captured)")
        #expect(captured["status"].string == "succeeded")
        #expect(captured["amount"].decimal == "100")
        #expect(captured["amount_captured"].decimal == "60")
        #expect(try await user.orderStatus(payment) == "completed")

        expectProblem(try await user.refund(payment, "60.01"), 422, "refund_exceeds_captured")
        let refunded = try await user.refund(payment)
        #expect(refunded["amount"].decimal == "60", "\(refunded)")
        #expect(try await user.transaction(payment)["status"].string == "refunded")
    }

    @Test("Without an amount everything is captured, with and without a body", arguments: [nil, "{}", #"{"amount":null}"#])
    func fullCapture(body: String?) async throws {
        let gateway = try GatewayProcess.shared
        let payment = try await gateway.newUser().begin("12.34", more: Self.manual)
        _ = try await gateway.admin.confirm(payment)
        let captured = try await gateway.admin.post("/payments/\(payment.intent)/capture", body)
        #expect(captured.status == 200, "\(captured)")
        #expect(captured["amount_captured"].decimal == "12.34")
    }

    @Test("More than was authorised cannot be captured")
    func tooMuch() async throws {
        let gateway = try GatewayProcess.shared
        let payment = try await gateway.newUser().begin("10.00", more: Self.manual)
        _ = try await gateway.admin.confirm(payment)
        let answer = try await gateway.admin.post("/payments/\(payment.intent)/capture", #"{"amount":10.01}"#)
        #expect(answer.status == 422, "\(answer)")
        #expect(try await gateway.admin.transaction(payment)["status"].string == "requires_capture")
    }

    @Test("What is not authorised cannot be captured")
    func notAuthorised() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        for payment in [try await user.begin(more: Self.manual), try await user.pay()] {
            expectProblem(try await gateway.admin.post("/payments/\(payment.intent)/capture"), 409, "invalid_state")
        }
    }

    @Test("A payment that was not made is canceled, and a new intent may follow")
    func cancel() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin()
        let canceled = try await user.post("/payments/\(payment.intent)/cancel", #"{"reason":"requested_by_customer"}"#)
        #expect(canceled.status == 200, "\(canceled)")
        #expect(canceled["status"].string == "canceled")
        #expect(try await user.orderStatus(payment) == "canceled")
        #expect(try gateway.effects("cancel", object: payment.intent) == 1)
        expectProblem(try await user.confirm(payment), 409, "invalid_state")

        let next = try await user.requestIntent(order: payment.order)
        #expect(next.status == 201, "\(next)")
        #expect(next["payment_intent_id"].string != payment.intent)
        // The canceled attempt stays as history.
        let listed = try await user.get("/payments/transactions?order_id=\(payment.order)")
        #expect(listed["data"].elements.count == 2, "\(listed)")
    }

    @Test("An authorisation is released by a cancel, also by one without a body")
    func releaseAuthorisation() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin(more: Self.manual)
        _ = try await user.confirm(payment)
        let canceled = try await user.post("/payments/\(payment.intent)/cancel")
        #expect(canceled.status == 200, "\(canceled)")
        #expect(canceled["status"].string == "canceled")
    }

    @Test("A payment that was made cannot be canceled or confirmed again")
    func cancelAfterSuccess() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay()
        expectProblem(try await user.post("/payments/\(payment.intent)/cancel", "{}"), 409, "invalid_state")
        expectProblem(try await user.confirm(payment), 409, "invalid_state")
        #expect(try await user.transaction(payment)["status"].string == "succeeded")
    }

    @Test("Of a confirm and a cancel at once, the books and the provider keep the same one", arguments: 0..<5)
    func confirmAgainstCancel(round: Int) async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin()
        let answers = try await atOnce(2) { number in
            number == 0 ? try await user.confirm(payment) : try await user.post("/payments/\(payment.intent)/cancel", "{}")
        }
        for answer in answers { #expect([200, 409].contains(answer.status), "\(answer)") }
        #expect(answers.count { $0.status == 200 } == 1, "\(answers.map(\.status))")
        let won = answers[0].status == 200 ? "succeeded" : "canceled"
        #expect(try await user.get("/payments/\(payment.intent)")["status"].string == won)
        let effects = try gateway.journal(object: payment.intent).compactMap { $0["operation"].string }
        #expect(effects == ["create", won == "succeeded" ? "confirm" : "cancel"])
    }
}
