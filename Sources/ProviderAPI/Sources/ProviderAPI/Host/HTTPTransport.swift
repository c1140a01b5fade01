/// The host's HTTP client, as handed to a provider.
///
/// The host owns connection pools, deadlines, the cap on an answer's size, the allow-list of hosts (those of the URLs in the
/// provider's settings, and its own webhook URL), trace headers, metrics and redaction.
public protocol HTTPTransport: Sendable {
    /// Sends one request and waits for the whole answer. Any status is an answer, 5xx too: reading it is the provider's part.
    /// Redirects are not followed, and nothing is retried.
    ///
    /// - Throws: ``ProviderError/notSent(_:)`` where surely no byte of the request was written (the host is not allowed, DNS,
    ///   connect, TLS, the pool), ``ProviderError/unknown(_:)`` in every other case without a whole answer.
    func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse
}

/// One header field.
public struct HTTPField: Sendable, Codable, Hashable {
    /// The name, in any letter case.
    public var name: String
    /// The value.
    public var value: String

    /// A field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [HTTPField] {
    /// The value of the first field with this name, in any letter case (RFC 9110, section 5.1); nil where there is none.
    public func value(of name: String) -> String? {
        let wanted = name.lowercased()
        return first { $0.name.lowercased() == wanted }?.value
    }
}

/// A request for the host to send.
public struct HTTPRequest: Sendable, Hashable {
    /// The method, in upper case.
    public var method: String
    /// The absolute URL.
    public var url: String
    /// Header fields. The host adds `Host`, `Content-Length` and the trace context.
    public var headers: [HTTPField] = []
    /// The body; empty for none.
    public var body: [UInt8] = []

    /// A request without header fields and body.
    public init(method: String, url: String) {
        self.method = method
        self.url = url
    }
}

/// A whole answer.
public struct HTTPResponse: Sendable, Hashable {
    /// The status code.
    public var status: Int
    /// The header fields in order.
    public var headers: [HTTPField]
    /// The body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first field with this name, in any letter case; nil where there is none.
    public func header(_ name: String) -> String? {
        headers.value(of: name)
    }
}
