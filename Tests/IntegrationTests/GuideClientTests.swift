import GatewayHarness
import Testing

@Suite("Clients of the original guide", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct GuideClientTests {
    @Test("The guide's Python examples create, pay and refund as printed there")
    func examples() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let output = try await runPython(
            "guide_client.py",
            ["http://127.0.0.1:\(gateway.port)", Token.valid(subject: user.subject), Token.valid(subject: "1", isAdmin: true)]
        )
        let seen = try JSONText(parsing: output)
        let intent = seen["payment_intent"]
        #expect(intent["amount"].decimal == "99.99")
        #expect(intent["currency"].string == "USD")
        #expect(intent["status"].string == "requires_payment_method")
        #expect(seen["client_secret"].string?.isEmpty == false)
        #expect(seen["defaulted_currency"].string == "EUR", "the order's")
        // PaymentTransaction of the guide, all but `deleted_at`.
        let guide = [
            "amount", "created_at", "currency", "error_message", "id", "order_id", "payment_method", "status", "stripe_charge_id",
            "stripe_customer_id", "stripe_payment_intent_id", "updated_at",
        ]
        let members = seen["transaction_members"].elements.compactMap(\.string)
        #expect(Set(guide).isSubset(of: members), "\(members)")
        #expect(seen["refund_status"].integer == 200)
        let message = try #require(seen["message"].string)
        #expect(message.hasPrefix("Refund processed successfully. Refund ID: re_"), "\(message)")

        let order = try #require(seen["order_id"].integer)
        #expect(try await user.get("/orders/\(order)")["status"].string == "partially_refunded")
        let transactions = try await user.get("/payments/transactions?order_id=\(order)")["data"].elements
        #expect(transactions.map { $0["amount_refunded"].decimal } == ["50"])
    }
}
