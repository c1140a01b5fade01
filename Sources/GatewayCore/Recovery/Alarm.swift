import ProviderAPI
import ServiceLifecycle

/// Wakes a background service: when rung, and at intervals. Rings while it works are one ring.
struct Alarm: Sendable {
    private let rings: AsyncStream<Void>
    private let ringer: AsyncStream<Void>.Continuation

    init() {
        (rings, ringer) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() {
        ringer.yield()
    }

    /// Has `work` done on all that `due` finds at each of those moments, each on its own, and waits for what is under way in the end.
    func dealOut<Item: Sendable>(
        every interval: Duration, clock: any ProviderClock, due: @escaping @Sendable () async -> [Item],
        work: @escaping @Sendable (Item) async -> Void
    ) async {
        let (taken, take) = AsyncStream<Item>.makeStream()
        await withDiscardingTaskGroup { group in
            group.addTask {
                await repeatedly(every: interval, clock: clock) {
                    for item in await due() { take.yield(item) }
                }
                take.finish()
            }
            for await item in taken {
                group.addTask { await work(item) }
            }
        }
    }

    /// Runs `work` at once, at every ring and at every interval, never twice at a time, until the graceful shutdown or a cancellation.
    func repeatedly(
        every interval: Duration, clock: any ProviderClock, work: @Sendable () async -> Void
    ) async {
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    do { try await clock.sleep(for: interval) } catch { return }
                    ring()
                }
            }
            ring()
            for await _ in rings.cancelOnGracefulShutdown() { await work() }
            group.cancelAll()
        }
    }
}
