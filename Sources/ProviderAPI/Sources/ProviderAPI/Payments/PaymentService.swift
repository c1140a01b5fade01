/// A payment provider, as the gateway sees every one of them.
///
/// Six operations make up the core: ``createPaymentIntent(_:as:in:)``, ``retrievePaymentIntent(_:in:)``,
/// ``confirmPayment(_:as:in:)``, ``cancelPayment(_:as:in:)``, ``createRefund(_:as:in:)`` and ``verifyWebhookSignature(_:)``.
/// Everything else has a default, for providers that have no such thing.
///
/// ## Outcomes
///
/// A call that returns says: the provider answered so. Every other outcome is thrown as a ``ProviderError``, and which case it is
/// decides what happens to the money: see there. When in doubt throw ``ProviderError/unknown(_:)``; the gateway then asks later.
///
/// ## Repeats
///
/// A mutating call comes with an ``OperationIdentity``. The gateway repeats a call whose outcome is not known with the same identity,
/// so pass its ``OperationIdentity/idempotencyKey`` to the provider unchanged, and its ``OperationIdentity/id`` as metadata.
///
/// Be stateless where the provider's protocol allows: calls arrive concurrently, and a process can die between any two of them.
public protocol PaymentService: Sendable {
    /// What the provider can do beyond the core.
    var capabilities: ProviderCapabilities { get }

    /// For how long the provider is sure to remember an idempotency key, counted from its first use. Zero where it knows none.
    ///
    /// After this time a call is never repeated, only looked up.
    var idempotencyKeyMemory: Duration { get }

    // MARK: The six operations

    /// Creates a payment intent.
    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent

    /// Asks for the current state of a payment intent.
    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent

    /// Confirms a payment intent, with a payment method's token where it has none yet.
    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent

    /// Cancels a payment intent that has not been paid.
    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent

    /// Refunds a payment, in full or in part.
    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund

    /// Checks that a webhook comes from the provider and is fresh. It returns when that is so.
    ///
    /// It has no default: a provider that cannot verify has no webhook route.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` with reason ``Rejection/Reason/invalidSignature`` and a message that says what was
    ///   wrong without repeating a secret or a signature.
    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError)

    // MARK: With defaults

    /// Fills in what the provider's settings contribute to a request: a field that the client left out, or
    /// `providerFields`. Default: returns the request unchanged.
    ///
    /// The gateway calls this once, before it stores the request. It sends the stored request each time, so that a repeat after a change
    /// of the settings is the same request: many providers refuse a key that comes with another. What the client gave stays as it is,
    /// whatever this returns.
    ///
    /// The gateway's database waits meanwhile: return at once, and call nothing.
    func resolve(_ request: ProviderRequest) -> ProviderRequest

    /// Captures an authorised payment, in full or in part. Default: rejected as unsupported.
    func capturePayment(
        _ request: CapturePaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent

    /// Asks for the current state of a refund. Default: rejected as unsupported.
    func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund

    /// All refunds of a payment intent, in any order. Default: rejected as unsupported.
    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund]

    /// All disputes of a payment intent, those that have ended too, each as it stands now and in any order.
    /// Default: rejected as unsupported.
    ///
    /// The gateway asks where an event of a dispute contradicts its books, and when an operator audits payments.
    func listDisputes(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Dispute]

    /// The payment intent that the operation with this id created, or nil where none is found. One nil proves nothing;
    /// see <doc:OperationsAndKeys>. Default: nil.
    func findPaymentIntent(
        createdBy operationID: String, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent?

    /// The refund of a payment intent that the operation with this id created, or nil where none is found. It proves nothing.
    /// Default: looks through ``listRefunds(ofPaymentIntent:in:)``.
    func findRefund(
        createdBy operationID: String, ofPaymentIntent id: String, in call: CallContext
    ) async throws(ProviderError) -> Refund?

    /// The header field that carries a webhook's signature, which the gateway looks at before it reads the body.
    /// Default: nil, for signatures that are in the body or the query; every webhook's body is read then.
    var webhookSignatureHeader: WebhookSignatureHeader? { get }

    /// Reads a webhook that ``verifyWebhookSignature(_:)`` let pass. Default: rejected as unsupported.
    func parseWebhookEvent(
        _ webhook: WebhookRequest, in call: CallContext
    ) async throws(ProviderError) -> WebhookEvent

    /// Events since a point in time, for webhooks that were missed. Default: none.
    ///
    /// Where there can be hundreds, implement ``listEvents(since:after:in:)``, too: the gateway calls that one.
    func listEvents(since: Timestamp, in call: CallContext) async throws(ProviderError) -> [WebhookEvent]

    /// A page of the events since a point in time. The gateway reads page by page and stores each, so that many events take many calls.
    /// Default: one page with all of ``listEvents(since:in:)``.
    ///
    /// - Parameters:
    ///   - since: events that the provider made then or later, by its own clock; the same for each page of a list.
    ///   - cursor: ``EventPage/nextCursor`` of the page before; nil for the first page.
    ///   - call: until when the page is waited for, and what it is asked for.
    /// - Throws: ``ProviderError/rejected(_:)`` for a cursor that the provider does not know. The gateway begins with the first page again.
    func listEvents(
        since: Timestamp, after cursor: String?, in call: CallContext
    ) async throws(ProviderError) -> EventPage

    /// Whether the provider can take payments now, as far as that is known without a call. Default: healthy.
    func health() async -> ProviderHealth

    /// Background work for as long as the provider is in use; cancelled when it no longer is. Default: none.
    func run() async throws

    /// Answers a request below the provider's pages URL (3-D Secure, redirects back). Default: 404.
    func servePage(_ request: PageRequest, in call: CallContext) async throws(ProviderError) -> PageResponse

    /// Commands for `gateway call NAME COMMAND`. Default: none.
    var commands: [ProviderCommand] { get }

    /// Runs one of ``commands`` and returns what it prints. Default: rejected as unsupported.
    func runCommand(_ name: String, arguments: [String], in call: CallContext) async throws(ProviderError) -> String
}
