import ServiceLifecycle

/// Owns the running flows. A flow is not a child of the request that started it: a hang-up, a deadline or a shutdown ends
/// the waiting, never the flow. On shutdown it waits for those that run.
package final class FlowSupervisor: Service {
    private typealias Flow = @Sendable () async -> Void

    private let flows: AsyncStream<Flow>
    private let submit: AsyncStream<Flow>.Continuation
    /// When the flows' calls have to be done.
    let deadlines = Deadlines()

    /// A supervisor without flows.
    package init() {
        (flows, submit) = AsyncStream.makeStream()
    }

    /// Runs flows until the graceful shutdown, then waits for those that run.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { services in
                services.addTask { await self.deadlines.run() }
                await withDiscardingTaskGroup { group in
                    for await flow in flows {
                        group.addTask { await flow() }
                    }
                }
                // Not before the flows have ended: their deadlines hold to the last.
                services.cancelAll()
            }
        } onGracefulShutdown: {
            self.submit.finish()
        }
    }

    /// Runs `work` to its end and waits for nothing. Once the shutdown has begun it is not run.
    func start(_ work: @escaping @Sendable () async -> Void) {
        submit.yield(work)
    }

    /// Runs `work` to its end and waits for it. Cancelling the waiting task leaves `work` alone.
    ///
    /// - Throws: what `work` throws; ``GatewayError/Code/unavailable`` once the shutdown has begun; `CancellationError` where the
    ///   waiting was cancelled.
    package func perform<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let (results, deliver) = AsyncStream<Result<Value, any Error>>.makeStream()
        let flow: Flow = {
            do {
                deliver.yield(.success(try await work()))
            } catch {
                deliver.yield(.failure(error))
            }
            deliver.finish()
        }
        if case .terminated = submit.yield(flow) {
            throw GatewayError(.unavailable, "The gateway is shutting down.").retry(afterSeconds: 1)
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
