import ProviderAPI
import ServiceLifecycle
import Synchronization

/// Rounds of background work, each provider's for itself: one that takes its time keeps no other waiting.
struct ProviderRounds: Sendable {
    private let alarm = Alarm()
    private let busy = BusyProviders()

    /// Has `work` done for each provider at once and at every interval, never twice at a time for one, until the graceful shutdown; then
    /// waits for what is under way. Where `work` says that there is more to do, the provider's next round follows at once.
    func run(
        every interval: Duration, clock: any ProviderClock, providers: @escaping @Sendable () -> [Provider],
        work: @escaping @Sendable (Provider) async -> Bool
    ) async {
        await alarm.dealOut(every: interval, clock: clock) {
            providers().filter { busy.begin($0.name) }
        } work: { provider in
            while await work(provider), !Task.isCancelled, !Task.isShuttingDownGracefully {}
            busy.end(provider.name)
        }
    }
}

/// The providers that a round is under way for.
private final class BusyProviders: Sendable {
    private let names = Mutex<Set<Identifier>>([])

    /// Returns false where the provider is busy already.
    func begin(_ name: String) -> Bool { names.withLock { $0.insert(Identifier(name)).inserted } }

    func end(_ name: String) { _ = names.withLock { $0.remove(Identifier(name)) } }
}
