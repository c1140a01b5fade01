import Synchronization

/// A place for one result, which one task waits for. Of several results the first counts; the others find nobody.
final class FirstResult<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, any Error>)
        case full(Result<Value, any Error>)
    }

    private let state = Mutex(State.empty)

    /// Gives a result, unless there was one before.
    func deliver(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .full: return nil
            case .empty:
                state = .full(result)
                return nil
            case .awaited(let continuation):
                state = .full(result)
                return continuation
            }
        }
        waiting?.resume(with: result)
    }

    /// Waits for the result. Only one task may.
    ///
    /// - Throws: what was delivered; `CancellationError` where the waiting was cancelled before.
    var value: Value {
        get async throws {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let result = state.withLock { state -> Result<Value, any Error>? in
                        if case .full(let result) = state { return result }
                        state = .awaited(continuation)
                        return nil
                    }
                    if let result { continuation.resume(with: result) }
                }
            } onCancel: {
                deliver(.failure(CancellationError()))
            }
        }
    }
}
