import ProviderAPI
import Testing

/// A provider with nothing but the core: what it does not say comes from the contract's defaults.
private struct BareService: PaymentService {
    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        PaymentIntent(id: "pi_1", status: .requiresPaymentMethod, amount: request.amount)
    }

    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        throw .rejected(Rejection(.notFound, message: "no such intent"))
    }

    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .declined(Decline(code: "card_declined", message: "No."))
    }

    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .notSent(CallFailure("no route to host"))
    }

    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        throw .unknown(CallFailure("timed out"))
    }

    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        throw .rejected(Rejection(.invalidSignature, message: "not signed"))
    }
}

/// The same, with refunds that can be listed.
private struct ListingService: PaymentService {
    let refunds: [Refund]
    let bare = BareService()

    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await bare.createPaymentIntent(request, as: operation, in: call)
    }

    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        try await bare.retrievePaymentIntent(id, in: call)
    }

    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await bare.confirmPayment(request, as: operation, in: call)
    }

    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await bare.cancelPayment(request, as: operation, in: call)
    }

    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        try await bare.createRefund(request, as: operation, in: call)
    }

    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        try await bare.verifyWebhookSignature(webhook)
    }

    func listEvents(since: Timestamp, in call: CallContext) async throws(ProviderError) -> [WebhookEvent] {
        [WebhookEvent(id: "evt_1", type: "t", createdAt: since, subject: .other)]
    }

    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        refunds.filter { $0.paymentIntentID == id }
    }
}

@Suite("A provider that has only the core")
struct PaymentServiceDefaultsTests {
    private let service: any PaymentService = BareService()
    private let operation = OperationIdentity(id: "1", idempotencyKey: "key-1")
    private var call: CallContext { CallContext(deadline: .now + .seconds(300), requestID: "req-1") }

    private func money() throws -> Money { Money(minorUnits: 100, currency: try #require(Currency("USD"))) }

    @Test("claims nothing, remembers no keys, is healthy and has no commands")
    func facts() async throws {
        #expect(service.capabilities == ProviderCapabilities())
        #expect(service.idempotencyKeyMemory == .zero)
        #expect(service.commands.isEmpty)
        #expect(await service.health() == ProviderHealth(isHealthy: true))
        try await service.run()
    }

    @Test("adds nothing to a request")
    func resolve() throws {
        let request = ProviderRequest.create(CreatePaymentIntentRequest(amount: try money(), orderID: 1, userID: "42"))
        #expect(service.resolve(request) == request)
    }

    @Test("rejects as unsupported what it cannot do, by its name")
    func unsupported() async throws {
        let amount = try money()
        let webhook = WebhookRequest(headers: [], query: "", body: [], receivedAt: Timestamp(unixSeconds: 0))
        await #expect(throws: ProviderError.unsupported("capturing a payment")) {
            try await service.capturePayment(
                CapturePaymentRequest(paymentIntentID: "pi_1", amount: amount), as: operation, in: call)
        }
        await #expect(throws: ProviderError.unsupported("retrieving a refund")) {
            try await service.retrieveRefund("re_1", in: call)
        }
        await #expect(throws: ProviderError.unsupported("listing refunds")) {
            try await service.listRefunds(ofPaymentIntent: "pi_1", in: call)
        }
        await #expect(throws: ProviderError.unsupported("listing refunds")) {
            try await service.findRefund(createdBy: "1", ofPaymentIntent: "pi_1", in: call)
        }
        await #expect(throws: ProviderError.unsupported("listing disputes")) {
            try await service.listDisputes(ofPaymentIntent: "pi_1", in: call)
        }
        await #expect(throws: ProviderError.unsupported("webhooks")) { try await service.parseWebhookEvent(webhook, in: call) }
        await #expect(throws: ProviderError.unsupported("the command pay")) {
            try await service.runCommand("pay", arguments: [], in: call)
        }
    }

    @Test("finds no intent by operation, lists no events and serves no pages, which is no failure")
    func nothing() async throws {
        #expect(try await service.findPaymentIntent(createdBy: "1", in: call) == nil)
        #expect(try await service.listEvents(since: Timestamp(unixSeconds: 0), in: call).isEmpty)
        #expect(try await service.listEvents(since: Timestamp(unixSeconds: 0), after: nil, in: call) == EventPage(events: []))
        let page = try await service.servePage(PageRequest(method: "GET", path: "/"), in: call)
        #expect(page.status == 404)
        #expect(page.contentType == "text/plain; charset=utf-8")
    }

    @Test("lists all of its events on one page, and does not tell its clock")
    func onePage() async throws {
        let listing: any PaymentService = ListingService(refunds: [])
        let since = Timestamp(unixSeconds: 7)
        let page = try await listing.listEvents(since: since, after: nil, in: call)
        #expect(page == EventPage(events: try await listing.listEvents(since: since, in: call)))
        #expect(page.events.count == 1 && page.nextCursor == nil && page.now == nil)
    }

    @Test("finds a refund by operation where it lists refunds, and only on the intent asked for")
    func findRefund() async throws {
        var mine = Refund(id: "re_1", paymentIntentID: "pi_1", amount: try money(), status: .pending)
        mine.operationID = "1"
        var other = Refund(id: "re_2", paymentIntentID: "pi_2", amount: try money(), status: .pending)
        other.operationID = "2"
        let elsewhere = Refund(id: "re_3", paymentIntentID: "pi_1", amount: try money(), status: .pending)
        let listing: any PaymentService = ListingService(refunds: [elsewhere, other, mine])
        #expect(try await listing.findRefund(createdBy: "1", ofPaymentIntent: "pi_1", in: call) == mine)
        #expect(try await listing.findRefund(createdBy: "2", ofPaymentIntent: "pi_1", in: call) == nil)
        #expect(try await listing.findRefund(createdBy: "9", ofPaymentIntent: "pi_2", in: call) == nil)
    }
}
