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
