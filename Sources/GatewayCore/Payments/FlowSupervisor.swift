import ServiceLifecycle
import Synchronization

/// Owns the running flows. A flow is not a child of the request that started it: a hang-up, a deadline or a shutdown ends
/// the waiting, never the flow. On shutdown it waits for those that run.
///
/// A flow starts at once on the thread of whoever starts it, and goes on elsewhere from its first wait on. Handed to another task
/// first, it would wait for a thread to wake up before each of its steps, which a single client notices more than the disk.
package final class FlowSupervisor: Service {
    private struct State {
        var running = 0
        /// Whether no flow is taken any more.
        var isClosed = false
        /// Who waits for the last flow to end.
        var waiting: CheckedContinuation<Void, Never>?

        /// Whoever is to be told that nothing runs, and nothing will any more.
        mutating func takeWaitingIfDone() -> CheckedContinuation<Void, Never>? {
            guard isClosed, running == 0 else { return nil }
            defer { waiting = nil }
            return waiting
        }
    }

    private let state = Mutex(State())
    /// When the flows' calls have to be done.
    let deadlines = Deadlines()

    /// A supervisor without flows.
    package init() {}

    /// Whether the shutdown has begun.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Watches over the flows' deadlines until the graceful shutdown, and then until the last flow has ended. Where it is cancelled, the
    /// flows' deadlines have come: what they wait for is unknown then.
    package func run() async throws {
        await withTaskGroup { group in
            group.addTask { await self.deadlines.run() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await self.untilDone()
            } onCancelOrGracefulShutdown: {
                self.close()
            }
            group.cancelAll()
        }
    }

    /// Runs `work` to its end and waits for nothing.
    ///
    /// - Parameter elsewhere: whether it starts on another thread: what is not ours may block the one that it has.
    /// - Returns: false once the shutdown has begun; then it is not run.
    @discardableResult
    func start(elsewhere: Bool = false, _ work: @escaping @Sendable () async -> Void) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isClosed { state.running += 1 }
            return !state.isClosed
        }
        guard isTaken else { return false }
        let flow: @Sendable () async -> Void = {
            await work()
            self.state.withLock { state in
                state.running -= 1
                return state.takeWaitingIfDone()
            }?.resume()
        }
        if elsewhere {
            Task(operation: flow)
        } else {
            // On the threads of whoever starts it: a task that nobody waits for does not inherit them.
            let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
            Task.immediate(executorPreference: executor, operation: flow)
        }
        return true
    }

    /// Runs `work` to its end and waits for it. Cancelling the waiting task leaves `work` alone.
    ///
    /// - Throws: what `work` throws; ``GatewayError/Code/unavailable`` once the shutdown has begun; `CancellationError` where the
    ///   waiting was cancelled.
    package func perform<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let result = FirstResult<Value>()
        let isTaken = start {
            do {
                result.deliver(.success(try await work()))
            } catch {
                result.deliver(.failure(error))
            }
        }
        guard isTaken else { throw GatewayError(.unavailable, "The gateway is shutting down.").retry(afterSeconds: 1) }
        return try await result.value
    }

    private func close() {
        state.withLock { state in
            state.isClosed = true
            return state.takeWaitingIfDone()
        }?.resume()
    }

    private func untilDone() async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.waiting = continuation
                return state.takeWaitingIfDone()
            }?.resume()
        }
    }
}
