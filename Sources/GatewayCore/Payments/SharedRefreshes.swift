import ProviderAPI
import Synchronization

/// Refreshes of payments under way. Clients that ask for the same payment at the same moment wait for one call of the provider.
///
/// A refresh is a flow of the ``FlowSupervisor``, and not of the request that began it: a client that hangs up takes nothing from the others.
final class SharedRefreshes: Sendable {
    /// The callers who wait for each payment's refresh, by the transaction's id.
    private let waiting = Mutex<[Int64: [FirstResult<PaymentTransaction>]]>([:])

    /// Returns the result of the refresh of a transaction that is under way, or of `work` where none is.
    ///
    /// - Throws: what `work` throws; `ProviderError.notSent` once the shutdown has begun; `CancellationError` where the caller is
    ///   canceled, which ends only the caller's waiting.
    func refresh(
        _ id: Int64, by supervisor: FlowSupervisor, _ work: @escaping @Sendable () async throws -> PaymentTransaction
    ) async throws -> PaymentTransaction {
        let result = FirstResult<PaymentTransaction>()
        let isFirst = waiting.withLock { waiting in
            defer { waiting[id, default: []].append(result) }
            return waiting[id] == nil
        }
        if isFirst {
            let isTaken = supervisor.start {
                do {
                    self.deliver(.success(try await work()), of: id)
                } catch {
                    self.deliver(.failure(error), of: id)
                }
            }
            if !isTaken {
                deliver(.failure(ProviderError.notSent(CallFailure("the gateway is shutting down"))), of: id)
            }
        }
        return try await result.value
    }

    /// How many callers wait for a transaction's refresh.
    func callers(of id: Int64) -> Int { waiting.withLock { $0[id]?.count ?? 0 } }

    private func deliver(_ result: Result<PaymentTransaction, any Error>, of id: Int64) {
        for caller in waiting.withLock({ $0.removeValue(forKey: id) }) ?? [] { caller.deliver(result) }
    }
}
