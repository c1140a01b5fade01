/// Threads that may be blocked for a while, because nothing else depends on them: neither connections nor the runtime's pool.
///
/// A store that finds itself on one may do its work there, in place of handing it to a thread of its own and waiting to be woken up.
package protocol BlockingExecutor: TaskExecutor {}

/// The executor that the current task prefers; nil where it has no preference.
func currentExecutor() -> (any TaskExecutor)? {
    withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
}

/// The same where its threads may be blocked, else nil.
package func currentBlockingExecutor() -> (any BlockingExecutor)? {
    currentExecutor() as? any BlockingExecutor
}
