import Logging
import ProviderAPI

extension OperationRunner {
    /// T2: writes the outcome of an operation, only while it is still ours, and the answer with it.
    ///
    /// It never throws: the provider may have acted, so whatever keeps the outcome from being written, the operation stays open on
    /// disk, is looked at again, and the client is told that the outcome is not known.
    ///
    /// - Parameter transaction: as it was before the call, to answer from where the books cannot be read either.
    func settle(
        _ operation: Operation, on transaction: PaymentTransaction, _ outcome: Result<Answer, ProviderError>
    ) async -> GatewayAnswer {
        do {
            return try await writeAndAlert(outcome, of: operation, on: transaction)
        } catch {
            logUnwritten(operation, error)
            switch error {
            case StoreError.constraint: await putOff(operation)
            case StoreError.unavailable: supervisor.start { await settleLater(operation, on: transaction, outcome) }
            default: break
            }
            return Idempotency.accepted(operation, on: transaction, encoder: encoder, requestID: operation.requestID)
        }
    }

    /// Nothing could be written, as on a full disk, and the lease keeps everybody else from it: the outcome is written as soon as the
    /// books take it. Where the lease runs out first, recovery finds the outcome out anew.
    private func settleLater(
        _ operation: Operation, on transaction: PaymentTransaction, _ outcome: Result<Answer, ProviderError>
    ) async {
        let attempts = (Self.lease - Self.deadline).components.seconds
        for _ in 0..<attempts {
            do {
                try await clock.sleep(for: .seconds(1))
                guard !supervisor.isClosed else { return }
                _ = try await writeAndAlert(outcome, of: operation, on: transaction)
                return
            } catch StoreError.unavailable {
                continue
            } catch {
                logUnwritten(operation, error)
                if case StoreError.constraint = error { await putOff(operation) }
                return
            }
        }
    }

    private func writeAndAlert(
        _ outcome: Result<Answer, ProviderError>, of operation: Operation, on transaction: PaymentTransaction
    ) async throws -> GatewayAnswer {
        let (answer, reviewed) = try await write(outcome, of: operation, provider: transaction.provider)
        if let reviewed {
            ReviewAlert.raise(
                logger, because: reviewed,
                metadata: [
                    "transaction": .stringConvertible(transaction.id), "operation_id": .stringConvertible(operation.id),
                    "provider": "\(transaction.provider)",
                    "request_id": "\(operation.requestID)",
                ])
        }
        return answer
    }

    private func write(
        _ outcome: Result<Answer, ProviderError>, of operation: Operation, provider: String
    ) async throws -> (GatewayAnswer, reviewed: String?) {
        let now = clock.now()
        return try await store.write { writer in
            guard let transaction = try writer.transaction(ofOpenOperation: operation.id, fence: operation.fence) else {
                return (try supersededAnswer(operation, in: writer), nil)
            }
            let settlement = Settlement(
                operation: operation, transaction: transaction, writer: writer,
                bookkeeper: Bookkeeper(writer: writer, now: now, actor: .gateway), provider: provider,
                patienceHasEnded: now.duration(since: operation.createdAt) >= RecoverySchedule.patience
            )
            let verdict = try settlement.apply(outcome)
            let answer = try finish(verdict, operation, outcome, at: now, in: writer)
            if case .review(_, let cause) = verdict { return (answer, cause) }
            return (answer, nil)
        }
    }

    /// What the books refuse, such as an intent that belongs to another payment, would be refused again at once: the next look waits.
    private func putOff(_ operation: Operation) async {
        let now = clock.now()
        do {
            _ = try await store.write { writer in
                try writer.keepOperationOpen(
                    operation.id, fence: operation.fence, outcome: "unwritable",
                    nextCheckAfter: RecoverySchedule.delay(afterAttempts: operation.attempts), at: now
                )
            }
        } catch {
            logUnwritten(operation, error)
        }
    }

    private func logUnwritten(_ operation: Operation, _ error: any Error) {
        // Of the store's errors all may be told: they hold names of the schema and SQLite's codes, never values.
        let cause = (error as? StoreError).map { "\($0)" } ?? "\(type(of: error))"
        logger.error(
            "The outcome of an operation could not be written; it stays open.",
            metadata: [
                "operation_id": .stringConvertible(operation.id), "error": "\(cause)", "request_id": "\(operation.requestID)",
            ]
        )
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
            return try accepted(operation, on: transaction, in: writer)

        case .review(let transaction, _):
            let isOurs = try writer.endOperation(
                operation.id, fence: operation.fence, state: .manualReview, outcome: outcome.label, at: now)
            guard isOurs else { throw StoreError.constraint("operation \(operation.id) has another owner") }
            return try accepted(operation, on: transaction, in: writer)
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
        return try accepted(operation, on: transaction, in: reader)
    }

    private func accepted(
        _ operation: Operation, on transaction: PaymentTransaction, in reader: any StoreReader
    ) throws -> GatewayAnswer {
        try Idempotency.accepted(operation, on: transaction, in: reader, encoder: encoder, requestID: operation.requestID)
    }
}
