public import ProviderAPI
import Synchronization

/// A clock that stands still until a test moves it. Sleeping moves it at once.
public final class ManualClock: ProviderClock {
    private let time: Mutex<Timestamp>

    /// A clock that shows `start`.
    public init(_ start: Timestamp = Timestamp(unixSeconds: 1_767_834_000)) {
        time = Mutex(start)
    }

    /// The time it shows.
    public func now() -> Timestamp {
        time.withLock { $0 }
    }

    /// Moves the clock.
    public func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }

    /// Moves the clock by `duration` and returns, so that a test of waiting takes no time. Other tasks have a turn meanwhile: a service that
    /// sleeps between its rounds would otherwise keep a thread for itself.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        advance(by: duration)
        await Task.yield()
    }
}
