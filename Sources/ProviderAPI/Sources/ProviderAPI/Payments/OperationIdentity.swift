/// Who a mutating call is, the same at every repeat of it.
public struct OperationIdentity: Sendable, Codable, Hashable {
    /// The gateway's id of the operation. Put it into the object's metadata, so that the object can be found by it.
    public var id: String
    /// The key under which the provider recognises a repeat, at most 255 visible ASCII characters. Pass it on unchanged.
    public var idempotencyKey: String

    /// The metadata key under which providers that have metadata keep ``id``.
    public static let metadataKey = "gateway_operation_id"

    /// An operation's id and key.
    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

/// What surrounds one call: how long it may take and what it belongs to.
public struct CallContext: Sendable {
    /// When the gateway stops waiting. The host's transport enforces it; a provider's own retries must end before it.
    public var deadline: ContinuousClock.Instant
    /// The id of the REST request, for logs.
    public var requestID: String
    /// The W3C trace context to pass on; the host's transport adds it to each request.
    public var traceparent: String?

    /// A call that must end by `deadline`.
    public init(deadline: ContinuousClock.Instant, requestID: String) {
        self.deadline = deadline
        self.requestID = requestID
    }
}
