import GatewayHarness
import Testing

@Suite("gateway erase", .timeLimit(.minutes(10)))
struct EraseTests {
    @Test("A user's data is in no row afterwards, with a gateway running and without, and the books still agree")
    func erase() async throws {
        var configuration = GatewayConfiguration()
        // The mock would post events with the data in them whenever it pleases; a provider's own data is not erased here.
        configuration.providers = [GatewayConfiguration.mock(more: ", webhooks: false")]
        try await withGateway(configuration) { gateway in
            for isRunning in [true, false] {
                let user = gateway.newUser()
                let mark = "Ada-\(user.subject)"
                let more = #","description":"\#(mark)","metadata":{"name":"\#(mark)"}"#
                let order = try await user.post("/orders", #"{"amount":"9.99","currency":"USD"\#(more)}"#, key: mark)
                let id = try #require(order["id"].integer)
                let body = #"{"order_id":\#(id),"amount":"9.99","currency":"USD","metadata":{"name":"\#(mark)"}}"#
                let created = try await user.post("/payments/create-payment-intent", body)
                let intent = try #require(created["payment_intent_id"].string, "\(created)")
                _ = try await user.post("/payments/\(intent)/confirm", #"{"payment_method":"pm_card_visa"}"#)
                let refunded = try await user.post("/payments/\(intent)/refund?amount=1", #"{"metadata":{"name":"\#(mark)"}}"#)
                #expect(refunded.status == 200, "\(refunded)")
                var webhook = Webhook("payment_intent.succeeded", intent: intent, amount: 999)
                webhook.body = webhook.body.replacing(#""metadata":{}"#, with: #""metadata":{"name":"\#(mark)"}"#)
                #expect(try await webhook.post(to: gateway).status == 200)
                if !isRunning { #expect(try await gateway.terminate() == .exited(0)) }
                let asked = try await gateway.command("erase", "--user", user.subject)
                #expect(asked.end == .exited(1) && asked.output.isEmpty, "\(asked.everything)")
                for words in ["nothing was changed", "--yes", "The user \(user.subject) has 1 order in ", "var/gateway.db. "] {
                    #expect(asked.errors.contains(words), "\(words) in \(asked.errors)")
                }
                let owners = try await gateway.database.rows(
                    "SELECT user_id FROM payment_transactions WHERE payment_intent_id = '\(intent)'")
                #expect(owners.first?["user_id"].string == user.subject, "\(owners)")
                let result = try await gateway.command("erase", "--user", user.subject, "--yes", "--json")
                #expect(result.end == .exited(0), "\(result.everything)")
                let report = try JSONText(parsing: result.output)
                #expect(report["orders"].integer == 1 && report["transactions"].integer == 1, "\(result.output)")
                let pseudonym = try #require(report["pseudonym"].string)
                for table in [
                    "orders", "payment_transactions", "operations", "refunds", "webhook_events", "transaction_events",
                ] {
                    for row in try await gateway.database.rows("SELECT * FROM \(table)") {
                        #expect(!"\(row)".contains(mark), "\(table): \(row)")
                    }
                }
                let payments = try await gateway.database.rows(
                    "SELECT amount, captured, refunded, user_id FROM payment_transactions WHERE payment_intent_id = '\(intent)'")
                let payment = try #require(payments.first)
                #expect(
                    payment["amount"].integer == 999 && payment["captured"].integer == 999 && payment["refunded"].integer == 100)
                #expect(payment["user_id"].string == pseudonym)
                let again = try await gateway.command("erase", "--user", user.subject, "--yes")
                #expect(again.end == .exited(1) && again.errors.contains("nothing of a user"), "\(again.everything)")
                guard isRunning else { continue }
                #expect(try await user.get("/orders/\(id)").status == 404)
                // A request that the client repeats has its effect once, though its user is erased.
                let repeated = try await user.post("/orders", #"{"amount":"9.99","currency":"USD"\#(more)}"#, key: mark)
                #expect(repeated["id"].integer == id && repeated.header("idempotency-replayed") == "true", "\(repeated)")
            }
        }
    }
}
