extension Provider {
    /// Runs a call of the provider's on the runtime's own threads, whichever the caller has.
    ///
    /// What is not ours may block the thread that it is on, and a connection's event loop serves many others.
    package func aside<Value>(_ call: () async throws -> Value) async rethrows -> Value {
        try await withTaskExecutorPreference(globalConcurrentExecutor, operation: call)
    }
}
