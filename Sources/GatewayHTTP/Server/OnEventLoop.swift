import HummingbirdCore
import Logging
import NIOCore

/// Connections whose requests are handled on their own event loop.
///
/// Handlers are short: they decode, hand over and encode. What blocks, SQLite and providers, has threads of its own.
struct OnEventLoop: ServerChildChannel {
    /// What sets up and handles each.
    let connection: HTTP1Channel

    /// At most 16 KiB for each read, and not NIO's 64: what was read and not yet handled counts nowhere, on thousands of connections.
    private static let receiveBuffers = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 16 * 1024)

    /// Sets a connection up.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.setOption(.recvAllocator, value: Self.receiveBuffers).flatMap {
            connection.setup(channel: channel, logger: logger)
        }
    }

    /// Answers a connection's requests until it is closed.
    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await connection.handle(value: value, logger: logger)
        }
    }
}
