import ProviderAPI
import Synchronization

/// A clock for one call with a deadline: waits take their time, and one that would end after the deadline is noted and cut short.
final class DeadlineClock: ProviderClock {
    private struct State {
        var deadline: ContinuousClock.Instant?
        var waitPastDeadline: Duration?
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// The first wait that would have ended after the deadline.
    var waitPastDeadline: Duration? {
        state.withLock { $0.waitPastDeadline }
    }

    /// Watches over the call that begins now.
    func begin(_ call: CallContext) {
        state.withLock { $0.deadline = call.deadline }
    }

    func now() -> Timestamp {
        WebhookSigner.now.advanced(by: .now - start)
    }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let isTooLong = state.withLock { state in
            guard let deadline = state.deadline, .now + duration > deadline + .milliseconds(50) else { return false }
            state.waitPastDeadline = state.waitPastDeadline ?? duration
            return true
        }
        if !isTooLong { try await Task.sleep(for: duration, clock: .continuous) }
    }
}
