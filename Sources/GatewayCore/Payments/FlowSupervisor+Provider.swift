import ProviderAPI

extension FlowSupervisor {
    /// How long a provider that does not keep to a call's deadline is waited for beyond it.
    private static let grace = Duration.seconds(2)

    /// Asks a provider, and waits until shortly after the deadline, whether or not it keeps to it. A call that goes on beyond is left
    /// to itself: its late answer finds nobody.
    ///
    /// - Throws: what `call` throws; ``ProviderError/unknown(_:)`` where it does not end in time; ``ProviderError/notSent(_:)`` once
    ///   the shutdown has begun.
    func ask<Value: Sendable>(
        _ provider: Provider, within deadline: Duration = OperationRunner.deadline,
        _ call: @escaping @Sendable () async throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        let late = Result<Value, ProviderError>.failure(.unknown(CallFailure("the provider did not answer in time")))
        let outcome = await withTaskGroup(of: Result<Value, ProviderError>.self) { group in
            group.addTask {
                do {
                    return try await self.perform {
                        provider.calls.begin()
                        defer { provider.calls.end() }
                        do throws(ProviderError) {
                            return .success(try await call())
                        } catch {
                            return .failure(error)
                        }
                    }
                } catch is CancellationError {
                    return late
                } catch {
                    return .failure(.notSent(CallFailure("the gateway is shutting down")))
                }
            }
            group.addTask {
                await self.deadlines.wait(for: deadline + Self.grace)
                return late
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? late
        }
        return try outcome.get()
    }
}
