import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("What is refused before the provider is asked", .timeLimit(.minutes(10)))
struct PaymentRuleTests {
    /// A status that the gateway's books can show, and how a payment gets there.
    enum Stand: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case requiresPaymentMethod, requiresConfirmation, requiresAction, processing, requiresCapture, succeeded, failed, canceled
        case partiallyRefunded, refunded

        var testDescription: String { rawValue }

        /// The commands that fit it.
        var fitting: Set<GatewayCore.Operation.Kind> {
            switch self {
            case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .failed: [.confirm, .cancel]
            case .processing: [.cancel]
            case .requiresCapture: [.capture, .cancel]
            case .succeeded, .partiallyRefunded: [.refund]
            case .refunded, .canceled: []
            }
        }

        var intentStatus: PaymentIntent.Status {
            switch self {
            case .requiresPaymentMethod, .failed: .requiresPaymentMethod
            case .requiresConfirmation: .requiresConfirmation
            case .requiresAction: .requiresAction
            case .processing: .processing
            case .requiresCapture: .requiresCapture
            case .canceled: .canceled
            case .succeeded, .partiallyRefunded, .refunded: .succeeded
            }
        }
    }

    private func subject(_ stand: Stand, in gateway: TestGateway) async throws -> TestGateway.Subject {
        let subject = try await gateway.created()
        let intent = try #require(gateway.service.intent(subject.intent))
        gateway.service.show(stand == .failed ? intent.declined() : intent.now(stand.intentStatus))
        _ = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: admin, requestID: "r")
        if stand == .partiallyRefunded { try #require(try await gateway.refund(subject.intent, amount: "10.00").status == 200) }
        if stand == .refunded { try #require(try await gateway.refund(subject.intent).status == 200) }
        return subject
    }

    @Test("An order whose payment was canceled waits for the next one from the moment that it is asked for")
    func orderWaitsAgain() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            #expect(try await gateway.cancel(subject.intent).status == 200)
            #expect(try await gateway.books(of: subject.order) == Books(status: .canceled, order: .canceled))
            gateway.service.script(.create, .fail(.unknown(CallFailure("torn"))))
            #expect(try await gateway.create(subject.order).status == 202)
            #expect(try await gateway.books(of: subject.order) == Books(status: .processing, order: .pending))
        }
    }

    @Test(
        "A command that does not fit the payment's state is refused, and one that fits is done", arguments: Stand.allCases,
        [.confirm, .capture, .cancel, .refund] as [GatewayCore.Operation.Kind]
    )
    func states(_ stand: Stand, _ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await subject(stand, in: gateway)
            let (calls, books) = (gateway.service.calls.count, try await gateway.books(of: subject.order))
            if stand.fitting.contains(kind) {
                #expect(try await gateway.perform(kind, on: subject).status == 200)
            } else {
                let isFullyRefunded = stand == .refunded && kind == .refund
                await expectRefusal(isFullyRefunded ? .refundExceedsCaptured : .invalidState) {
                    try await gateway.perform(kind, on: subject)
                }
                #expect(gateway.service.calls.count == calls)
                #expect(try await gateway.books(of: subject.order) == books)
            }
        }
    }

    @Test("A part is not refunded by a provider that refunds whole payments only, and nothing is written")
    func wholeRefundsOnly() async throws {
        var capabilities = ScriptedService.everything
        capabilities.partialRefunds = false
        try await withGateway(service: ScriptedService(capabilities: capabilities)) { gateway in
            let subject = try await subject(.succeeded, in: gateway)
            let books = try await gateway.books(of: subject.order)
            await expectRefusal(.invalidRequest) { try await gateway.refund(subject.intent, amount: "10.00") }
            #expect(try await gateway.books(of: subject.order) == books)
            await expectRefusal(.refundExceedsCaptured) { try await gateway.refund(subject.intent, amount: "100.01") }
            #expect(try await gateway.refund(subject.intent).status == 200)
            await expectRefusal(.refundExceedsCaptured) { try await gateway.refund(subject.intent) }
        }
    }

    @Test("The amount of a payment must be its order's, the currency included")
    func amountMismatch() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            let euro = Money(minorUnits: 10_000, currency: try #require(Currency("EUR")))
            for amount in [usd(9999), usd(10_001), euro] {
                await expectRefusal(.amountMismatch) {
                    try await gateway.flow.create(CreatePaymentCommand(orderID: order.id, amount: amount), request())
                }
            }
            await expectRefusal(.notFound) {
                try await gateway.flow.create(CreatePaymentCommand(orderID: 999, amount: usd(1)), request())
            }
            #expect(gateway.service.calls.isEmpty)
        }
    }

    @Test("An amount without a currency is in the order's")
    func ordersCurrency() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            for literal in ["99.99", "100.01"] {
                await expectRefusal(.amountMismatch) {
                    try await gateway.flow.create(
                        CreatePaymentCommand(orderID: order.id, amount: .inOrdersCurrency(literal)), request())
                }
            }
            let error = await #expect(throws: GatewayError.self) {
                try await gateway.flow.create(
                    CreatePaymentCommand(orderID: order.id, amount: .inOrdersCurrency("100.001")), request())
            }
            #expect(error?.fields == [GatewayError.Field("amount", "USD has at most 2 decimals.")])
            #expect(gateway.service.calls.isEmpty)
            let answer = try await gateway.flow.create(
                CreatePaymentCommand(orderID: order.id, amount: .inOrdersCurrency("100")), request())
            #expect(answer.status == 201)
        }
    }

    @Test("An unknown provider is refused with the names of those there are")
    func unknownProvider() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            let error = await #expect(throws: GatewayError.self) { try await gateway.create(order, provider: "nobody") }
            #expect(error?.code == .unknownProvider)
            #expect(error?.fields == [GatewayError.Field("provider", "These take new payments: acme, other.")])
        }
    }

    @Test("A live payment is handed out again with its secret, and not beside one of other terms")
    func liveIntent() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            #expect(try await gateway.create(subject.order).text.hasPrefix("handed out 1 requires_payment_method"))
            #expect(try await gateway.create(subject.order, provider: "acme").status == 200)
            await expectRefusal(.invalidState) { try await gateway.create(subject.order, provider: "other") }
            await expectRefusal(.invalidState) { try await gateway.create(subject.order, capture: .manual) }
            #expect(gateway.service.calls.count == 1 && gateway.other.calls.isEmpty)
        }
    }

    @Test("Only admins capture, and not more than was authorised")
    func capture() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.authorised()
            await expectRefusal(.forbidden) { try await gateway.capture(subject.intent, request(owner)) }
            await expectRefusal(.invalidRequest) { try await gateway.capture(subject.intent, amount: "100.01") }
            #expect(gateway.service.effects(.capture) == 0)
        }
    }

    @Test("An amount that is none is refused by its field", arguments: ["0", "-1", "abc", "1.001", "1e400", ""])
    func refundAmount(_ literal: String) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let error = await #expect(throws: GatewayError.self) { try await gateway.refund(subject.intent, amount: literal) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.fields.map(\.name) == ["amount"])
            #expect(try await gateway.books(of: subject.order).reserved == 0)
        }
    }

    @Test("What the provider cannot do is refused, and nothing stays reserved")
    func capabilities() async throws {
        try await withGateway(service: ScriptedService(capabilities: ProviderCapabilities())) { gateway in
            let subject = try await gateway.paid()
            await expectRefusal(.providerRejected) { try await gateway.refund(subject.intent) }
            let order = try await gateway.order()
            await expectRefusal(.invalidRequest) { try await gateway.create(order, capture: .manual) }
            let webhook = try ScriptedService.webhook(event("evt_1", .other), at: gateway.clock.now())
            await expectRefusal(.notFound) { try await gateway.webhooks.receive(webhook, from: "acme", requestID: "r") }
        }
        var wholeOnly = ProviderCapabilities()
        wholeOnly.refunds = true
        wholeOnly.manualCapture = true
        try await withGateway(service: ScriptedService(capabilities: wholeOnly)) { gateway in
            let paid = try await gateway.paid()
            await expectRefusal(.invalidRequest) { try await gateway.refund(paid.intent, amount: "40.00") }
            #expect(try await gateway.books(of: paid.order).reserved == 0)
            #expect(try await gateway.refund(paid.intent).status == 200)
        }
        try await withGateway(service: ScriptedService(capabilities: wholeOnly)) { gateway in
            let authorised = try await gateway.authorised()
            await expectRefusal(.invalidRequest) { try await gateway.capture(authorised.intent, amount: "40.00") }
            #expect(try await gateway.capture(authorised.intent).status == 200)
        }
    }
}
