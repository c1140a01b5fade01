package import GatewayCore
package import ProviderAPI
import Synchronization

/// Counts the requests of each user and refuses those beyond the limit.
///
/// A generic cell rate algorithm (ITU-T I.371): for each user it keeps one time, at which a steady sender would send next. A user who has
/// sent nothing for a while has no entry, so that memory holds only users who sent lately, and of those at most ``capacity``.
package final class SubjectRateLimiter: Sendable {
    private struct State {
        /// When a steady sender would send next, in microseconds since 1970.
        var next: [Subject: Int64] = [:]
        /// Entries above which those that are in the past are dropped.
        var sweepAt = SubjectRateLimiter.firstSweep
    }

    /// The most users that are remembered. Beyond it all are forgotten: each then has a whole burst again.
    static let capacity = 100_000

    private static let firstSweep = 1024

    private let interval: Int64
    private let tolerance: Int64
    private let clock: any ProviderClock
    private let state = Mutex(State())

    /// A limiter that has counted no request yet.
    package init(_ limit: SubjectRateLimit, clock: any ProviderClock) {
        interval = max(1, 1_000_000 / Int64(max(1, limit.perSecond)))
        tolerance = interval * Int64(max(1, limit.burst) - 1)
        self.clock = clock
    }

    /// How many users are remembered.
    var count: Int { state.withLock { $0.next.count } }

    /// Counts a request of a user.
    ///
    /// - Returns: nil where it is within the limit; otherwise after how many seconds, at least 1, the user may send again.
    package func refuse(_ subject: Subject) -> Int? {
        let now = clock.now().unixMilliseconds &* 1000
        return state.withLock { state in
            var next = max(state.next[subject] ?? now, now)
            // What no sender can reach comes of a clock that was set back.
            if next > now + tolerance + interval { next = now }
            guard next - now <= tolerance else { return Int((next - now - tolerance + 999_999) / 1_000_000) }
            state.next[subject] = next + interval
            if state.next.count > state.sweepAt { sweep(&state, at: now) }
            return nil
        }
    }

    /// Drops users whose burst is whole again. The next sweep comes when as many have been added, so that a request costs little on average.
    private func sweep(_ state: inout State, at now: Int64) {
        state.next = state.next.filter { $0.value > now }
        if state.next.count > Self.capacity { state.next = [:] }
        state.sweepAt = max(Self.firstSweep, min(2 * state.next.count, Self.capacity))
    }
}
