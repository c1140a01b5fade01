extension PaymentService {
    /// None of the optional capabilities.
    public var capabilities: ProviderCapabilities { ProviderCapabilities() }

    /// Zero: the provider knows no idempotency keys.
    public var idempotencyKeyMemory: Duration { .zero }

    /// The request unchanged.
    public func resolve(_ request: ProviderRequest) -> ProviderRequest { request }

    /// Rejects: this provider captures automatically.
    public func capturePayment(
        _ request: CapturePaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .unsupported("capturing a payment")
    }

    /// Rejects: this provider cannot retrieve refunds.
    public func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund {
        throw .unsupported("retrieving a refund")
    }

    /// Rejects: this provider cannot list refunds.
    public func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        throw .unsupported("listing refunds")
    }

    /// Rejects: this provider cannot list disputes.
    public func listDisputes(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Dispute] {
        throw .unsupported("listing disputes")
    }

    /// Nil: this provider cannot find payment intents by operation.
    public func findPaymentIntent(
        createdBy operationID: String, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent? {
        nil
    }

    /// Looks through the refunds of the payment intent.
    public func findRefund(
        createdBy operationID: String, ofPaymentIntent id: String, in call: CallContext
    ) async throws(ProviderError) -> Refund? {
        try await listRefunds(ofPaymentIntent: id, in: call).first { $0.operationID == operationID }
    }

    /// Nil: nothing of a webhook is checked before its body is read.
    public var webhookSignatureHeader: WebhookSignatureHeader? { nil }

    /// Rejects: this provider has no webhooks.
    public func parseWebhookEvent(
        _ webhook: WebhookRequest, in call: CallContext
    ) async throws(ProviderError) -> WebhookEvent {
        throw .unsupported("webhooks")
    }

    /// None: this provider lists no events.
    public func listEvents(since: Timestamp, in call: CallContext) async throws(ProviderError) -> [WebhookEvent] { [] }

    /// One page with all of ``listEvents(since:in:)``.
    public func listEvents(
        since: Timestamp, after cursor: String?, in call: CallContext
    ) async throws(ProviderError) -> EventPage {
        EventPage(events: try await listEvents(since: since, in: call))
    }

    /// Healthy.
    public func health() async -> ProviderHealth { ProviderHealth(isHealthy: true) }

    /// Returns at once: this provider has no background work.
    public func run() async throws {}

    /// 404: this provider serves no pages.
    public func servePage(_ request: PageRequest, in call: CallContext) async throws(ProviderError) -> PageResponse {
        PageResponse(status: 404, contentType: "text/plain; charset=utf-8", body: Array("This provider serves no pages.\n".utf8))
    }

    /// None: this provider offers no commands.
    public var commands: [ProviderCommand] { [] }

    /// Rejects: this provider offers no commands.
    public func runCommand(
        _ name: String, arguments: [String], in call: CallContext
    ) async throws(ProviderError) -> String {
        throw .unsupported("the command \(name)")
    }
}
