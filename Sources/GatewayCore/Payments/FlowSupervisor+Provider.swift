import ProviderAPI

extension FlowSupervisor {
    /// How long a provider that does not keep to a call's deadline is waited for beyond it.
    private static let grace = Duration.seconds(2)

    /// Asks a provider, and waits until shortly after the deadline, whether or not it keeps to it. A call that goes on beyond is left
    /// to itself: its late answer finds nobody.
    ///
    /// - Throws: what `call` throws; ``ProviderError/unknown(_:)`` where it does not end in time; ``ProviderError/notSent(_:)`` once
    ///   the shutdown has begun, and where a client's call finds as many at work as may be.
    func ask<Value: Sendable>(
        _ provider: Provider, for account: ProviderCalls.Account = .gateway, within deadline: Duration = OperationRunner.deadline,
        _ call: @escaping @Sendable () async throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        let late = Result<Value, ProviderError>.failure(.unknown(CallFailure("the provider did not answer in time")))
        let outcome = FirstResult<Result<Value, ProviderError>>()
        let isTaken = startCall {
            guard provider.calls.begin(for: account) else { return outcome.deliver(.success(.failure(provider.refusal()))) }
            defer { provider.calls.end() }
            do throws(ProviderError) {
                outcome.deliver(.success(.success(try await call())))
            } catch {
                outcome.deliver(.success(.failure(error)))
            }
        }
        guard isTaken else { throw .notSent(CallFailure("the gateway is shutting down")) }
        let end = deadlines.set(after: deadline + Self.grace) { outcome.deliver(.success(late)) }
        defer { deadlines.callOff(end) }
        // Whoever is cancelled while waiting knows no more about the call than whoever waited in vain.
        return try await ((try? outcome.value) ?? late).get()
    }
}
