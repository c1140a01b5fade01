import Logging
import ProviderAPI

extension OperationRunner {
    /// T2: writes the outcome of an operation, only while it is still ours, and the answer with it.
    func settle(
        _ operation: Operation, _ outcome: Result<Answer, ProviderError>, provider: String
    ) async throws -> GatewayAnswer {
        let now = clock.now()
        return try await store.write { writer in
            guard let current = try writer.operation(operation.id), current.fence == operation.fence, current.state.isOpen,
                let transaction = try writer.transaction(operation.transactionID)
            else { return try supersededAnswer(operation, in: writer) }
            let settlement = Settlement(
                operation: operation, transaction: transaction, writer: writer,
                bookkeeper: Bookkeeper(writer: writer, now: now, actor: .gateway), provider: provider
            )
            return try finish(try settlement.apply(outcome), operation, outcome, at: now, in: writer)
        }
    }

    private func finish(
        _ verdict: Settlement.Verdict, _ operation: Operation, _ outcome: Result<Answer, ProviderError>, at now: Timestamp,
        in writer: any StoreWriter
    ) throws -> GatewayAnswer {
        switch verdict {
        case .ended(let state, let answer):
            let isOurs = try writer.endOperation(
                operation.id, fence: operation.fence, state: state, outcome: outcome.label, at: now
            )
            guard isOurs else { throw StoreError.constraint("operation \(operation.id) has another owner") }
            let stored = encoder.encode(answer, requestID: operation.requestID)
            if let reference = operation.idempotency {
                // Where nothing was sent the key is free again, so that the same request can be tried once more.
                if case .failure(.notSent) = outcome, state == .failed {
                    try writer.deleteIdempotencyKey(reference)
                } else {
                    try writer.completeIdempotencyKey(reference, answer: stored, at: now)
                }
            }
            var result = GatewayAnswer(stored)
            if case .failure(let error) = answer { result.retryAfterSeconds = error.retryAfterSeconds }
            return result

        case .open(let transaction):
            let isOurs = try writer.keepOperationOpen(
                operation.id, fence: operation.fence, outcome: outcome.label,
                nextCheckAfter: RecoverySchedule.delay(afterAttempts: operation.attempts), at: now
            )
            guard isOurs else { throw StoreError.constraint("operation \(operation.id) has another owner") }
            return Idempotency.accepted(transaction, encoder: encoder, requestID: operation.requestID)

        case .review(let transaction):
            _ = try writer.endOperation(
                operation.id, fence: operation.fence, state: .manualReview, outcome: outcome.label, at: now)
            ReviewAlert.raise(logger, metadata: ["transaction": "\(transaction.id)", "operation_id": "\(operation.id)"])
            return Idempotency.accepted(transaction, encoder: encoder, requestID: operation.requestID)
        }
    }

    /// The answer where another has taken the operation over meanwhile: what that one stored, or the state as it is.
    private func supersededAnswer(_ operation: Operation, in reader: any StoreReader) throws -> GatewayAnswer {
        if let reference = operation.idempotency, let answer = try reader.idempotencyRecord(reference)?.answer {
            return GatewayAnswer(answer)
        }
        guard let transaction = try reader.transaction(operation.transactionID) else {
            throw GatewayError(.internal, "The transaction of operation \(operation.id) is gone.")
        }
        return Idempotency.accepted(transaction, encoder: encoder, requestID: operation.requestID)
    }
}
