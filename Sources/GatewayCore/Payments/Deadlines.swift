import Synchronization

/// Tells many when their time is up, with one timer between them.
///
/// Nearly every deadline is called off long before its time, because what it bounds is done. A timer of the runtime stays in its queue
/// until its time comes all the same: at some thousand calls a second, each with a deadline of 22 seconds, that was a hundred thousand
/// timers for nothing. Here a deadline that is called off is gone, and one task looks ten times a second which are due, as long as
/// there are any.
final class Deadlines: Sendable {
    /// When it is due, in time since ``Deadlines`` was made, and what runs then.
    private typealias Deadline = (due: Duration, action: @Sendable () -> Void)

    private struct State {
        var deadlines: [UInt64: Deadline] = [:]
        var last: UInt64 = 0
        /// Whether somebody looks which are due.
        var isWatched = false
        /// Whether nobody will look any more.
        var isOver = false
    }

    /// How often it is looked which are due: a deadline may be missed by so much.
    static let precision = Duration.milliseconds(100)

    private let state = Mutex(State())
    private let calls: AsyncStream<Void>
    private let call: AsyncStream<Void>.Continuation
    /// The time since this was made.
    private let elapsed: @Sendable () -> Duration
    /// Waits as long as ``precision`` says, or until the task is cancelled.
    private let pause: @Sendable () async throws -> Void

    /// - Parameter clock: what measures the time. It must not follow the wall clock where that is set.
    init(clock: some Clock<Duration>) {
        (calls, call) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: Self.precision) }
    }

    /// Has `action` run once `duration` has passed, within ``precision``. It must be short, and not wait for anything.
    ///
    /// Nothing runs before ``run()`` does; after it has ended, everything runs at once.
    ///
    /// - Returns: what ``callOff(_:)`` takes.
    func set(after duration: Duration, _ action: @escaping @Sendable () -> Void) -> UInt64 {
        let due = elapsed() + duration
        let (id, needsWatch, isOver) = state.withLock { state -> (UInt64, Bool, Bool) in
            state.last += 1
            if state.isOver { return (state.last, false, true) }
            state.deadlines[state.last] = (due, action)
            defer { state.isWatched = true }
            return (state.last, !state.isWatched, false)
        }
        if needsWatch { call.yield() }
        if isOver { action() }
        return id
    }

    /// Forgets a deadline. One whose time has come, or comes at this moment, may still have its action run.
    func callOff(_ id: UInt64) {
        state.withLock { _ = $0.deadlines.removeValue(forKey: id) }
    }

    /// Runs what is due, until the task is cancelled, and then all that is left: nobody would ever do it.
    func run() async {
        for await _ in calls {
            while isNeeded(), (try? await pause()) != nil {
                let now = elapsed()
                run { $0.due <= now }
            }
        }
        state.withLock { $0.isOver = true }
        run { _ in true }
    }

    private func isNeeded() -> Bool {
        state.withLock { state in
            state.isWatched = !state.deadlines.isEmpty
            return state.isWatched
        }
    }

    private func run(where isDue: (Deadline) -> Bool) {
        let due = state.withLock { state -> [Deadline] in
            var due: [Deadline] = []
            for (id, deadline) in state.deadlines where isDue(deadline) {
                state.deadlines[id] = nil
                due.append(deadline)
            }
            return due
        }
        for deadline in due { deadline.action() }
    }
}
