import GatewayCore
import HTTPTypes
import Logging
package import NIOCore
import NIOHTTP1

/// The rules of one connection: how long it may take, how it ends, and which requests are refused before a route sees them.
///
/// It stands right behind NIO's HTTP decoder. A request that breaks the framing rules of RFC 9112 is answered here, after the answers
/// of the requests before it, and the connection is closed: where such a request ends cannot be known.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limit: ConnectionLimit
    private let times: ConnectionTimes
    private let log: RefusalLog

    /// The connection's place in ``limit``; nil before it is active and after its end.
    private var slot: Int?
    private var activity = ConnectionActivity.idle
    /// Requests that went to the routes and whose answers are not written yet.
    private var unanswered = 0
    /// Whether a request's head is here and its end is not.
    private var isReceiving = false
    /// Whether no request is taken after the current ones.
    private var isLast = false
    /// Why the next request is refused, until the answers before it are written.
    private var refusal: RequestRefusal?
    /// Whether the last answer is written: what still arrives is dropped.
    private var isLingering = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    private var expectsContinue = false
    private var wasRead = false
    private var idleSince = NIODeadline.now()
    private var idleTimer: Scheduled<Void>?
    private var headTimer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?

    init(limit: ConnectionLimit, times: ConnectionTimes, log: RefusalLog) {
        self.limit = limit
        self.times = times
        self.log = log
    }

    // MARK: Beginning and end

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        slot = limit.register { loop.execute { bound.value.handler.makeRoom(bound.value.context) } }
        idleSince = .now()
        watchIdleness(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        idleTimer?.cancel()
        idleTimer = nil
        headTimer?.cancel()
        headTimer = nil
        stallTimer?.cancel()
        stallTimer = nil
        guard let slot else { return }
        self.slot = nil
        limit.remove(slot)
    }

    /// Closes the connection for newer ones, unless a request is being worked on.
    private func makeRoom(_ context: ChannelHandlerContext) {
        guard let slot else { return }
        if unanswered > 0, !isReceiving, context.channel.isWritable {
            limit.keepsWorking(slot)
        } else {
            context.close(promise: nil)
        }
    }

    private func note(_ now: ConnectionActivity) {
        guard now != activity, let slot else { return }
        activity = now
        limit.set(slot, now)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        wasRead = true
        guard !isLingering, refusal == nil, isReceiving || !isLast else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            headTimer?.cancel()
            headTimer = nil
            switch RequestHeadRules.verdict(on: head) {
            case .refused(let reason): return refuse(reason, context, isHead: head.method == .HEAD)
            case .accepted(let expectsContinue): self.expectsContinue = expectsContinue
            }
            isReceiving = true
            unanswered += 1
            // HTTP/1.0 keeps no connection unless both sides say so, and this side does not. After a request for another protocol
            // NIO's decoder reads no more.
            isLast = !head.isKeepAlive || head.version == .http1_0 || head.headers.contains(name: "upgrade")
        case .body: break
        case .end:
            isReceiving = false
            expectsContinue = false
            // It was answered before it had arrived.
            if unanswered == 0 { becameIdle(context) }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let wasRead = self.wasRead
        self.wasRead = false
        if isLingering || refusal != nil {
            context.read()
            return context.fireChannelReadComplete()
        }
        if isReceiving {
            note(.receiving)
            if expectsContinue, unanswered == 1 { sendContinue(context) }
        } else if unanswered > 0, context.channel.isWritable {
            note(.working)
        }
        // Bytes without a part of a request: a head that is not complete.
        if !wasRead, !isReceiving, !isLast, headTimer == nil { watchHead(context) }
        context.fireChannelReadComplete()
    }

    private func sendContinue(_ context: ChannelHandlerContext) {
        expectsContinue = false
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // After the first error the decoder reports every further byte as one.
        guard !isLingering, refusal == nil else { return }
        guard let reason = RequestRefusal(decoding: error), context.channel.isActive else {
            return context.fireErrorCaught(error)
        }
        guard isReceiving else {
            // What follows the last request of a connection is dropped, whatever it is.
            return isLast ? () : refuse(reason, context)
        }
        // The body cannot be read to its end. The route that reads it gets the error and answers.
        isReceiving = false
        isLast = true
        log.refused(reason)
        context.fireErrorCaught(BrokenBody())
        if unanswered == 0 { linger(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isLingering, case .inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isLingering else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200:
            // A refusal of a request that is still arriving ends the connection: the rest would keep the server busy for as long as
            // the sender likes.
            let refusesUnread = isReceiving && unanswered == 1 && head.status.code >= 400
            if refusesUnread || head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "close" }) {
                isLast = true
            }
            guard isLast, unanswered == 1 else { return context.write(data, promise: promise) }
            head.headers.replaceOrAdd(name: "connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            context.write(data, promise: promise)
            unanswered -= 1
            if unanswered == 0 { answered(context) }
        default:
            context.write(data, promise: promise)
        }
    }

    /// All requests so far are answered.
    private func answered(_ context: ChannelHandlerContext) {
        if let refusal {
            answer(refusal, context)
        } else if isLast {
            context.flush()
            linger(context)
        } else if !isReceiving {
            becameIdle(context)
        }
    }

    private func becameIdle(_ context: ChannelHandlerContext) {
        idleSince = .now()
        note(.idle)
        if idleTimer == nil { watchIdleness(context) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isLingering else { return context.close(mode: mode, promise: promise) }
        // The application is done with the connection. It stays until the client has read the answer, or the time for that is over.
        if mode == .all { context.channel.closeFuture.cascade(to: promise) } else { promise?.succeed() }
    }

    /// Watches a client that does not read its answers. Its connection may end for newer ones, and ends by itself after a while.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = nil
        if !isLingering {
            if !context.channel.isWritable {
                note(.receiving)
                stallTimer = context.eventLoop.assumeIsolated().scheduleTask(in: times.stall) { context.close(promise: nil) }
            } else if unanswered > 0 {
                note(isReceiving ? .receiving : .working)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Refusals

    private func refuse(_ reason: RequestRefusal, _ context: ChannelHandlerContext, isHead: Bool = false) {
        headTimer?.cancel()
        headTimer = nil
        var reason = reason
        reason.hasBody = !isHead
        refusal = reason
        log.refused(reason)
        if unanswered == 0 { answer(reason, context) }
    }

    private func answer(_ reason: RequestRefusal, _ context: ChannelHandlerContext) {
        let (head, body) = reason.response()
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if reason.hasBody { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }

    /// Ends the answers, and closes the connection once the client has closed it too.
    ///
    /// A connection that is closed while bytes arrive is reset, and a reset takes the answer from the client (RFC 9112, section 9.6).
    private func linger(_ context: ChannelHandlerContext) {
        isLingering = true
        stallTimer?.cancel()
        stallTimer = nil
        idleTimer?.cancel()
        headTimer?.cancel()
        headTimer = nil
        note(.idle)
        context.close(mode: .output, promise: nil)
        // What arrives is dropped here. The application, which may read no more, no longer holds it back.
        context.read()
        idleTimer = context.eventLoop.assumeIsolated().scheduleTask(in: times.linger) { context.close(promise: nil) }
    }

    // MARK: Times

    private func watchHead(_ context: ChannelHandlerContext) {
        headTimer = context.eventLoop.assumeIsolated().scheduleTask(in: times.head) {
            self.headTimer = nil
            // A client that sends its next request early waits for this answer too.
            if self.unanswered > 0 { return self.watchHead(context) }
            self.refuse(.late, context)
        }
    }

    private func watchIdleness(_ context: ChannelHandlerContext) {
        idleTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: idleSince + times.idle) {
            self.idleTimer = nil
            // An answer sets the timer again.
            guard self.unanswered == 0, !self.isReceiving else { return }
            if NIODeadline.now() < self.idleSince + self.times.idle {
                self.watchIdleness(context)
            } else {
                context.close(promise: nil)
            }
        }
    }
}

/// How long a connection may take.
package struct ConnectionTimes: Sendable {
    /// For the head of a request, from its first bytes.
    package var head = TimeAmount.seconds(10)
    /// From one answer to the first byte of the next request, and before the first one.
    package var idle = TimeAmount.seconds(60)
    /// For a client to read so much of its answers that more can be written.
    package var stall = TimeAmount.seconds(30)
    /// For the client to read the last answer and close.
    package var linger = TimeAmount.seconds(1)

    /// The times of a gateway.
    package init() {}
}

/// A body whose framing is broken: its end cannot be found.
struct BrokenBody: Error {}
