/// Runs what may block its thread on the runtime's own threads, unless the caller has one that may be blocked already: a connection's
/// event loop serves many others.
///
/// That is all code of providers, which is not ours, and what reads and links their modules.
package func offEventLoop<Value>(_ work: () async throws -> Value) async rethrows -> Value {
    if currentBlockingExecutor() != nil { return try await work() }
    return try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
}
