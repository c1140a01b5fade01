import Synchronization

/// A monotonic clock that stands still until a test moves it: no deadline comes by it because the machine is slow.
package final class HeldClock: Clock {
    private struct State {
        var now = ContinuousClock.now
        var sleepers: [UInt64: (end: ContinuousClock.Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var last: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A clock that stands still.
    package init() {}

    /// The time it shows.
    package var now: ContinuousClock.Instant { state.withLock { $0.now } }

    /// It can be moved by any duration.
    package var minimumResolution: Duration { .zero }

    /// Moves the clock, and resumes the tasks that sleep until then.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.end <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due
        }
        for sleeper in due.values { sleeper.continuation.resume() }
    }

    /// Waits until the clock has been moved so far.
    ///
    /// - Throws: `CancellationError` where the task is cancelled before.
    package func sleep(until end: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    // A task that is cancelled from here on finds its sleeper.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if end <= state.now { return .success(()) }
                    state.sleepers[id] = (end, continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }
}
