import Metrics
import ProviderAPI

extension Provider {
    /// What a client's call ends with that finds as many at work as may be: nothing was sent, and it may be tried again.
    ///
    /// It is counted, so that an operator sees that the limit strikes.
    func refusal() -> ProviderError {
        countRefusal()
        var failure = CallFailure(
            "nothing was sent: provider \(name) has as many calls under way as it may (max_concurrent_calls: \(calls.limit)); try again later"
        )
        failure.retryAfter = .seconds(1)
        return .notSent(failure)
    }

    /// Refuses a client's request before anything is written down for it, where the call would find no room.
    ///
    /// Room that is there now may be taken when the call begins; then that is refused, see ``refusal()``.
    ///
    /// - Throws: ``GatewayError/Code/providerUnavailable``.
    func requireRoom() throws(GatewayError) {
        guard calls.isFull else { return }
        countRefusal()
        throw busy
    }

    /// Runs a client's call that is not written down, where there is room.
    ///
    /// - Throws: what `call` throws; ``GatewayError/Code/providerUnavailable`` where there is no room.
    package func withinLimit<Value>(_ call: @concurrent () async throws -> Value) async throws -> Value {
        guard calls.begin(for: .client) else {
            countRefusal()
            throw busy
        }
        defer { calls.end() }
        return try await offEventLoop(call)
    }

    private var busy: GatewayError {
        GatewayError(.providerUnavailable, "The provider \(name) has too many calls under way; nothing was done. Try again.")
            .retry(afterSeconds: 1)
    }

    private func countRefusal() {
        Counter(label: "gateway_provider_calls_refused_total", dimensions: [("provider", name)]).increment()
    }
}
