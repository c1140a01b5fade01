import ServiceLifecycle
import Synchronization

/// Owns the running flows. A flow is not a child of the request that started it: a hang-up, a deadline or a shutdown ends
/// the waiting, never the flow. On shutdown it waits for those that run.
///
/// A flow begins at once on the thread of whoever starts it, and goes on there after each wait: among many, most of its steps follow
/// others on a thread that is awake. A flow that is alone would wait for a thread to wake up before each step, which a single client
/// notices more than the disk. It runs on a ``BlockingExecutor``, where it is not handed on at all: its commits are made there, and
/// its call is next in line when it waits for it.
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
    private let ownThreads: (any BlockingExecutor)?
    /// When the flows' calls have to be done.
    let deadlines: Deadlines

    /// A supervisor without flows.
    ///
    /// - Parameters:
    ///   - ownThreads: for flows that are alone; with nil, each flow runs on the thread that starts it.
    ///   - clock: what measures the deadlines of their calls.
    package init(ownThreads: (any BlockingExecutor)? = nil, clock: some Clock<Duration> = ContinuousClock()) {
        self.ownThreads = ownThreads
        deadlines = Deadlines(clock: clock)
    }

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
    /// - Returns: false once the shutdown has begun; then it is not run.
    @discardableResult
    func start(_ work: @escaping @Sendable () async -> Void) -> Bool {
        guard let flow = take(work) else { return false }
        if flow.isAlone, let ownThreads {
            Task(executorPreference: ownThreads) { await flow.run() }
        } else {
            // A task that nobody waits for does not inherit the threads of whoever starts it.
            Task.immediate(executorPreference: currentExecutor()) { await flow.run() }
        }
        return true
    }

    /// The same for what is not ours and may block the thread that it has: never on a connection's, nor before the caller waits.
    ///
    /// - Returns: as ``start(_:)``.
    func startCall(_ work: @escaping @Sendable () async -> Void) -> Bool {
        guard let flow = take(work) else { return false }
        Task(executorPreference: currentBlockingExecutor()) { await flow.run() }
        return true
    }

    private func take(_ work: @escaping @Sendable () async -> Void) -> (run: @Sendable () async -> Void, isAlone: Bool)? {
        let isAlone = state.withLock { state -> Bool? in
            if state.isClosed { return nil }
            state.running += 1
            return state.running == 1
        }
        guard let isAlone else { return nil }
        let run: @Sendable () async -> Void = {
            await work()
            self.state.withLock { state in
                state.running -= 1
                return state.takeWaitingIfDone()
            }?.resume()
        }
        return (run, isAlone)
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
