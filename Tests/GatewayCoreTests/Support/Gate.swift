import Synchronization

/// A gate in a call's way: whoever comes waits until the test opens it. Opened once, it stays open.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var held: [CheckedContinuation<Void, Never>] = []
        var watchers: [(arrivals: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// Waits for ``open()``, or for the end of a test that has failed meanwhile.
    func pass() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { arrive($0) }
        } onCancel: {
            open()
        }
    }

    private func arrive(_ continuation: CheckedContinuation<Void, Never>) {
        let (isOpen, watchers) = state.withLock { state in
            state.arrivals += 1
            if !state.isOpen { state.held.append(continuation) }
            let arrivals = state.arrivals
            let due = state.watchers.filter { $0.arrivals <= arrivals }
            state.watchers.removeAll { $0.arrivals <= arrivals }
            return (state.isOpen, due.map(\.continuation))
        }
        for watcher in watchers { watcher.resume() }
        if isOpen { continuation.resume() }
    }

    /// Lets everybody through.
    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Waits until so many have come to the gate.
    func reached(by count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.arrivals >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}
