import GatewayCore
package import NIOCore
package import NIOHTTPTypes

/// Lets a request arrive for so long, counted from its head to its end.
///
/// Every part of a body resets the server's own idle timer: a slow sender is only stopped by an absolute limit. Nearly every
/// request is there in one piece, and for those no timer is ever set.
///
/// What is late is told to whoever reads the request as ``Passed``; the connection takes no more requests then.
package final class RequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart

    /// A request did not arrive in time.
    struct Passed: Error {}

    private let limit: TimeAmount
    private var isArriving = false
    private var timer: Scheduled<Void>?

    /// A limit for the requests of one connection.
    package init(_ limit: TimeAmount = TimeAmount(GatewayRequest.bodyDeadline)) {
        self.limit = limit
    }

    /// Notes where a request begins and ends.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isArriving = true
        case .body: break
        case .end:
            isArriving = false
            endTimer()
        }
        context.fireChannelRead(data)
    }

    /// Sets the timer where not all of a request came at once.
    package func channelReadComplete(context: ChannelHandlerContext) {
        if isArriving, timer == nil {
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
                SecurityEvent.slowRequest.count()
                context.fireErrorCaught(Passed())
            }
        }
        context.fireChannelReadComplete()
    }

    /// A closed connection waits for nothing.
    package func channelInactive(context: ChannelHandlerContext) {
        endTimer()
        context.fireChannelInactive()
    }

    /// Nor does one that somebody else has taken over.
    package func handlerRemoved(context: ChannelHandlerContext) { endTimer() }

    private func endTimer() {
        timer?.cancel()
        timer = nil
    }
}
