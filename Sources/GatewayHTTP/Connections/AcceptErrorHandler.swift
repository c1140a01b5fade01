import Foundation
import NIOCore

/// Keeps a listener alive and quiet when the system has no descriptor or memory for a new connection.
///
/// The listener's socket stays readable then. NIO would report the same error at every turn of the event loop, which takes a whole core,
/// and the first report would end Hummingbird's loop of new connections. This handler keeps the error to itself, stops accepting for a
/// moment, and ends idle connections meanwhile.
final class AcceptErrorHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// For how long nothing is accepted after such an error.
    static let pause = TimeAmount.milliseconds(100)

    private let limit: ConnectionLimit
    private var isPaused = false

    init(_ limit: ConnectionLimit) { self.limit = limit }

    /// Stops accepting where resources have run out; other errors go on to the next handler.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        guard !isPaused else { return }
        isPaused = true
        limit.descriptorsExhausted()
        setAccepting(false, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            self.setAccepting(true, context)
        }
    }

    private func setAccepting(_ isAccepting: Bool, _ context: ChannelHandlerContext) {
        // A listener that has been closed meanwhile has no options any more, and needs none.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isAccepting)
    }
}
