package import HummingbirdCore
package import NIOCore

/// The HTTP/1.1 server, with its limits.
package enum GatewayServer {
    /// What the header `Server` says.
    package static let name = "payment-gateway"

    /// A builder for Hummingbird's `Application`.
    ///
    /// - Parameters:
    ///   - limit: how many connections there may be. Give its ``ConnectionAdmission`` to the application, too.
    ///   - refusals: where requests that are refused before the routes are logged.
    ///   - times: how long a connection may take.
    ///   - deadline: how long a request may take to arrive, from its head to its end.
    package static func builder(
        limit: ConnectionLimit, refusals: RefusalLog, times: ConnectionTimes = ConnectionTimes(),
        deadline: TimeAmount = TimeAmount(GatewayRequest.bodyDeadline)
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { respond in
            GatewayChannel(responder: respond, limit: limit, times: times, deadline: deadline, refusals: refusals)
        }
    }

    /// Keeps a listener alive when the process has no file descriptor left.
    ///
    /// - Parameter listener: the channel that `onServerRunning` of the application gets.
    package static func watchDescriptors(of listener: any Channel, limit: ConnectionLimit) async throws {
        try await listener.eventLoop.submit {
            try listener.pipeline.syncOperations.addHandler(AcceptErrorHandler(limit), position: .first)
        }.get()
    }
}
