package import Logging
package import ProviderAPI
import ServiceLifecycle

/// Forgets idempotency keys some time after their answer was stored. The key of an open operation has no answer yet, and stays.
package struct KeyPurge: Service {
    let store: any GatewayStore
    let clock: any ProviderClock
    let logger: Logger
    /// How long a key is remembered, from the completion of its request.
    let memory: Duration
    private let alarm = Alarm()

    /// How many keys one transaction forgets: payments wait for no more than that.
    private static let batch = 500

    /// A purge over a store.
    package init(
        store: any GatewayStore, memory: Duration = RetentionPolicy().idempotencyKeys, clock: any ProviderClock, logger: Logger
    ) {
        self.store = store
        self.memory = memory
        self.clock = clock
        self.logger = logger
    }

    /// Forgets what is old at once, and then every ten minutes, until the graceful shutdown.
    package func run() async throws {
        await alarm.repeatedly(every: .seconds(600), clock: clock) {
            do {
                try await purge()
            } catch {
                logger.error(
                    "Old idempotency keys could not be purged; it is tried again.", metadata: ["error": "\(type(of: error))"])
            }
        }
    }

    /// Forgets all keys that are old now.
    ///
    /// - Returns: how many were forgotten.
    @discardableResult
    package func purge() async throws -> Int {
        let before = clock.now().advanced(by: .zero - memory)
        var total = 0
        while !Task.isCancelled {
            let count = try await store.write { try $0.purgeIdempotencyKeys(completedBefore: before, limit: Self.batch) }
            total += count
            if count < Self.batch { break }
        }
        if total > 0 { logger.info("Old idempotency keys were purged.", metadata: ["count": .stringConvertible(total)]) }
        return total
    }
}
