import Synchronization

/// Wakes a task that waits for work. However often it rings while the task is busy, the task looks once more.
final class Doorbell: Sendable {
    private let listener = Mutex<AsyncStream<Void>.Continuation?>(nil)

    init() {}

    /// Wakes the listener, if there is one.
    func ring() {
        listener.withLock { _ = $0?.yield() }
    }

    /// The rings from now on, for one listener at a time. The first comes at once, for the work that is there already;
    /// they end when the listening task is cancelled.
    func rings() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        listener.withLock { $0 = continuation }
        return stream
    }
}
