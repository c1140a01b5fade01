package import HummingbirdCore
package import NIOCore

/// The HTTP/1.1 server, with its limits.
package enum GatewayServer {
    /// A builder for Hummingbird's `Application`.
    ///
    /// - Parameter deadline: how long a request may take to arrive.
    package static func builder(deadline: TimeAmount = TimeAmount(GatewayRequest.bodyDeadline)) -> HTTPServerBuilder {
        HTTPServerBuilder { respond in
            OnEventLoop(connection: HTTP1Channel(responder: respond, configuration: configuration(deadline)))
        }
    }

    private static func configuration(_ deadline: TimeAmount) -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadline(deadline), LingeringClose()], idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
        )
    }
}
