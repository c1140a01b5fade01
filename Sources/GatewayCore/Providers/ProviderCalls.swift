import Synchronization

/// The calls to a provider that are at work, and how many there may be.
///
/// The limit holds for what clients ask for: a provider that takes its time must not take up the whole process. What the gateway asks on
/// its own account, to find out what became of calls, has room beyond it, because it is bounded where it is asked. The provider's
/// background work goes on for as long as there are any calls, also when it is no longer in use.
package final class ProviderCalls: Sendable {
    /// How many calls of clients there may be at once, unless providers.yaml says otherwise.
    package static let defaultLimit = 4000

    /// More calls at once than this are a crowd.
    private static let crowd = 64

    /// On whose account a provider is called.
    enum Account: Sendable {
        /// A client waits: refused at the limit.
        case client
        /// The gateway has to find something out: never refused.
        case gateway
    }

    private struct State {
        var count = 0
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    /// How many calls there may be before those of clients are refused.
    package let limit: Int
    private let state = Mutex(State())

    /// No calls.
    package init(limit: Int = defaultLimit) {
        self.limit = limit
    }

    /// How many calls are at work.
    package var count: Int { state.withLock { $0.count } }

    /// Whether a client's call would be refused.
    package var isFull: Bool { count >= limit }

    /// Whether there are so many that what belongs to one of them should not go before what belongs to others.
    var isCrowded: Bool { count > Self.crowd }

    /// A call begins, on the gateway's own account.
    package func begin() {
        _ = begin(for: .gateway)
    }

    /// A call begins, where there is room.
    ///
    /// - Returns: false where there is none; then nothing has begun.
    func begin(for account: Account) -> Bool {
        state.withLock { state in
            guard account == .gateway || state.count < limit else { return false }
            state.count += 1
            return true
        }
    }

    /// A call that has begun ends.
    package func end() {
        let waiting = state.withLock { state -> [AsyncStream<Never>.Continuation] in
            state.count -= 1
            guard state.count == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Waits until no call is at work, or the task is cancelled.
    package func waitUntilNone() async {
        let (end, continuation) = AsyncStream<Never>.makeStream()
        let hasCalls = state.withLock { state in
            if state.count > 0 { state.waiting.append(continuation) }
            return state.count > 0
        }
        guard hasCalls else { return }
        for await _ in end {}
    }
}
