/// A webhook as it arrived: nothing parsed, nothing changed.
public struct WebhookRequest: Sendable, Hashable {
    /// The header fields in order, names in lower case.
    public var headers: [HTTPField]
    /// The raw query, without the question mark; empty where there is none.
    public var query: String
    /// The raw body. Signatures are over these bytes.
    public var body: [UInt8]
    /// When it arrived, by the host's clock: what a timestamp is compared with.
    public var receivedAt: Timestamp

    /// A webhook that arrived at `receivedAt`.
    public init(headers: [HTTPField], query: String, body: [UInt8], receivedAt: Timestamp) {
        self.headers = headers
        self.query = query
        self.body = body
        self.receivedAt = receivedAt
    }

    /// The value of the first field with this name, in any letter case; nil where there is none.
    public func header(_ name: String) -> String? {
        headers.value(of: name)
    }
}
