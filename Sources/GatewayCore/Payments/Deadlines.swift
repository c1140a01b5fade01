import Synchronization

/// Lets many wait for points in time with one timer between them.
///
/// Nearly every wait ends long before its time, because what it bounds is done. A timer of the runtime stays in its queue until its time
/// comes all the same: at some thousand calls a second, each with a deadline of 22 seconds, that was a hundred thousand timers for
/// nothing. Here a wait that ends is gone, and one task looks ten times a second who is due, as long as somebody waits.
final class Deadlines: Sendable {
    private typealias Waiter = (due: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>)

    private enum Entry {
        case waiting(Waiter)
        /// It was cancelled before it began to wait.
        case cancelled
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var last: UInt64 = 0
        /// Whether somebody looks who is due.
        var isWatched = false
    }

    /// How often it is looked who is due: a deadline may be missed by so much.
    static let precision = Duration.milliseconds(100)

    private let state = Mutex(State())
    private let calls: AsyncStream<Void>
    private let call: AsyncStream<Void>.Continuation

    init() {
        (calls, call) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Waits until `duration` has passed, within ``precision``; returns at once where the task is cancelled.
    ///
    /// Nobody wakes up unless ``run()`` runs.
    func wait(for duration: Duration) async {
        let due = ContinuousClock.now + duration
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isOver, needsWatch) = state.withLock { state -> (Bool, Bool) in
                    if state.entries.removeValue(forKey: id) != nil { return (true, false) }
                    state.entries[id] = .waiting((due, continuation))
                    defer { state.isWatched = true }
                    return (false, !state.isWatched)
                }
                if isOver { continuation.resume() }
                if needsWatch { call.yield() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard case .waiting(let waiter)? = state.entries.removeValue(forKey: id) else {
                    state.entries[id] = .cancelled
                    return nil
                }
                return waiter
            }
            waiter?.continuation.resume()
        }
        // A cancellation that came when the wait was over has left its mark.
        state.withLock { _ = $0.entries.removeValue(forKey: id) }
    }

    /// Wakes who is due, until the task is cancelled.
    func run() async {
        for await _ in calls {
            while isNeeded() {
                guard (try? await Task.sleep(for: Self.precision)) != nil else { return }
                wakeDue(at: .now)
            }
        }
    }

    private func isNeeded() -> Bool {
        state.withLock { state in
            state.isWatched = !state.entries.isEmpty
            return state.isWatched
        }
    }

    private func wakeDue(at now: ContinuousClock.Instant) {
        let due = state.withLock { state -> [Waiter] in
            var due: [Waiter] = []
            for (id, entry) in state.entries {
                guard case .waiting(let waiter) = entry, waiter.due <= now else { continue }
                state.entries[id] = nil
                due.append(waiter)
            }
            return due
        }
        for waiter in due { waiter.continuation.resume() }
    }
}
