import GatewayHTTP
import Glibc
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ProviderLoading
import ServiceLifecycle

/// Answers health checks and metrics on a listener of its own (`server.management`).
///
/// It has an event loop of its own and its own limit of connections, so that it answers while the others are busy or full.
struct ManagementListener: Service {
    let address: ListenAddress
    let operations: OperationsRoutes
    let logger: Logger

    /// Enough for probes and scrapes; the descriptors for them are set aside.
    private static let connections = 64

    /// Runs until the graceful shutdown.
    ///
    /// - Throws: ``ListenError`` where it cannot listen on its address.
    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await application(on: group).run()
            try await group.shutdownGracefully()
        } catch {
            try? await group.shutdownGracefully()
            guard let error = error as? IOError else { throw error }
            throw ListenError(address: address, errno: error.errnoCode)
        }
    }

    private func application(on group: MultiThreadedEventLoopGroup) -> some ApplicationProtocol {
        let limit = ConnectionLimit(Self.connections, listener: "management", logger: logger)
        let refusals = RefusalLog(logger: logger)
        return Application(
            router: GatewayRouter.make(operations: operations, refusals: refusals, logger: logger),
            server: GatewayServer.builder(limit: limit, refusals: refusals),
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: GatewayServer.name, reuseAddress: true,
                availableConnectionsDelegate: ConnectionAdmission(limit)
            ),
            onServerRunning: { channel in
                try? await GatewayServer.watchDescriptors(of: channel, limit: limit)
                logger.notice(
                    "Listening for health checks and scrapes.",
                    metadata: ["address": "\(channel.localAddress?.description ?? "-")"])
            },
            eventLoopGroupProvider: .shared(group), logger: logger
        )
    }
}

/// An address of the management listener that cannot be listened on.
struct ListenError: Error, CustomStringConvertible {
    let address: ListenAddress
    let errno: CInt

    var description: String {
        "cannot listen on \(address): \(String(cString: strerror(errno))); choose another with --management"
    }
}
