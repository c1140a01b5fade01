import AsyncHTTPClient
import NIOCore
import NIOHTTPCompression
import NIOPosix
import Synchronization

/// The HTTP clients under the transports of all providers, shut down once, after the last transport.
///
/// There are a few, each with a thread and connections of its own, and each transport takes one (``next()``): thousands of TLS handshakes
/// with a provider that is slow hold up neither the gateway's own clients nor, as a rule, another provider.
final class OutboundClient: Sendable {
    /// Bounds on what one answer and one connection may cost.
    struct Limits: Sendable {
        /// How long connecting may take, TLS included. A call's deadline cuts it shorter.
        var connectTimeout: Duration = .seconds(5)
        /// How long an unused connection is kept. Shorter than what servers keep (60 s and more), so that it is mostly us who close.
        var idleTimeout: Duration = .seconds(30)
        /// Connections to one origin; more requests than that wait for one. As good as no limit: how many requests a provider may have
        /// under way is bounded by its transport, and one that is let through shall not wait for the end of another.
        var connectionsPerOrigin = 100_000
        /// The largest body of an answer in bytes, after decompression.
        var maximumAnswerBytes = 4 * 1024 * 1024
    }

    /// Their bounds.
    let limits: Limits
    private let clients: [HTTPClient]
    private let transports = Atomic(0)

    /// The threads of all clients. They live as long as the process: a request that comes after the shutdown needs one to be refused on.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 4)

    /// Clients that verify certificates and host names fully, follow no redirect and repeat nothing, not even an attempt to
    /// connect: whether to try again is the core's decision.
    ///
    /// Each runs on a single event loop, and that is what ``OutboundTransport`` rests on. A cancellation or a deadline takes effect
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
        clients = Self.threads.makeIterator().map { [configuration] loop in
            HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: configuration)
        }
        self.limits = limits
    }

    /// The client of the next transport: they take turns.
    func next() -> HTTPClient {
        clients[transports.wrappingAdd(1, ordering: .relaxed).oldValue % clients.count]
    }

    /// Closes all connections. Requests under way fail; ones that come later are ``ProviderError/notSent(_:)``.
    /// It waits for connections that are being made, at most ``Limits/connectTimeout``.
    func shutdown() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for client in clients { group.addTask { try await client.shutdown() } }
        }
    }
}
