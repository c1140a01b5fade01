/// Runs what may block its thread on the runtime's own threads, unless the caller has one that may be blocked already: a connection's
/// event loop serves many others.
///
/// That is all code of providers, which is not ours, and what reads and links their modules.
///
/// - Parameter work: a closure, not the name of a function: only a closure that is made for this parameter begins on the other thread.
package func offEventLoop<Value>(_ work: @concurrent () async throws -> Value) async rethrows -> Value {
    if currentBlockingExecutor() != nil { return try await work() }
    return try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
}
