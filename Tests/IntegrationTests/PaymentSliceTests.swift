import GatewayHarness
import Testing

/// One payment from the order to the last refund, through a module that was loaded at start.
@Suite("A payment, end to end", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct PaymentSliceTests {
    @Test("An order is answered as it was asked for, and waits for its payment")
    func order() async throws {
        let user = try GatewayProcess.shared.newUser()
        let created = try await user.post(
            "/orders", #"{"amount":99.99,"currency":"USD","description":"Two tickets","metadata":{"basket":"b-1"}}"#
        )
        #expect(created.status == 201, "\(created)")
        #expect(created.text.replacing(" ", with: "").contains(#""amount":99.99"#), "\(created)")
        #expect(created["user_id"].string == user.subject)
        #expect(created["currency"].string == "USD")
        #expect(created["status"].string == "pending")
        #expect(created["description"].string == "Two tickets")
        #expect(created["metadata"]["basket"].string == "b-1")
        let id = try #require(created["id"].integer)
        #expect(id >= 1)
        for member in ["created_at", "updated_at"] {
            #expect(isTime(created[member].string), "\(member) of \(created)")
        }
        #expect(try await user.get("/orders/\(id)").json() == created.json())
    }

    @Test("A payment intent is answered with all members of the original guide, and with its review")
    func intent() async throws {
        let user = try GatewayProcess.shared.newUser()
        let order = try await user.createOrder("99.99")
        let created = try await user.requestIntent(order: order, "99.99")
        #expect(created.status == 201, "\(created)")
        #expect(
            try created.json().names == [
                "client_secret", "payment_intent_id", "amount", "currency", "status", "provider", "transaction_id", "review",
            ]
        )
        #expect(created["status"].string == "requires_payment_method")
        #expect(created["provider"].string == "mock")
        #expect(created["currency"].string == "USD")
        #expect(created.text.replacing(" ", with: "").contains(#""amount":99.99"#), "\(created)")
        let intent = try #require(created["payment_intent_id"].string)
        #expect(try #require(created["client_secret"].string).hasPrefix(intent), "\(created)")
    }

    @Test("A confirmed payment completes its order, and database and journal agree")
    func confirm() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin("99.99")
        let confirmed = try await user.confirm(payment)
        #expect(confirmed.status == 200, "\(confirmed)")
        #expect(confirmed["id"].integer == payment.transaction)
        #expect(confirmed["order_id"].integer == payment.order)
        #expect(confirmed["payment_intent_id"].string == payment.intent)
        #expect(confirmed["stripe_payment_intent_id"] == .null, "only at Stripe: \(confirmed)")
        #expect(confirmed["status"].string == "succeeded")
        #expect(confirmed["amount"].decimal == "99.99")
        #expect(confirmed["amount_captured"].decimal == "99.99")
        #expect(confirmed["amount_refunded"].decimal == "0")
        #expect(confirmed["payment_method"].string == "card")
        #expect(confirmed["provider_charge_id"].string?.isEmpty == false)
        #expect(confirmed["error_message"] == .null)
        #expect(!(try confirmed.json().has("client_secret")), "a client secret is handed out by create only")
        #expect(try await user.orderStatus(payment) == "completed")

        let rows = try await gateway.database.rows(
            "SELECT amount, captured, refunded, reserved, status, provider FROM payment_transactions WHERE id = \(payment.transaction)"
        )
        let row = try #require(rows.first)
        #expect(row["amount"].integer == 9999)
        #expect(row["captured"].integer == 9999)
        #expect(row["refunded"].integer == 0)
        #expect(row["reserved"].integer == 0)
        #expect(row["status"].string == "succeeded")
        #expect(row["provider"].string == "mock")

        let journal = try gateway.journal(object: payment.intent)
        #expect(journal.map { $0["amount"].integer }.allSatisfy { $0 == 9999 }, "\(journal)")
        #expect(try gateway.effects("create", object: payment.intent) == 1)
        #expect(try gateway.effects("confirm", object: payment.intent) == 1)
        let keys = journal.compactMap { $0["idempotency_key"].string }
        #expect(keys.count == 2 && keys.allSatisfy { $0.hasPrefix("gw-") }, "\(keys)")
    }

    @Test("The provider's signed webhook is stored and applied")
    func webhook() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.pay()
        try await eventually("the webhook of \(payment.intent) is in the database") {
            try await gateway.storedWebhooks(containing: payment.intent).contains { row in
                row.values.contains { $0.contains("payment_intent.succeeded") }
            }
        }
        let transaction = try await user.transaction(payment)
        #expect(transaction["status"].string == "succeeded")
        #expect(transaction["amount_captured"].decimal == "99.99")
    }

    @Test("A part of a payment is refunded, then the rest, and no more")
    func refunds() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.pay("99.99")

        let part = try await user.refund(payment, "50.00")
        #expect(part.status == 200, "\(part)")
        #expect(part["amount"].decimal == "50")
        #expect(part["currency"].string == "USD")
        #expect(part["status"].string == "succeeded")
        let refund = try #require(part["refund_id"].string)
        #expect(part["message"].string == "Refund processed successfully. Refund ID: \(refund)")
        var transaction = try await user.transaction(payment)
        #expect(transaction["status"].string == "partially_refunded")
        #expect(transaction["amount_refunded"].decimal == "50")
        #expect(try await user.orderStatus(payment) == "partially_refunded")

        let rest = try await user.refund(payment)
        #expect(rest.status == 200, "\(rest)")
        #expect(rest["amount"].decimal == "49.99", "\(rest)")
        transaction = try await user.transaction(payment)
        #expect(transaction["status"].string == "refunded")
        #expect(transaction["amount_refunded"].decimal == "99.99")
        #expect(try await user.orderStatus(payment) == "refunded")

        let more = try await user.refund(payment, "0.01")
        #expect(more.status == 422 || more.status == 409, "\(more)")

        let listed = try await user.get("/payments/\(payment.intent)/refunds")
        #expect(listed.status == 200)
        let amounts = listed["data"].elements.compactMap { $0["amount"].decimal }
        #expect(Set(amounts) == ["50", "49.99"], "\(listed)")
        #expect(listed["data"].elements.allSatisfy { $0["status"].string == "succeeded" }, "\(listed)")
        #expect(Set(listed["data"].elements.compactMap { $0["refund_id"].string }) == [refund, rest["refund_id"].string ?? ""])

        let sum = try await gateway.database.count(
            "SELECT refunded FROM payment_transactions WHERE id = \(payment.transaction)"
        )
        #expect(sum == 9999)
    }

    @Test("The history tells each step, who took it, and what moved")
    func history() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay("20.00")
        _ = try await user.refund(payment, "5")
        let answer = try await user.get("/payments/transactions/\(payment.transaction)/events")
        #expect(answer.status == 200, "\(answer)")
        let events = answer["data"].elements
        #expect(
            events.first.map { $0["type"].string == "create.requested" && $0["from_status"] == .null } == true, "\(answer)")
        #expect(events.contains { $0["to_status"].string == "succeeded" }, "\(answer)")
        #expect(events.contains { $0["to_status"].string == "partially_refunded" && $0["amount"].decimal == "5" }, "\(answer)")
        #expect(events.contains { $0["actor"].string == "user:\(user.subject)" }, "\(answer)")
        #expect(events.allSatisfy { isTime($0["created_at"].string) }, "\(answer)")
    }

    @Test("A payment intent asked for by its id answers the transaction as the provider has it")
    func refresh() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay()
        let answer = try await user.get("/payments/\(payment.intent)")
        #expect(answer.status == 200, "\(answer)")
        #expect(answer["id"].integer == payment.transaction)
        #expect(answer["status"].string == "succeeded")
    }

    @Test("A card that wants 3-D Secure says what the payer has to do", arguments: ["pm_card_threeDSecure2Required"])
    func action(token: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin()
        let answer = try await user.post(
            "/payments/\(payment.intent)/confirm", #"{"payment_method":"\#(token)","return_url":"https://shop.example/back"}"#
        )
        #expect(answer.status == 200, "\(answer)")
        #expect(answer["status"].string == "requires_action")
        #expect(answer["next_action"]["type"].string?.isEmpty == false, "\(answer)")
        #expect(try await user.orderStatus(payment) == "pending")
    }
}
