import HummingbirdCore
import Logging
import NIOCore

/// Connections whose requests are handled on their own event loop.
///
/// Handlers are short: they decode, hand over and encode. What blocks, SQLite and providers, has threads of its own.
struct OnEventLoop<Connection: ServerChildChannel, Inbound: Sendable, Outbound: Sendable>: ServerChildChannel
where Connection.Value == NIOAsyncChannel<Inbound, Outbound> {
    private let connection: Connection

    /// The same connections, handled there.
    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Sets a connection up.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection.Value> {
        connection.setup(channel: channel, logger: logger)
    }

    /// Answers a connection's requests until it is closed.
    func handle(value: Connection.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await connection.handle(value: value, logger: logger)
        }
    }
}
