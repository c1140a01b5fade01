import AsyncHTTPClient
import NIOCore
import NIOHTTPCompression
import NIOPosix

/// The HTTP client under the transports of all providers: one pool of connections, shut down once, after the last transport.
struct OutboundClient: Sendable {
    /// Bounds on what one answer and one connection may cost.
    struct Limits: Sendable {
        /// How long connecting may take, TLS included. A call's deadline cuts it shorter.
        var connectTimeout: Duration = .seconds(5)
        /// How long an unused connection is kept. Shorter than what servers keep (60 s and more), so that it is mostly us who close.
        var idleTimeout: Duration = .seconds(30)
        /// Connections to one origin; more requests than that wait for one.
        var connectionsPerOrigin = 32
        /// The largest body of an answer in bytes, after decompression.
        var maximumAnswerBytes = 4 * 1024 * 1024
    }

    /// The client.
    let http: HTTPClient
    /// Its bounds.
    let limits: Limits

    /// A client that verifies certificates and host names fully, follows no redirect and repeats nothing, not even an attempt to
    /// connect: whether to try again is the core's decision.
    ///
    /// It runs on a single event loop, and that is what ``OutboundTransport`` rests on. A cancellation or a deadline takes effect
    /// on the loop of the request; were the connection on another one, its word that the request's head has been written might
    /// still be on the way, and a request that was sent would count as not sent.
    init(limits: Limits = Limits()) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(limits.connectTimeout)),
            connectionPool: .init(
                idleTimeout: TimeAmount(limits.idleTimeout),
                concurrentHTTP1ConnectionsPerHostSoftLimit: limits.connectionsPerOrigin
            ),
            decompression: .enabled(limit: .size(limits.maximumAnswerBytes))
        )
        configuration.connectionPool.retryConnectionEstablishment = false
        // Measured with async-http-client 1.37: over one HTTP/2 connection, after a burst of requests that their deadlines struck,
        // the patient ones found no free stream until the connect timeout. Over HTTP/1 all of them were answered.
        configuration.httpVersion = .http1Only
        // Spans of this client would carry whole URLs; the gateway passes its own trace context on.
        configuration.tracing.tracer = nil
        self.http = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton.next()), configuration: configuration
        )
        self.limits = limits
    }

    /// Closes all connections. Requests under way fail; ones that come later are ``ProviderError/notSent(_:)``.
    /// It waits for connections that are being made, at most ``Limits/connectTimeout``.
    func shutdown() async throws {
        try await http.shutdown()
    }
}
