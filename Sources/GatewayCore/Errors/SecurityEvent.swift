import Metrics

/// An event that may be an attack. Each is counted in the metric `gateway_security_events_total` under its raw value.
package enum SecurityEvent: String, Sendable, CaseIterable {
    /// A request without a valid bearer token.
    case authenticationFailed = "authentication_failed"
    /// A valid token that does not allow the request.
    case accessDenied = "access_denied"
    /// A webhook whose signature or timestamp is wrong.
    case signatureFailed = "signature_failed"
    /// A request that breaks the framing rules of HTTP (RFC 9112).
    case badFraming = "bad_framing"
    /// A request whose head or body did not arrive in time.
    case slowRequest = "slow_request"
    /// A new connection beyond `server.max_connections`.
    case connectionLimit = "connection_limit"
    /// A connection that could not be accepted because the process has no file descriptor left.
    case descriptorLimit = "descriptor_limit"

    /// Counts one event.
    package func count() { Counter(label: "gateway_security_events_total", dimensions: [("event", rawValue)]).increment() }
}
