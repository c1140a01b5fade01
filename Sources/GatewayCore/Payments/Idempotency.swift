package import ProviderAPI

/// The rules of the header `Idempotency-Key`: one key, one final answer.
package enum Idempotency {
    /// The answer to a request whose key was used before; nil where it is new, or has no key.
    ///
    /// - Throws: ``GatewayError/Code/idempotencyKeyReused``, ``GatewayError/Code/idempotencyInFlight``.
    static func earlierAnswer(
        to request: CallerContext, encoder: any AnswerEncoder, in reader: any StoreReader
    ) throws -> GatewayAnswer? {
        guard let claim = request.idempotency, let record = try reader.idempotencyRecord(claim.reference) else { return nil }
        guard record.fingerprint == claim.fingerprint else {
            throw GatewayError(
                .idempotencyKeyReused, "This Idempotency-Key came with another request before. Use a new key for a new request."
            )
        }
        if let answer = record.answer {
            var replay = GatewayAnswer(answer)
            replay.isReplay = true
            return replay
        }
        guard let operationID = record.operationID, let operation = try reader.operation(operationID),
            operation.state != .pending, let transaction = try reader.transaction(operation.transactionID)
        else {
            throw GatewayError(.idempotencyInFlight, "The first request with this Idempotency-Key is still being worked on.")
                .retry(afterSeconds: 1)
        }
        return try accepted(operation, on: transaction, in: reader, encoder: encoder, requestID: request.requestID)
    }

    /// Stores an answer that needed no call of a provider, under the request's key where it has one.
    package static func store(
        _ answer: PaymentAnswer, for request: CallerContext, encoder: any AnswerEncoder, at now: Timestamp,
        in writer: any StoreWriter
    ) throws -> GatewayAnswer {
        if case .accepted(let transaction) = answer {
            return accepted(answer, transactionID: transaction.id, encoder: encoder, requestID: request.requestID)
        }
        let stored = encoder.encode(answer, requestID: request.requestID)
        if let claim = request.idempotency {
            try writer.insertIdempotencyKey(claim, operationID: nil, at: now)
            try writer.completeIdempotencyKey(claim.reference, answer: stored, at: now)
        }
        return GatewayAnswer(stored)
    }

    /// The answer while the outcome of an operation is not known: the refund, or the transaction as everybody sees it. It is not final,
    /// and not stored.
    static func accepted(
        _ operation: Operation, on transaction: PaymentTransaction, in reader: any StoreReader, encoder: any AnswerEncoder,
        requestID: String
    ) throws -> GatewayAnswer {
        guard case .refund = operation.request, let refund = try reader.refund(operationID: operation.id) else {
            return accepted(operation, on: transaction, encoder: encoder, requestID: requestID)
        }
        return accepted(.refundAccepted(refund), transactionID: transaction.id, encoder: encoder, requestID: requestID)
    }

    /// The same where the books cannot be read: a refund is shown as it was asked for.
    static func accepted(
        _ operation: Operation, on transaction: PaymentTransaction, encoder: any AnswerEncoder, requestID: String
    ) -> GatewayAnswer {
        var answer = PaymentAnswer.accepted(transaction)
        if case .refund(let request) = operation.request {
            let asked = RefundRecord(
                id: 0, transactionID: transaction.id, operationID: operation.id, providerRefundID: nil, amount: request.amount,
                status: .pending, reason: request.reason, metadata: request.metadata, createdAt: operation.createdAt,
                updatedAt: operation.createdAt)
            answer = .refundAccepted(asked)
        }
        return accepted(answer, transactionID: transaction.id, encoder: encoder, requestID: requestID)
    }

    private static func accepted(
        _ answer: PaymentAnswer, transactionID: Int64, encoder: any AnswerEncoder, requestID: String
    ) -> GatewayAnswer {
        var answer = GatewayAnswer(encoder.encode(answer, requestID: requestID))
        answer.location = transactionID
        answer.retryAfterSeconds = 1
        return answer
    }
}
