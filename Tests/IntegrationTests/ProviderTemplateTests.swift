import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    /// What an author of a provider has in the first hour.
    @Suite("A provider from `gateway provider new`", .timeLimit(.minutes(30)))
    struct ProviderTemplateTests {
        @Test("It builds and passes its own tests and the suite of conformance as it was made")
        func tests() async throws {
            try await AcmePackage.shared.build()
            let result = try await AcmePackage.shared.swift("test", "--skip-build")
            #expect(result.end == .exited(0), "\(result.everything)")
            #expect(result.everything.contains("Acme keeps every rule of the contract"))
        }

        @Test("Its own providers.yaml is one that a gateway takes, with nothing set")
        func configuration() async throws {
            try await AcmePackage.shared.build()
            let file = AcmePackage.shared.folder.appending(path: "providers.yaml").path
            let result = try await run(TestPaths.gateway, ["check", "--config", file])
            #expect(result.end == .exited(0), "\(result.everything)")
            #expect(result.output.contains("1 of 1 provider enabled"), "\(result.everything)")
        }

        @Test("`gateway certify` passes it as it was made")
        func certification() async throws {
            try await AcmePackage.shared.build()
            let module = AcmePackage.shared.modules.appending(path: "libAcmeProvider.so").path
            let recording = AcmePackage.shared.folder.appending(path: "Recordings").path
            let result = try await run(
                TestPaths.gateway, ["certify", module, "--recording", recording, "--no-certificate"], within: hangLimit)
            #expect(result.end == .exited(0), "\(result.everything)")
        }

        @Test("It declines a card, takes another, refunds a part and the rest, and its simulator has the same in its books")
        func payment() async throws {
            try await withAcme { gateway, simulator in
                let user = gateway.newUser()
                let payment = try await user.begin("99.99")
                #expect(payment.intent.hasPrefix("pay_"))
                let declined = try await user.confirm(payment, "tok_poor")
                expectProblem(declined, 402, "payment_declined")
                #expect(declined["decline_code"].string == "insufficient_funds", "\(declined)")
                let paid = try await user.confirm(payment, "tok_ok")
                #expect(paid.status == 200 && paid["status"].string == "succeeded", "\(paid)")
                #expect(paid["provider"].string == "acme" && paid["amount_captured"].decimal == "99.99", "\(paid)")
                #expect(try await user.orderStatus(payment) == "completed")

                let part = try await user.refund(payment, "50.00")
                #expect(part.status == 200, "\(part)")
                #expect(try await user.transaction(payment)["status"].string == "partially_refunded")
                let rest = try await user.refund(payment)
                #expect(rest["amount"].decimal == "49.99", "\(rest)")
                #expect(try await user.orderStatus(payment) == "refunded")

                let kept = try await simulator.get("/v1/payments/\(payment.intent)")
                #expect(kept["amount"].integer == 9999 && kept["currency"].string == "USD" && kept["status"].string == "paid")
                #expect(kept["metadata"]["order_id"].string == "\(payment.order)")
                let refunds = try await simulator.get("/v1/refunds?payment=\(payment.intent)")["refunds"].elements
                #expect(Set(refunds.map { $0["amount"].integer }) == [5000, 4999])
                #expect(!gateway.everythingWritten.contains("simulator-key"))
                #expect(!gateway.everythingWritten.contains("simulator-webhook-secret"))
            }
        }

        @Test("An authorised payment is captured in part, and one that is not captured is given up")
        func capture() async throws {
            try await withAcme { gateway, simulator in
                let user = gateway.newUser()
                let manual = #","capture_method":"manual""#
                let payment = try await user.begin("1.250", "KWD", more: manual)
                #expect(try await user.confirm(payment, "tok_ok")["status"].string == "requires_capture")
                let captured = try await gateway.admin.post("/payments/\(payment.intent)/capture", #"{"amount":1.005}"#)
                #expect(captured["amount_captured"].decimal == "1.005", "\(captured)")
                #expect(try await simulator.get("/v1/payments/\(payment.intent)")["captured"].integer == 1005)

                let other = try await user.begin("1.250", "KWD", more: manual)
                _ = try await user.confirm(other, "tok_ok")
                let canceled = try await user.post("/payments/\(other.intent)/cancel")
                #expect(canceled["status"].string == "canceled", "\(canceled)")
                #expect(try await simulator.get("/v1/payments/\(other.intent)")["status"].string == "voided")
                expectProblem(try await user.post("/payments/\(payment.intent)/cancel"), 409, "invalid_state")
            }
        }

        @Test("A payment and a refund that take their time are finished by webhook")
        func slow() async throws {
            try await withAcme { gateway, _ in
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                #expect(try await user.confirm(payment, "tok_slow")["status"].string == "processing")
                try await eventually("the payment is booked") { try await user.orderStatus(payment) == "completed" }
                let refund = try await user.refund(payment, json: #"{"metadata":{"by":"bank"}}"#)
                #expect(refund["status"].string == "pending", "\(refund)")
                try await eventually("the refund is booked") { try await user.orderStatus(payment) == "refunded" }
            }
        }

        @Test("What happens at the provider without the gateway's doing arrives by webhook")
        func webhook() async throws {
            try await withAcme { gateway, simulator in
                let user = gateway.newUser()
                let payment = try await user.begin("12.50", "EUR")
                let elsewhere = try await simulator.post("/v1/payments/\(payment.intent)/confirm", #"{"token":"tok_ok"}"#)
                #expect(elsewhere.status == 200, "\(elsewhere)")
                try await eventually("the payment is booked") { try await user.orderStatus(payment) == "completed" }
                try await eventually("the event is applied") {
                    try await gateway.storedWebhooks(containing: payment.intent).contains { row in
                        row["event"]?.contains("payment.paid") == true && row["state"] == "applied"
                    }
                }
            }
        }

        @Test("A payer who has to prove who they are is sent to the provider's page, and the payment goes on from there")
        func challenge() async throws {
            try await withAcme { gateway, simulator in
                let user = gateway.newUser()
                let payment = try await user.begin("500", "JPY")
                let answer = try await user.confirm(payment, "tok_3ds")
                #expect(answer["status"].string == "requires_action", "\(answer)")
                let page = try #require(answer["next_action"]["redirect_url"].string, "\(answer)")
                let opened = try await simulator.get(page.replacing("http://127.0.0.1:\(simulator.port)", with: ""))
                #expect(opened.status == 200, "\(opened)")
                try await eventually("the payment is booked") { try await user.orderStatus(payment) == "completed" }
            }
        }

        @Test(
            "A folder that holds something, a name that is none and an SDK that is not there are refused, and nothing is written")
        func refusals() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try folder.write("mine", to: "acme/notes")
            for (arguments, code, told) in [
                (["acme"], 1, "is there already"), (["Acme Pay"], 64, "lower-case letters and digits"),
                (["stripe"], 64, "is taken"),
                (["other", "--sdk", "nowhere"], 1, "does not hold ProviderAPI/ and ProviderTestKit/"),
            ] as [([String], Int32, String)] {
                let result = try await run(TestPaths.gateway, ["provider", "new"] + arguments, in: folder.url)
                #expect(result.end == .exited(code) && result.errors.contains(told), "\(arguments): \(result.everything)")
            }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted() == ["acme", "acme/notes"])
        }
    }
}
