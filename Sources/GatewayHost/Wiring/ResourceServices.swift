import GatewayStorage
import Logging
import ServiceLifecycle

/// Keeps the books open until everything that writes has ended.
struct StoreService: Service {
    let store: SQLiteStore

    func run() async throws {
        try? await gracefulShutdown()
        await store.close()
    }
}

/// Keeps the HTTP client until everything that calls providers has ended.
struct OutboundService: Service {
    let client: OutboundClient

    func run() async throws {
        try? await gracefulShutdown()
        try await client.shutdown()
    }
}
