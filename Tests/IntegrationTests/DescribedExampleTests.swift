import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("The examples of the description, as they stand", .timeLimit(.minutes(10)))
    struct DescribedExampleTests {
        /// An operation that is sent with the examples of its parameters, and with one of its bodies.
        private struct Step: Hashable, CustomStringConvertible {
            var operation: String
            var example: String?

            init(_ operation: String, _ example: String? = nil) {
                self.operation = operation
                self.example = example
            }

            var description: String { operation + (example.map { "/\($0)" } ?? "") }
        }

        /// What a reader does with a new gateway from the first example to the last, and what else may become of the payments.
        private static let stories: [[Step]] = [
            [
                Step("getHealth"), Step("getReadiness"), Step("getSwaggerUI"), Step("getReDoc"), Step("getAsset"),
                Step("createOrder", "smallest"), Step("createOrder", "full"), Step("getOrder"), Step("listOrders"),
                Step("createPaymentIntent", "smallest"), Step("createPaymentIntent", "full"), Step("getPayment"),
                Step("confirmPayment", "declines"), Step("confirmPayment", "action"), Step("confirmPayment", "succeeds"),
                Step("getTransaction"), Step("listTransactions"), Step("listTransactionEvents"),
                Step("refundPayment", "requested"), Step("listRefunds"), Step("capturePayment", "part"),
                Step("receiveWebhook", "succeeded"), Step("listProviders"), Step("reloadProviders"), Step("listProviderCommands"),
                Step("runProviderCommand", "ledger"), Step("getMetrics"), Step("getOpenAPI"),
            ],
            [Step("createOrder", "smallest"), Step("createOrder", "full")]
                + [
                    Step("createPaymentIntent", "smallest"), Step("createPaymentIntent", "full"), Step("capturePayment", "whole"),
                ],
            [Step("createOrder", "smallest"), Step("createPaymentIntent", "shortest"), Step("cancelPayment", "requested")],
        ]

        @Test("They work, in the order of a payment, and answer what is described")
        func work() async throws {
            for story in Self.stories {
                try await withGateway { gateway in
                    let operations = try await DescribedAPI(of: gateway).operations
                    for step in story {
                        let operation = try #require(operations[step.operation], "\(step)")
                        // The payer authorises before the shop captures.
                        if step.operation == "capturePayment" {
                            let path = operation.path.replacing("/capture", with: "/confirm").replacing("/api/v1", with: "")
                            let answer = try await gateway.admin.post(path, #"{"payment_method":"pm_card_visa"}"#)
                            #expect(answer["status"].string == "requires_capture", "\(answer)")
                        }
                        let answer = try await Self.send(step, operation, to: gateway)
                        let example = step.example.map { operation.examples[$0] ?? .null } ?? .null
                        #expect(answer.status == example["x-status"].integer ?? operation.success, "\(step): \(answer)")
                    }
                }
            }
        }

        @Test("There is none that is not tried")
        func all() async throws {
            try await withGateway { gateway in
                // What a page of a provider takes is the provider's to say.
                let operations = try await DescribedAPI(of: gateway).operations.values.filter { !$0.template.contains("/pages/") }
                var shown: Set<Step> = []
                for operation in operations {
                    if operation.examples.isEmpty { shown.insert(Step(operation.id)) }
                    for name in operation.examples.keys { shown.insert(Step(operation.id, name)) }
                }
                #expect(shown == Set(Self.stories.flatMap(\.self)))
            }
        }

        /// Sends an example as user 42, or as an admin where it needs one; a webhook is signed, which no example can be.
        private static func send(
            _ step: Step, _ operation: DescribedAPI.Operation, to gateway: GatewayProcess
        ) async throws
            -> HTTPAnswer
        {
            let body = try step.example.map { try operation.examples[$0, default: .null]["value"].document() }
            if operation.id == "receiveWebhook" {
                var webhook = Webhook("payment_intent.succeeded", intent: "")
                webhook.body = body ?? ""
                return try await webhook.post(to: gateway)
            }
            let isForAdmins = DescribedAPI.forAdmins.contains(operation.id)
            let caller = isForAdmins ? gateway.admin : gateway.user("42")
            var request = HTTPRequest(method: operation.method, path: operation.path, body: body.map { Array($0.utf8) })
            request.headers = [("Authorization", caller.authorization ?? ""), ("Content-Type", "application/json")]
            return try await request.send(toPort: gateway.port)
        }
    }
}
