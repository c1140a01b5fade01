import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    /// Every call of a provider fails in the ways that the description has; `Tests/Contract/check_answers.py` holds the answers
    /// against it.
    @Suite("What goes wrong with a call", .timeLimit(.minutes(10)))
    struct DescribedFaultTests {
        /// A mock that fails where a payment's metadata name the call: `{"refund": "garbage"}`.
        private static var failing: GatewayConfiguration {
            let scenarios = PaymentCall.allCases.flatMap { call in
                ["garbage", "refuse"].map { fault in
                    "{match: {operation: \(call), metadata: {\(call): \(fault)}}, fault: \(fault)}"
                } + ["{match: {operation: \(call), metadata: {\(call): slow}}, delay: 2s}"]
            }
            var configuration = GatewayConfiguration()
            // An event would tell the outcome, which an answer shows where it comes in time.
            configuration.providers = [
                GatewayConfiguration.mock(more: ", webhooks: false, scenarios: [\(scenarios.joined(separator: ", "))]")
            ]
            return configuration
        }

        @Test("An answer that is lost is 202, a provider that is not reached 503, and a request at work 409")
        func calls() async throws {
            try await withGateway(Self.failing) { gateway in
                try await withThrowingTaskGroup { group in
                    for command in PaymentCall.allCases {
                        group.addTask { try await Self.expectUnknown(command, gateway) }
                        group.addTask { try await Self.expectUnreached(command, gateway) }
                        group.addTask { try await Self.expectInFlight(command, gateway) }
                    }
                    try await group.waitForAll()
                }
            }
        }

        private static func expectUnknown(_ command: PaymentCall, _ gateway: GatewayProcess) async throws {
            let request = try await command.request(of: gateway.admin, metadata: #"{"\#(command)":"garbage"}"#)
            let answer = try await request.send()
            #expect(answer.status == 202, "\(command): \(answer)")
            let location = try #require(answer.header("location"), "\(answer)")
            #expect(location.hasPrefix("/api/v1/payments/transactions/"), "\(answer)")
            if command == .refund {
                #expect(answer["status"].string == "unknown" && answer["refund_id"].string == nil, "\(answer)")
                #expect(answer["amount"].decimal == "99.99", "\(answer)")
            } else {
                #expect(answer["status"].string == "processing", "\(answer)")
            }
        }

        private static func expectUnreached(_ command: PaymentCall, _ gateway: GatewayProcess) async throws {
            let request = try await command.request(of: gateway.admin, metadata: #"{"\#(command)":"refuse"}"#)
            let answer = try await request.send()
            expectProblem(answer, 503, "provider_unavailable")
            #expect(answer.header("retry-after") != nil, "\(answer)")
        }

        private static func expectInFlight(_ command: PaymentCall, _ gateway: GatewayProcess) async throws {
            var request = try await command.request(of: gateway.admin, metadata: #"{"\#(command)":"slow"}"#)
            request.key = "slow-\(command)"
            let both = try await [request, request].concurrentMap { try await $0.send() }
            let late = try #require(both.first { $0.status == 409 }, "\(both)")
            expectProblem(late, 409, "idempotency_in_flight")
            #expect(both.contains { $0.status < 300 }, "\(both)")
            // Once there is an answer, it is the same for ever.
            let again = try await request.send()
            #expect(again.header("idempotency-replayed") == "true", "\(again)")
        }

        @Test("A provider that refuses the gateway's credentials is 502")
        func credentials() async throws {
            try await withLocalStripe { stripe in
                var configuration = GatewayConfiguration()
                configuration.providers = [GatewayConfiguration.stripe(base: stripe.base, webhookSecret: "whsec_of_no_use")]
                configuration.defaultProvider = "stripe"
                configuration.variables = ["STRIPE_ENABLED": "true"]
                try await withGateway(configuration, started: false) { gateway in
                    try gateway.folder.write("STRIPE_SECRET_KEY=sk_test_of_localstripe\n", to: ".env")
                    try await gateway.start()
                    var requests: [PaymentCall.Request] = []
                    for command in PaymentCall.allCases { requests.append(try await command.request(of: gateway.admin)) }
                    try gateway.folder.write("STRIPE_SECRET_KEY=rk_test_refused\n", to: ".env")
                    #expect(try await gateway.admin.post("/providers/reload").status == 200)
                    for request in requests { expectProblem(try await request.send(), 502, "provider_misconfigured") }
                }
            }
        }

        @Test("A provider's no is 402 or 422, whatever the call; a webhook that cannot be read now is to be sent again")
        func refusals() async throws {
            let modules = try TemporaryFolder()
            defer { modules.remove() }
            try await ModuleFixture.buildSwift(
                ["refusing.swift"], module: "RefusingProvider", to: modules.path("libRefusing.so"))
            var configuration = GatewayConfiguration()
            configuration.modulesDirectory = modules.url.path
            configuration.providers = ["name: refusing\nmodule: libRefusing.so"]
            configuration.defaultProvider = "refusing"
            try await withGateway(configuration) { gateway in
                for call in PaymentCall.allCases {
                    // Giving up a payment is nothing to be declined.
                    if call != .cancel {
                        let declined = try await call.request(of: gateway.admin, metadata: #"{"\#(call)":"decline"}"#)
                        expectProblem(try await declined.send(), 402, "payment_declined")
                    }
                    let rejected = try await call.request(of: gateway.admin, metadata: #"{"\#(call)":"reject"}"#)
                    expectProblem(try await rejected.send(), 422, "provider_rejected")
                }
                let webhook = try await gateway.anonymous.post("/payments/webhooks/refusing", "{}")
                expectProblem(webhook, 503, "provider_unavailable")
            }
        }

        @Test("Of two reloads at once one is told that another is at work")
        func reloadsAtOnce() async throws {
            try await withGateway { gateway in
                try await eventually("two reloads meet") {
                    let answers = try await atOnce(8) { _ in try await gateway.admin.post("/providers/reload") }
                    #expect(answers.allSatisfy { $0.status == 200 || $0["code"].string == "invalid_state" }, "\(answers)")
                    return answers.contains { $0.status == 409 }
                }
            }
        }

        @Test("The same intent at two providers is 409 for every operation on it, until one is named")
        func ambiguous() async throws {
            var configuration = GatewayConfiguration()
            configuration.providers = ["mock", "mock2"].map { name in
                GatewayConfiguration.mock(named: name).replacing("settings: {", with: "settings: { seed: 7,")
            }
            try await withGateway(configuration) { gateway in
                let first = try await gateway.admin.begin(more: #","provider":"mock""#)
                let second = try await gateway.admin.begin(more: #","provider":"mock2""#)
                try #require(first.intent == second.intent)
                for operation in ["/confirm", "/capture", "/cancel", "/refund"] {
                    expectProblem(try await gateway.admin.post("/payments/\(first.intent)\(operation)"), 409, "ambiguous_intent")
                }
                for operation in ["", "/refunds"] {
                    expectProblem(try await gateway.admin.get("/payments/\(first.intent)\(operation)"), 409, "ambiguous_intent")
                }
            }
        }

        @Test("A database that another process holds is 503 for everything that writes, and nothing was done")
        func lockedDatabase() async throws {
            try await withGateway { gateway in
                var requests: [PaymentCall.Request] = []
                for command in PaymentCall.allCases { requests.append(try await command.request(of: gateway.admin)) }
                requests.append(
                    PaymentCall.Request(path: "/orders", members: #""amount":1,"currency":"USD""#, client: gateway.admin))
                let lock = try ChildProcess(
                    TestPaths.python,
                    [TestPaths.fixtures.appending(path: "lock_sqlite.py").path, gateway.folder.path("var/gateway.db"), "3600"],
                    environment: [:], folder: gateway.folder.url, output: gateway.folder.path("lock.out"),
                    errors: gateway.folder.path("lock.err"))
                do {
                    try await eventually("the database is locked") { gateway.folder.read("lock.out").hasPrefix("locked") }
                    async let webhook = Webhook("payment_intent.succeeded", intent: "pi_1").post(to: gateway)
                    for answer in try await requests.concurrentMap({ try await $0.send() }) + [try await webhook] {
                        expectProblem(answer, 503, "unavailable")
                    }
                    await lock.stop()
                } catch {
                    await lock.stop()
                    throw error
                }
                for request in requests { #expect(try await request.send().status < 300) }
            }
        }

        @Test("Without the web assets the documentation says so, and the API works")
        func noAssets() async throws {
            var configuration = GatewayConfiguration()
            configuration.variables = ["GATEWAY_WEB_ROOT": "/nowhere/at/all"]
            try await withGateway(configuration) { gateway in
                for path in ["/api/docs", "/api/redoc", "/api/openapi.json"] {
                    expectProblem(try await HTTPRequest(path: path).send(toPort: gateway.port), 404, "not_found")
                }
                #expect(try await gateway.admin.get("/orders").status == 200)
            }
        }
    }
}

extension Array where Element: Sendable {
    /// The results of the same work on each element, at once, in their order.
    fileprivate func concurrentMap<Value: Sendable>(
        _ work: @escaping @Sendable (Element) async throws -> Value
    ) async throws -> [Value] {
        try await atOnce(count) { try await work(self[$0]) }
    }
}
