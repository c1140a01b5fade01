import ProviderAPI
import Synchronization

/// Spreads the questions to one provider over time.
final class QuestionPace: Sendable {
    /// More questions than this never wait for their turns.
    private static let longestQueue = 2 * PaymentAudit.width

    private let interval: Duration
    private let clock: any ProviderClock
    private let next: Mutex<Timestamp>

    /// - Parameter rate: how many questions a second there may be, at least 1.
    init(rate: Int, clock: any ProviderClock) {
        // Timestamps count milliseconds. Rounded up, so that the rate is never exceeded.
        interval = .milliseconds((1000 + rate - 1) / rate)
        self.clock = clock
        next = Mutex(clock.now())
    }

    /// Waits for the turn of the next question.
    ///
    /// - Throws: `CancellationError` where the task is cancelled meanwhile.
    func waitForTurn() async throws {
        let turn = next.withLock { next in
            let now = clock.now()
            // No more than the audit's payments wait here: a turn far away means that the clock was set back.
            if next > now.advanced(by: interval * Self.longestQueue) { next = now }
            let turn = max(next, now)
            next = turn.advanced(by: interval)
            return turn
        }
        try await wait(until: turn)
    }

    /// Waits until another question could follow at once, so that whoever asks next needs not know of this pace.
    func waitForEnd() async throws {
        try await wait(until: next.withLock { $0 })
    }

    private func wait(until turn: Timestamp) async throws {
        let delay = turn.duration(since: clock.now())
        if delay > .zero { try await clock.sleep(for: delay) }
    }
}
