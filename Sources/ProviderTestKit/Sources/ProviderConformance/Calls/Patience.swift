import Synchronization

/// Waiting that ends.
///
/// Limits are counted in short sleeps, not read from a clock: on a machine whose threads are all busy these sleeps take longer, as
/// everything else does, and what is slow for that reason only does not become a finding.
enum Patience {
    private static let tick = Duration.milliseconds(10)

    /// How long a call is waited for whose script takes no time.
    static let forACall = Duration.seconds(25)

    /// How often a run is made whose deadline passed only because the machine was busy.
    static let attempts = 10

    /// What `work` returns, or nil where it has not ended within `limit`.
    ///
    /// `work` is cancelled then, and when the caller is, but not waited for: a task group would wait, and a call that ignores
    /// its cancellation has to become a finding, not a suite that hangs. That is why these tasks are unstructured.
    static func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let race = Race<Value>()
        let worker = Task { race.finish(with: await work()) }
        let watch = Task {
            for _ in 0..<ticks(in: limit) {
                // Cancelled where the work has ended, and then nobody listens any more.
                guard (try? await Task.sleep(for: tick)) != nil else { return }
            }
            race.finish(with: nil)
        }
        defer {
            worker.cancel()
            watch.cancel()
        }
        return await withTaskCancellationHandler {
            await race.winner()
        } onCancel: {
            worker.cancel()
        }
    }

    /// Whether `condition` comes true within `limit`.
    static func poll(for limit: Duration, until condition: () -> Bool) async -> Bool {
        for _ in 0..<ticks(in: limit) {
            if condition() { return true }
            guard (try? await Task.sleep(for: tick)) != nil else { break }
        }
        return condition()
    }

    private static func ticks(in limit: Duration) -> Int {
        max(1, Int((limit / tick).rounded(.up)))
    }
}

/// Which of several tasks ended first. Waiting for it outlasts a cancellation: what the work makes of that is the result.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Value?, Never>)
        case over(Value?)
    }

    private let state = Mutex(State.running)

    func finish(with value: Value?) {
        let waiting = state.withLock { state -> CheckedContinuation<Value?, Never>? in
            switch state {
            case .running:
                state = .over(value)
                return nil
            case .awaited(let continuation):
                state = .over(value)
                return continuation
            case .over:
                return nil
            }
        }
        waiting?.resume(returning: value)
    }

    func winner() async -> Value? {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> Value?? in
                if case .over(let value) = state { return .some(value) }
                state = .awaited(continuation)
                return nil
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }
}
