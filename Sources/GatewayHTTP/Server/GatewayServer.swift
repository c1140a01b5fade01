package import HummingbirdCore
import NIOCore

/// The HTTP/1.1 server, with its limits.
package enum GatewayServer {
    /// A builder for Hummingbird's `Application`.
    package static func builder() -> HTTPServerBuilder {
        HTTPServerBuilder { respond in
            OnEventLoop(HTTP1Channel(responder: respond, configuration: configuration))
        }
    }

    private static var configuration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadline()], idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
        )
    }
}
