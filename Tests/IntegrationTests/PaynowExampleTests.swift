import Foundation
import GatewayHarness
import ProviderAPI
import Testing

extension OneAtATime {
    /// The first test builds the example, which takes a while on a machine that has not built it before.
    @Suite("The example PaynowProvider", .timeLimit(.minutes(30)))
    struct PaynowExampleTests {
        @Test("A payer pays on Paynow's page, and its status update completes the order")
        func payment() async throws {
            try await PaynowExample.serve { example in
                let user = example.gateway.newUser()
                let (payment, page) = try await Self.begin(user)
                let back = try await example.press("pay", on: page)
                #expect(back.status == 303, "\(back)")
                #expect(back.header("location") == "https://shop.example/back")
                try await Self.awaits("succeeded", payment, of: user)

                let transaction = try await user.transaction(payment)
                #expect(transaction["amount_captured"].decimal == "99.99")
                #expect(transaction["provider_charge_id"].string == "9510")
                #expect(transaction["next_action"] == .null)
                #expect(try await user.orderStatus(payment) == "completed")
                expectProblem(try await user.refund(payment), 422, "provider_rejected")
            }
        }

        @Test("Where the payer has to go is told until the payer has been there, and nobody but the payer can cancel")
        func waiting() async throws {
            try await PaynowExample.serve { example in
                let user = example.gateway.newUser()
                let (payment, page) = try await Self.begin(user)
                #expect(try await example.press("send", on: page).status == 303)
                let confirmed = try await user.post("/payments/\(payment.intent)/confirm", "{}")
                #expect(confirmed.status == 200, "\(confirmed)")
                expectProblem(
                    try await user.post("/payments/\(payment.intent)/confirm", #"{"payment_method":"pm_card_visa"}"#),
                    422, "provider_rejected", field: "payment_method")
                expectProblem(try await user.post("/payments/\(payment.intent)/cancel", "{}"), 422, "provider_rejected")
                let handedOut = try await user.requestIntent(order: payment.order)
                #expect(handedOut.status == 200, "\(handedOut)")
                for answer in [confirmed, handedOut, try await user.get("/payments/\(payment.intent)")] {
                    #expect(answer["status"].string == "requires_action", "\(answer)")
                    #expect(answer["next_action"]["redirect_url"].string == page, "\(answer)")
                }
            }
        }

        @Test("The creation of a payment says where its payer returns")
        func returnURL() async throws {
            try await PaynowExample.serve { example in
                let back = "https://shop.example/orders/7"
                let (_, page) = try await Self.begin(example.gateway.newUser(), more: #","return_url":"\#(back)""#)
                #expect(try await example.press("pay", on: page).header("location") == back)
            }
        }

        @Test("A status update that gets lost is made up for by asking")
        func poll() async throws {
            try await PaynowExample.serve { example in
                let user = example.gateway.newUser()
                let (payment, page) = try await Self.begin(user)
                #expect(try await example.press("pay", on: page, notify: false).status == 303)
                #expect(try await user.transaction(payment)["status"].string == "requires_action")
                #expect(try await user.get("/payments/\(payment.intent)")["status"].string == "succeeded")
                #expect(try await user.orderStatus(payment) == "completed")
            }
        }

        @Test("A payer who gives up leaves the order payable")
        func cancellation() async throws {
            try await PaynowExample.serve { example in
                let user = example.gateway.newUser()
                let (payment, page) = try await Self.begin(user)
                #expect(try await example.press("cancel", on: page).status == 303)
                try await Self.awaits("canceled", payment, of: user)
                let again = try await user.requestIntent(order: payment.order)
                #expect(again.status == 201, "\(again)")
                let nextPage = try #require(again["next_action"]["redirect_url"].string)
                #expect(nextPage != page)
                #expect(try await example.press("pay", on: nextPage).status == 303)
                try await eventually("the order is completed") { try await user.orderStatus(payment) == "completed" }
            }
        }

        @Test("A refund that Paynow makes is booked")
        func refund() async throws {
            try await PaynowExample.serve { example in
                let user = example.gateway.newUser()
                let (payment, page) = try await Self.begin(user)
                #expect(try await example.press("pay", on: page).status == 303)
                try await Self.awaits("succeeded", payment, of: user)
                #expect(try await example.press("refund", on: page).status == 303)
                try await Self.awaits("refunded", payment, of: user)
                #expect(try await user.transaction(payment)["amount_refunded"].decimal == "99.99")
            }
        }

        @Test("A forged status update answers 400 and changes nothing")
        func forgery() async throws {
            try await PaynowExample.serve { example in
                let user = example.gateway.newUser()
                let (payment, page) = try await Self.begin(user)
                let fields = [
                    ("reference", "1"), ("paynowreference", "9510"), ("amount", "99.99"), ("status", "Paid"),
                    ("pollurl", "http://127.0.0.1:\(example.port)/Interface/CheckPayment/?guid=\(payment.intent)"),
                ]
                for key in [nil, "a-key-of-nobody"] {
                    let answer = try await example.gateway.anonymous.send(
                        "POST", "/payments/webhooks/paynow", body: Self.message(fields, key: key),
                        headers: [("Content-Type", "application/x-www-form-urlencoded")])
                    expectProblem(answer, 400, "invalid_signature")
                }
                #expect(try await example.gateway.storedWebhooks(containing: payment.intent).isEmpty)
                #expect(try await user.get("/payments/\(payment.intent)")["status"].string == "requires_action")

                // The right hash over the same lie makes the gateway ask, and Paynow says that nobody has paid.
                let answer = try await example.gateway.anonymous.send(
                    "POST", "/payments/webhooks/paynow", body: Self.message(fields, key: PaynowExample.key))
                #expect(answer.status == 200, "\(answer)")
                try await eventually("the event is applied") {
                    try await example.gateway.storedWebhooks(containing: payment.intent).first?["state"] == "applied"
                }
                #expect(try await user.transaction(payment)["next_action"]["redirect_url"].string == page)
            }
        }

        @Test("A creation whose answer was lost is found, and not made twice")
        func lostCreation() async throws {
            try await PaynowExample.serve(losingAnswers: 1) { example in
                let user = example.gateway.newUser()
                let order = try await user.createOrder()
                let answer = try await user.requestIntent(order: order)
                #expect(answer.status == 202, "\(answer)")
                let payment = Payment(order: order, intent: "", transaction: try #require(answer["id"].integer))
                try await Self.awaits("requires_action", payment, of: user)
                // The page was in the lost answer. The payer has it from elsewhere here.
                #expect(try await user.transaction(payment)["next_action"] == .null)
                let page = "http://127.0.0.1:\(example.port)/Payment/ConfirmPayment/951"
                #expect(try await example.press("pay", on: page + "1").status == 409, "there is no second transaction")
                #expect(try await example.press("pay", on: page + "0").status == 303)
                try await Self.awaits("succeeded", payment, of: user)
            }
        }

        @Test("An order in another currency than the integration's is refused before Paynow hears of it")
        func currency() async throws {
            try await PaynowExample.serve { example in
                let user = example.gateway.newUser()
                let order = try await user.createOrder("100", "JPY")
                expectProblem(
                    try await user.requestIntent(order: order, "100", "JPY"), 422, "provider_rejected", field: "currency")
            }
        }

        /// An order, its payment, and where the payer has to go.
        private static func begin(_ user: Client, more: String = "") async throws -> (Payment, page: String) {
            let order = try await user.createOrder()
            let answer = try await user.requestIntent(order: order, more: more)
            try #require(answer.status == 201, "\(answer)")
            #expect(answer["status"].string == "requires_action", "\(answer)")
            #expect(answer["client_secret"] == .null, "\(answer)")
            #expect(answer["next_action"]["type"].string == "redirect_to_url", "\(answer)")
            let payment = Payment(
                order: order, intent: try #require(answer["payment_intent_id"].string, "\(answer)"),
                transaction: try #require(answer["transaction_id"].integer, "\(answer)")
            )
            return (payment, try #require(answer["next_action"]["redirect_url"].string, "\(answer)"))
        }

        private static func awaits(_ status: String, _ payment: Payment, of user: Client) async throws {
            try await eventually("the payment is \(status)") {
                try await user.transaction(payment)["status"].string == status
            }
        }

        /// A message with the hash that a key makes, or none.
        private static func message(_ fields: [(String, String)], key: String?) -> [UInt8] {
            var fields = fields
            if let key {
                fields.append(("hash", SHA512Digest.hex(Array((fields.map(\.1).joined() + key).utf8)).uppercased()))
            }
            let encoded = fields.map { name, value in
                "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            }
            return Array(encoded.joined(separator: "&").utf8)
        }
    }
}
