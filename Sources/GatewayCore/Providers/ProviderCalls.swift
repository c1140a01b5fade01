import Synchronization

/// How many calls to a provider are at work: its background work goes on for as long as there are any, also when it is no longer in use.
package final class ProviderCalls: Sendable {
    private struct State {
        var count = 0
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// No calls.
    package init() {}

    /// A call begins.
    package func begin() {
        state.withLock { $0.count += 1 }
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
