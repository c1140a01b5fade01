package import Logging
package import ProviderAPI
import ServiceLifecycle

/// Removes idempotency keys, webhooks, their bodies and client secrets once their time is over. The key of an open operation has no
/// answer yet, and stays.
///
/// It works in steps of one short transaction each, whose turn at the writer comes after those of requests. A run has a limit, and the next
/// one continues behind it: the first run after an upgrade may find years of data.
package struct RetentionPurge: Service {
    let store: any GatewayStore
    let policy: RetentionPolicy
    let clock: any ProviderClock
    let logger: Logger
    private let alarm = Alarm()

    /// How many rows one transaction looks at.
    static let stepSize = 200
    /// How many steps one run has at most of each kind but idempotency keys.
    static let stepsPerRun = 500

    /// A purge over a store.
    package init(
        store: any GatewayStore, policy: RetentionPolicy = RetentionPolicy(), clock: any ProviderClock, logger: Logger
    ) {
        self.store = store
        self.policy = policy
        self.clock = clock
        self.logger = logger
    }

    /// Removes what is due at once, and then every ten minutes, until the graceful shutdown.
    package func run() async throws {
        await alarm.repeatedly(every: .seconds(600), clock: clock) {
            do {
                try await purge()
            } catch {
                logger.error("Old data could not be purged; it is tried again.", metadata: ["error": "\(type(of: error))"])
            }
        }
    }

    /// What one run has removed.
    package struct Report: Sendable, Hashable {
        /// Idempotency keys that were forgotten.
        package var idempotencyKeys = 0
        /// Webhooks whose body was emptied.
        package var webhookBodies = 0
        /// Webhooks that were deleted.
        package var webhookEvents = 0
        /// Payments whose client secret was removed.
        package var clientSecrets = 0

        /// A run that removed nothing.
        package init() {}
    }

    /// Removes what is due now, of all but idempotency keys at most ``stepsPerRun`` steps each.
    @discardableResult
    package func purge() async throws -> Report {
        let now = clock.now()
        var report = Report()
        // All of them: nearly every request leaves one, and a limit could fall behind.
        report.idempotencyKeys = try await steps(.max, before: now.advanced(by: .zero - policy.idempotencyKeys)) { writer, time in
            let count = try writer.purgeIdempotencyKeys(completedBefore: time, limit: Self.stepSize)
            return PurgeStep(changed: count, isLast: count < Self.stepSize)
        }
        // Webhooks that are deleted need not be emptied before.
        report.webhookEvents = try await steps(before: now.advanced(by: .zero - policy.webhookEvents)) { writer, time in
            let count = try writer.deleteWebhooks(receivedBefore: time, limit: Self.stepSize)
            return PurgeStep(changed: count, isLast: count < Self.stepSize)
        }
        report.webhookBodies = try await steps(before: now.advanced(by: .zero - policy.webhookBodies)) {
            try $0.emptyWebhooks(receivedBefore: $1, limit: Self.stepSize)
        }
        report.clientSecrets = try await steps(before: now.advanced(by: .zero - policy.clientSecrets)) {
            try $0.removeClientSecrets(changedBefore: $1, limit: Self.stepSize)
        }
        if report != Report() {
            logger.info(
                "Old data was purged.",
                metadata: [
                    "idempotency_keys": .stringConvertible(report.idempotencyKeys),
                    "webhook_bodies": .stringConvertible(report.webhookBodies),
                    "webhook_events": .stringConvertible(report.webhookEvents),
                    "client_secrets": .stringConvertible(report.clientSecrets),
                ])
        }
        return report
    }

    private func steps(
        _ most: Int = stepsPerRun, before time: Timestamp,
        _ work: @escaping @Sendable (any StoreWriter, Timestamp) throws -> PurgeStep
    ) async throws -> Int {
        var total = 0
        for _ in 0..<most where !Task.isCancelled {
            let step = try await store.write(in: .patient) { try work($0, time) }
            total += step.changed
            if step.isLast { break }
        }
        return total
    }
}
