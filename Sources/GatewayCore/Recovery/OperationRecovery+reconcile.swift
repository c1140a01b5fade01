import GatewayLifecycle
import ProviderAPI

extension OperationRecovery {
    /// How many operations are read at once. A page costs as much as all open operations together.
    private static let pageSize = 16 * ProviderLanes.width

    /// Looks at every open operation that nobody is at work on, whatever its schedule says, each once, and at every webhook that waits.
    ///
    /// - Throws: ``StoreError``.
    package func reconcile() async throws -> ReconcileReport {
        var report = ReconcileReport(lines: [], webhooks: 0, leased: 0)
        var query = OperationQuery(.unsettled, limit: Self.pageSize)
        while case let page = try await page(query), let last = page.last {
            report.leased += page.count { $0.isLeased }
            let free = page.filter { !$0.isLeased && $0.operation.state.isOpen }
            for first in stride(from: 0, to: free.count, by: ProviderLanes.width) {
                try await withThrowingDiscardingTaskGroup { group in
                    for standing in free[first...].prefix(ProviderLanes.width) {
                        group.addTask { try await recover(standing.operation) }
                    }
                }
            }
            report.lines += try await lines(of: free)
            query.beforeID = last.operation.id
        }
        let now = clock.now()
        let names = registry.providers.map(\.name)
        try await store.write { writer in
            for name in names { try writer.bringForward(provider: name, at: now) }
        }
        report.webhooks = try await inbox.applyDue()
        return report
    }

    private func page(_ query: OperationQuery) async throws -> [OperationStanding] {
        try await store.read { try $0.operations(query) }
    }

    private func lines(of looked: [OperationStanding]) async throws -> [ReconcileReport.Line] {
        try await store.read { reader in
            try looked.map { before in
                let operation = before.operation
                let query = OperationQuery(
                    .all, transactionID: operation.transactionID, beforeID: operation.id + 1, limit: 1)
                let after = try reader.operations(query).first ?? before
                return ReconcileReport.Line(
                    operation: operation.id, kind: operation.kind.rawValue, transaction: operation.transactionID,
                    provider: before.provider, before: operation.state.rawValue, after: after.operation.state.rawValue,
                    outcome: after.outcome
                )
            }
        }
    }
}
