import GatewayHarness
import Testing

@Suite("Payment intents and their orders", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct IntentRuleTests {
    @Test("An intent for an order that does not exist answers 404")
    func unknownOrder() async throws {
        expectProblem(try await GatewayProcess.shared.newUser().requestIntent(order: 999_999_999), 404, "not_found")
    }

    @Test(
        "The amount of a payment must be its order's, and so must the currency",
        arguments: [
            ("99.98", "USD"), ("100", "USD"), ("99.99", "EUR"), ("0.01", "USD"),
        ])
    func mismatch(amount: String, currency: String) async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let order = try await user.createOrder("99.99", "USD")
        expectProblem(try await user.requestIntent(order: order, amount, currency), 422, "amount_mismatch")
        #expect(try await user.get("/payments/transactions")["data"].elements.isEmpty)
    }

    @Test("The same amount written in another way is the same amount", arguments: ["99.990", #""99.99""#, "9.999e1"])
    func sameAmount(amount: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let order = try await user.createOrder("99.99", "USD")
        let answer = try await user.requestIntent(order: order, amount, "usd")
        #expect(answer.status == 201, "\(answer)")
    }

    @Test("A paid order takes no other payment, not even once it is refunded")
    func paid() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay()
        expectProblem(try await user.requestIntent(order: payment.order), 409, "order_already_paid")
        expectProblem(
            try await user.requestIntent(order: payment.order, more: #","provider":"mock2""#), 409, "order_already_paid")
        _ = try await user.refund(payment)
        expectProblem(try await user.requestIntent(order: payment.order), 409, "order_already_paid")
    }

    @Test("A live intent is handed out again as 200, with its client secret")
    func handedOutAgain() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let order = try await user.createOrder()
        let first = try await user.requestIntent(order: order)
        let second = try await user.requestIntent(order: order)
        #expect(first.status == 201)
        #expect(second.status == 200, "\(second)")
        #expect(try second.json() == first.json())
        let intent = try #require(first["payment_intent_id"].string)
        #expect(try gateway.effects("create", object: intent) == 1)
    }

    @Test(
        "Another provider or capture method while an intent is live is refused",
        arguments: [
            #","capture_method":"manual""#, #","provider":"mock2""#,
        ])
    func otherKind(more: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin()
        expectProblem(try await user.requestIntent(order: payment.order, more: more), 409, "invalid_state")

        // Once the live one is canceled, the other kind is made.
        #expect(try await user.post("/payments/\(payment.intent)/cancel", "{}").status == 200)
        let other = try await user.requestIntent(order: payment.order, more: more)
        #expect(other.status == 201, "\(other)")
        #expect(other["payment_intent_id"].string != payment.intent)
    }

    @Test("A provider that nobody configured is refused by its name")
    func unknownProvider() async throws {
        let user = try GatewayProcess.shared.newUser()
        let order = try await user.createOrder()
        expectProblem(try await user.requestIntent(order: order, more: #","provider":"nobody""#), 422, "unknown_provider")
    }

    @Test("An explicit provider takes the payment; without one the default does")
    func explicitProvider() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.pay(more: #","provider":"mock2""#)
        #expect(try await user.transaction(payment)["provider"].string == "mock2")
        #expect(try gateway.effects("confirm", of: "mock2", object: payment.intent) == 1)
        #expect(try gateway.effects("confirm", of: "mock", object: payment.intent) == 0)
        let byDefault = try await user.begin()
        #expect(try await user.transaction(byDefault)["provider"].string == "mock")
    }

    @Test("All optional fields of an intent are taken, and metadata is kept on the transaction")
    func allFields() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin(
            more: #","provider":"mock","capture_method":"automatic","description":"Row 7","receipt_email":"payer@example.com","#
                + #""statement_descriptor_suffix":"TICKETS","metadata":{"basket":"b-1","größe":"ü"}"#
        )
        let transaction = try await user.transaction(payment)
        #expect(transaction["metadata"]["basket"].string == "b-1")
        #expect(transaction["metadata"]["größe"].string == "ü")
        #expect(!transaction["metadata"].has("gateway_operation_id"), "the gateway's own pairs are not the client's")
    }

    @Test("An intent that nobody made answers 404 on every route", arguments: ["", "/refunds"])
    func unknownIntent(route: String) async throws {
        expectProblem(try await GatewayProcess.shared.newUser().get("/payments/pi_nobody\(route)"), 404, "not_found")
    }

    @Test("Twenty requests at once for one order make one live transaction and one intent at the provider")
    func concurrentCreates() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let order = try await user.createOrder()
        let answers = try await atOnce(20) { _ in try await user.requestIntent(order: order) }
        for answer in answers { #expect([200, 201, 409].contains(answer.status), "\(answer)") }
        #expect(answers.count { $0.status == 201 } == 1, "\(answers.map(\.status))")
        let intents = Set(answers.compactMap { $0["payment_intent_id"].string })
        #expect(intents.count == 1, "\(intents)")

        let listed = try await user.get("/payments/transactions?order_id=\(order)")
        #expect(listed["data"].elements.count == 1, "\(listed)")
        let intent = try #require(intents.first)
        #expect(try gateway.effects("create", object: intent) == 1)
        let created = try gateway.journal().count { entry in
            entry["operation"].string == "create" && entry["payment_intent"]["metadata"]["order_id"].string == "\(order)"
        }
        #expect(created == 1)
    }

    @Test("Ten confirmations at once take the money once")
    func concurrentConfirms() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin()
        let answers = try await atOnce(10) { _ in try await user.confirm(payment) }
        #expect(answers.contains { $0.status == 200 }, "\(answers.map(\.status))")
        for answer in answers { #expect([200, 409].contains(answer.status), "\(answer)") }
        #expect(try gateway.effects("confirm", object: payment.intent) == 1)
        #expect(try await user.transaction(payment)["amount_captured"].decimal == "99.99")
    }
}
