import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Closes the connection after a refusal that was written while the request's body was still on its way.
///
/// The rest of such a body would be taken for the next request, or keep the server busy for as long as the sender likes. The refusal
/// says `Connection: close`. What still arrives is dropped for a moment, because a socket that is closed on unread bytes resets the
/// connection, and the client might never read the refusal.
package final class LingeringClose: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    /// How many requests have begun to arrive and have not been answered.
    private var unanswered = 0
    private var isArriving = false
    private var closes = false
    private var isClosing = false
    private var timer: Scheduled<Void>?

    /// A closing of one connection.
    ///
    /// - Parameter limit: for how long what still arrives is dropped.
    package init(_ limit: TimeAmount = TimeAmount(GatewayRequest.dropDeadline)) {
        self.limit = limit
    }

    /// Notes where a request begins and ends; drops what comes after a refusal.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isArriving = true
        case .body: break
        case .end: isArriving = false
        }
        guard isClosing else { return context.fireChannelRead(data) }
        if !isArriving { close(context) }
    }

    /// Adds `Connection: close` to a refusal of a request that is still arriving, and closes the connection behind it.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            // An earlier request's answer says nothing about the one that is arriving.
            if unanswered == 1, isArriving, head.status.kind == .clientError || head.status.kind == .serverError {
                head.headerFields[.connection] = "close"
            }
            closes = head.headerFields[.connection] == "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            unanswered -= 1
            context.write(data, promise: promise)
            if closes { linger(context) }
        }
    }

    private func linger(_ context: ChannelHandlerContext) {
        isClosing = true
        context.flush()
        guard isArriving else { return close(context) }
        let loop = context.eventLoop.assumeIsolated()
        timer = loop.scheduleTask(in: limit) { [self] in close(context) }
        // Back-pressure of whoever reads the requests no longer counts: what comes is dropped here.
        context.read()
    }

    /// Goes on reading what is dropped.
    package func channelReadComplete(context: ChannelHandlerContext) {
        if isClosing { context.read() }
        context.fireChannelReadComplete()
    }

    private func close(_ context: ChannelHandlerContext) {
        endTimer()
        context.close(promise: nil)
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
