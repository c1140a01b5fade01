/// What a provider can do beyond creating, confirming and cancelling payments.
public struct ProviderCapabilities: Sendable, Codable, Hashable {
    /// Whether `capture_method: manual` and ``PaymentService/capturePayment(_:as:in:)`` work.
    public var manualCapture: Bool = false
    /// Whether less than the authorised amount may be captured.
    public var partialCapture: Bool = false
    /// Whether payments can be refunded.
    public var refunds: Bool = false
    /// Whether less than the captured amount may be refunded, several times.
    public var partialRefunds: Bool = false
    /// Whether the provider posts webhooks and can verify them. Without it the provider has no webhook route.
    public var webhooks: Bool = false
    /// Whether ``PaymentService/findPaymentIntent(createdBy:in:)`` finds every intent by its operation id, ten minutes after the call at the
    /// latest.
    public var findsByOperation: Bool = false
    /// Whether ``PaymentService/listEvents(since:in:)`` lists events that may have been missed.
    public var listsEvents: Bool = false
    /// Whether the provider serves pages of its own under its pages URL.
    public var pages: Bool = false
    /// Whether a creation can charge the payer by itself, without a confirmation. While such a creation has no outcome, its order waits
    /// for it; otherwise the next payment of the order takes its place.
    public var chargesAtCreation: Bool = false

    /// Capabilities of a provider that has none of the optional ones.
    public init() {}
}
