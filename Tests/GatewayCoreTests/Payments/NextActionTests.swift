import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@Suite("What the payer has to do", .timeLimit(.minutes(10)))
struct NextActionTests {
    private static let page = NextAction(type: "redirect_to_url", redirectURL: "https://pay.example/1")

    /// How the gateway hears again of an intent that it has.
    enum News: String, CaseIterable, Sendable {
        case refresh, confirm, webhook
    }

    @Test("A provider that tells it once, at the creation, need not repeat it", arguments: News.allCases)
    func kept(_ news: News) async throws {
        try await withGateway { gateway in
            let subject = try await Self.created(in: gateway)
            try await Self.hear(SettlementCase.intent(.requiresAction), of: subject, by: news, in: gateway)
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.status == .requiresAction)
            #expect(transaction.nextAction == Self.page)
        }
    }

    @Test("Another action takes its place", arguments: News.allCases)
    func replaced(_ news: News) async throws {
        try await withGateway { gateway in
            let subject = try await Self.created(in: gateway)
            var intent = SettlementCase.intent(.requiresAction)
            intent.nextAction = NextAction(type: "enter_pin")
            try await Self.hear(intent, of: subject, by: news, in: gateway)
            #expect(try await gateway.transaction(of: subject.order).nextAction == NextAction(type: "enter_pin"))
        }
    }

    @Test(
        "Nothing is left of it in any other status", arguments: News.allCases,
        [.requiresPaymentMethod, .processing, .canceled, .succeeded] as [PaymentIntent.Status])
    func gone(_ news: News, _ status: PaymentIntent.Status) async throws {
        try await withGateway { gateway in
            let subject = try await Self.created(in: gateway)
            try await Self.hear(SettlementCase.intent(status), of: subject, by: news, in: gateway)
            #expect(try await gateway.transaction(of: subject.order).nextAction == nil)
        }
    }

    /// A payment whose creation was answered with a page for the payer.
    private static func created(in gateway: TestGateway) async throws -> TestGateway.Subject {
        var intent = SettlementCase.intent(.requiresAction)
        intent.nextAction = page
        gateway.service.script(.create, .show(intent))
        let subject = try await gateway.created()
        #expect(try await gateway.transaction(of: subject.order).nextAction == page)
        return subject
    }

    private static func hear(
        _ intent: PaymentIntent, of subject: TestGateway.Subject, by news: News, in gateway: TestGateway
    ) async throws {
        gateway.service.show(intent)
        switch news {
        case .refresh:
            _ = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: admin, requestID: "r")
        case .confirm:
            gateway.service.script(.confirm, .show(intent))
            #expect(try await gateway.confirm(subject.intent).status == (intent.status == .canceled ? 409 : 200))
        case .webhook:
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: subject.intent)))
            try await gateway.workOffInbox()
        }
    }
}
