import GatewayHarness
import Testing

@Suite("Refunds", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct RefundTests {
    @Test("Twenty refunds of 30 at once on a payment of 100: three succeed, and the books equal the provider's")
    func concurrentRefunds() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.pay("100.00")
        let answers = try await atOnce(20) { _ in try await user.refund(payment, "30") }
        #expect(answers.count { $0.status == 200 } == 3, "\(answers.map(\.status))")
        for answer in answers where answer.status != 200 { expectProblem(answer, 422, "refund_exceeds_captured") }

        let transaction = try await user.transaction(payment)
        #expect(transaction["amount_refunded"].decimal == "90")
        #expect(transaction["status"].string == "partially_refunded")
        let row = try #require(
            try await gateway.database.rows(
                "SELECT captured, refunded, reserved FROM payment_transactions WHERE id = \(payment.transaction)"
            ).first
        )
        #expect(row["refunded"].integer == 9000)
        #expect(row["reserved"].integer == 0)
        let atProvider = try gateway.journal().filter { entry in
            entry["operation"].string == "refund" && entry["payment_intent"]["id"].string == payment.intent
        }
        #expect(atProvider.count == 3)
        #expect(atProvider.allSatisfy { $0["amount"].integer == 3000 })
    }

    @Test("More than was captured cannot be refunded, and nothing is then")
    func tooMuch() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay("10.00")
        expectProblem(try await user.refund(payment, "10.01"), 422, "refund_exceeds_captured")
        #expect(try await user.transaction(payment)["amount_refunded"].decimal == "0")
        #expect(try await user.refund(payment, "10.00").status == 200)
    }

    @Test("What a dispute holds cannot be refunded until the dispute is won")
    func disputed() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin("10.00")
        #expect(try await user.confirm(payment, "pm_card_createDispute").status == 200)
        try await eventually("the dispute is booked") {
            try await user.transaction(payment)["dispute"]["status"].string == "needs_response"
        }
        let refused = try await user.refund(payment, "4.00")
        expectProblem(refused, 409, "payment_disputed")
        #expect(refused["detail"].string?.contains("At most 0.00 USD") == true, "\(refused)")
        #expect(try await user.transaction(payment)["disputes"].elements.count == 1)
        let explained = try await gateway.command("explain", "\(payment.transaction)")
        #expect(explained.output.contains("disputed 10.00, refundable 0.00"), "\(explained.everything)")
        #expect(
            try gateway.journal().allSatisfy {
                $0["operation"].string != "refund" || $0["payment_intent"]["id"].string != payment.intent
            })

        let won = try await gateway.command(
            "call", "mock", "event", "charge.dispute.closed", "--status", "won", "--intent", payment.intent)
        #expect(won.end == .exited(0), "\(won.everything)")
        try await eventually("the dispute is won") {
            try await user.transaction(payment)["dispute"]["status"].string == "won"
        }
        #expect(try await user.refund(payment, "4.00").status == 200)
    }

    @Test("What was not paid cannot be refunded")
    func notPaid() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin()
        let answer = try await user.refund(payment)
        #expect(answer.status == 409 || answer.status == 422, "\(answer)")
        #expect(["invalid_state", "refund_exceeds_captured"].contains(answer["code"].string ?? ""), "\(answer)")
    }

    @Test("A refund takes a reason and metadata, and lists with its reason")
    func reason() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay("10.00")
        let body = #"{"reason":"requested_by_customer","metadata":{"ticket":"t-1"}}"#
        let answer = try await user.refund(payment, "2.50", json: body)
        #expect(answer.status == 200, "\(answer)")
        let listed = try await user.get("/payments/\(payment.intent)/refunds")["data"].elements
        #expect(listed.map { $0["reason"].string } == ["requested_by_customer"])
        #expect(listed.first?["refund_id"] == answer["refund_id"])
        #expect(isTime(listed.first?["created_at"].string))
    }

    @Test("A refund that the provider calls pending is answered so, and its amount stays reserved")
    func pending() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin("10.00")
        #expect(try await user.confirm(payment, "pm_card_pendingRefund").status == 200)
        let answer = try await user.refund(payment, "6")
        #expect(answer.status == 200, "\(answer)")
        #expect(answer["status"].string == "pending")
        #expect(answer["message"].string == "Refund is pending. Refund ID: \(answer["refund_id"].string ?? "")")
        let order = try await user.get("/orders/\(payment.order)")
        #expect(order["amount_paid"].decimal == "10" && order["amount_refunded"].decimal == "0")
        expectProblem(try await user.refund(payment, "6"), 422, "refund_exceeds_captured")
        #expect(try await user.transaction(payment)["amount_refundable"].decimal == "4")
        let row = try #require(
            try await gateway.database.rows(
                "SELECT refunded, reserved FROM payment_transactions WHERE id = \(payment.transaction)"
            ).first
        )
        #expect((row["refunded"].integer ?? 0) + (row["reserved"].integer ?? 0) == 600, "\(row)")
    }

    @Test("An unknown query parameter is refused by its name")
    func unknownParameter() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay("10.00")
        let answer = try await user.post("/payments/\(payment.intent)/refund?amuont=1")
        expectProblem(answer, 422, "invalid_request", field: "amuont")
        #expect(try await user.transaction(payment)["amount_refunded"].decimal == "0")
    }
}
