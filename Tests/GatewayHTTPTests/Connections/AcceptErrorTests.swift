import Foundation
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import GatewayHTTP

@Suite("A listener without a file descriptor for a new connection")
struct AcceptErrorTests {
    /// Counts the errors that reach the rest of the pipeline.
    private final class Errors: ChannelInboundHandler {
        typealias InboundIn = any Channel
        var count = 0

        func errorCaught(context: ChannelHandlerContext, error: any Error) { count += 1 }
    }

    @Test(
        "stops accepting for a moment, closes idle connections, logs one line, and goes on",
        arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func pause(errno: CInt) throws {
        let log = CapturedLog()
        let limit = ConnectionLimit(100, logger: Logger(label: "test") { _ in log })
        let channel = EmbeddedChannel()
        let errors = Errors()
        try channel.pipeline.syncOperations.addHandlers([AcceptErrorHandler(limit), errors])
        // What the handler has set: the channel itself says true to whoever asks.
        func autoRead() -> Bool? {
            channel.options.first { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool
        }
        for _ in 0..<1000 { channel.pipeline.fireErrorCaught(IOError(errnoCode: errno, reason: "accept")) }
        #expect(autoRead() == false)
        #expect(errors.count == 0)
        #expect(log.lines.count == 1 && log.lines[0].hasPrefix("error "))
        channel.embeddedEventLoop.advanceTime(by: AcceptErrorHandler.pause)
        #expect(autoRead() == true)
    }

    @Test("leaves other errors to the server")
    func others() throws {
        let channel = EmbeddedChannel()
        let errors = Errors()
        let limit = ConnectionLimit(100, logger: .silent)
        try channel.pipeline.syncOperations.addHandlers([AcceptErrorHandler(limit), errors])
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
        channel.pipeline.fireErrorCaught(ChannelError.alreadyClosed)
        #expect(errors.count == 2)
    }
}
