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
        return accepted(transaction, encoder: encoder, requestID: request.requestID)
    }

    /// Stores an answer that needed no call of a provider, under the request's key where it has one.
    package static func store(
        _ answer: PaymentAnswer, for request: CallerContext, encoder: any AnswerEncoder, at now: Timestamp,
        in writer: any StoreWriter
    ) throws -> GatewayAnswer {
        if case .accepted(let transaction) = answer {
            return accepted(transaction, encoder: encoder, requestID: request.requestID)
        }
        let stored = encoder.encode(answer, requestID: request.requestID)
        if let claim = request.idempotency {
            try writer.insertIdempotencyKey(claim, operationID: nil, at: now)
            try writer.completeIdempotencyKey(claim.reference, answer: stored, at: now)
        }
        return GatewayAnswer(stored)
    }

    /// The answer while an outcome is not known. It is not final, and not stored.
    static func accepted(
        _ transaction: PaymentTransaction, encoder: any AnswerEncoder, requestID: String
    ) -> GatewayAnswer {
        var answer = GatewayAnswer(encoder.encode(.accepted(transaction), requestID: requestID))
        answer.location = transaction.id
        answer.retryAfterSeconds = 1
        return answer
    }
}
