import PaynowProvider
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("The provider against the simulator", .serialized, .timeLimit(.minutes(10)))
struct SimulatorTests {
    @Test(
        "A payer pays, pays in two steps, or gives up; a poll tells which",
        arguments: [
            (["pay"], PaymentIntent.Status.succeeded), (["send", "hold"], .succeeded), (["send"], .requiresAction),
            ([], .requiresAction),
            (["cancel"], .canceled), (["pay", "dispute"], .succeeded),
        ])
    func payment(actions: [String], end: PaymentIntent.Status) async throws {
        try await withSimulator { service in
            let (intent, page) = try await create(with: service)
            #expect(intent.status == .requiresAction)
            for action in actions { #expect(try await URLSessionTransport.press(action, on: page) == 200) }
            let polled = try await service.retrievePaymentIntent(intent.id, in: .testing())
            #expect(polled.id == intent.id)
            #expect(polled.status == end)
            #expect(polled.amount == intent.amount)
            #expect(polled.operationID == "op_1")
            let confirmed = try await service.confirmPayment(
                ConfirmPaymentRequest(paymentIntentID: intent.id), as: .testing("op_2"), in: .testing())
            #expect(confirmed == polled)
        }
    }

    @Test("What is cancelled cannot be paid")
    func cancelled() async throws {
        try await withSimulator { service in
            let (_, page) = try await create(with: service)
            #expect(try await URLSessionTransport.press("cancel", on: page) == 200)
            #expect(try await URLSessionTransport.press("pay", on: page) == 409)
        }
    }

    @Test("A refund is found once Paynow has made it")
    func refund() async throws {
        try await withSimulator { service in
            let (intent, page) = try await create(with: service)
            #expect(try await URLSessionTransport.press("pay", on: page) == 200)
            #expect(try await service.listRefunds(ofPaymentIntent: intent.id, in: .testing()) == [])
            #expect(try await URLSessionTransport.press("refund", on: page) == 200)
            let refunds = try await service.listRefunds(ofPaymentIntent: intent.id, in: .testing())
            #expect(refunds.map(\.amount) == [intent.amount])
        }
    }

    @Test("A creation is found by its operation, and a second one for it is refused")
    func lostCreation() async throws {
        try await withSimulator { service in
            #expect(try await service.findPaymentIntent(createdBy: "op_1", in: .testing()) == nil)
            let (intent, _) = try await create(with: service)
            let found = try await service.findPaymentIntent(createdBy: "op_1", in: .testing())
            #expect(found?.id == intent.id)
            await #expect(throws: ProviderError.self) { _ = try await create(with: service) }
        }
    }

    @Test("A key that is not the integration's is the operator's mistake, and how the right hash begins is not passed on")
    func wrongKey() async throws {
        let simulator = try Simulator()
        defer { simulator.end() }
        let service = try await Self.service(at: simulator, key: "k-2")
        let error = await #expect(throws: ProviderError.self) { _ = try await create(with: service) }
        guard case .rejected(let rejection) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(rejection.reason == .authentication)
        #expect(rejection.message.hasSuffix("Hash should start with: [hash]"))
    }

    private func create(with service: any PaymentService) async throws -> (PaymentIntent, page: String) {
        let amount = Money(minorUnits: 1250, currency: try #require(Currency("USD")))
        let request = CreatePaymentIntentRequest(amount: amount, orderID: 7, userID: "42")
        let intent = try await service.createPaymentIntent(request, as: .testing("op_1"), in: .testing())
        return (intent, try #require(intent.nextAction?.redirectURL))
    }

    private func withSimulator(_ body: (any PaymentService) async throws -> Void) async throws {
        let simulator = try Simulator()
        defer { simulator.end() }
        try await body(try await Self.service(at: simulator, key: "k-1"))
    }

    private static func service(at simulator: Simulator, key: String) async throws -> any PaymentService {
        // Foundation's client follows redirects: so the payer returns to the simulator, not to a shop that does not exist.
        let own: [String: SettingValue] = [
            "api_base": .string(simulator.base), "return_url": .string("\(simulator.base)/Payment/ConfirmPayment/9510"),
            "integration_keys": .list([.string(key)]),
        ]
        let settings = SettingsTests.usual.merging(own) { $1 }
        return try await PaynowModule().makeService(host: .testing(settings: settings, http: URLSessionTransport()))
    }
}
