import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("The mock's 3-D Secure page, in a browser", .timeLimit(.minutes(10)))
    struct PayerPageTests {
        /// Asks for a payment that the payer has to confirm, and opens the page.
        private func challenge(_ user: Client, _ browser: Browser, shop: String) async throws -> (payment: Payment, page: String)
        {
            let payment = try await user.begin("42.50", "EUR")
            let answer = try await user.post(
                "/payments/\(payment.intent)/confirm",
                #"{"payment_method":"pm_card_threeDSecure2Required","return_url":"\#(shop)"}"#)
            #expect(answer.status == 200, "\(answer)")
            #expect(answer["status"].string == "requires_action")
            let page = try #require(answer["next_action"]["redirect_url"].string, "\(answer)")
            try await browser.open(page)
            try await browser.waits(for: "The shop asks for 42.50 EUR.")
            return (payment, page)
        }

        @Test("A payer approves, declines or gives up, comes back to the shop, and the gateway knows")
        func answers() async throws {
            try await withGateway { gateway in
                try await Browser.run { browser in
                    let user = gateway.newUser()
                    let shop = "http://127.0.0.1:\(gateway.port)/healthz"
                    for (button, redirect, status, order) in [
                        ("Approve", "succeeded", "succeeded", "completed"), ("Decline", "failed", "failed", "failed"),
                        ("Give up", "pending", "requires_action", "pending"),
                    ] {
                        let (payment, page) = try await challenge(user, browser, shop: shop)
                        try await browser.press(button)
                        let back = "\(shop)?payment_intent=\(payment.intent)&redirect_status=\(redirect)"
                        try await eventually("the payer is back at the shop") { try await browser.url() == back }
                        try await eventually("the transaction is \(status)") {
                            try await user.transaction(payment)["status"].string == status
                        }
                        #expect(try await user.orderStatus(payment) == order)
                        // Who gave up can think again, as long as the payment waits; who has answered cannot.
                        try await browser.open(page)
                        if button == "Give up" {
                            try await browser.press("Approve")
                            try await eventually("the order is paid") {
                                try await user.orderStatus(payment) == "completed"
                            }
                        } else {
                            try await browser.waits(for: "Nothing to confirm")
                        }
                    }
                }
            }
        }

        @Test("The page shows nothing to press for a payment that was cancelled meanwhile")
        func canceled() async throws {
            try await withGateway { gateway in
                try await Browser.run { browser in
                    let user = gateway.newUser()
                    let (payment, _) = try await challenge(user, browser, shop: "http://127.0.0.1:\(gateway.port)/healthz")
                    #expect(try await user.post("/payments/\(payment.intent)/cancel").status == 200)
                    try await browser.press("Approve")
                    try await browser.waits(for: "Nothing to confirm")
                    #expect(try await user.transaction(payment)["status"].string == "canceled")
                }
            }
        }
    }
}
