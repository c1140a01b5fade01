import GatewayLifecycle
import ProviderAPI

/// Writes what one outcome of an operation leads to: the payment, the operation, others that end with it, and stored answers.
struct OutcomeResolution {
    let operation: Operation
    let attempt: OperationRunner.Attempt
    /// What the call came back with; ``CallResult/lookUpFailed`` where none was made. What a look-up found counts in its place.
    let result: CallResult
    let ledger: PaymentLedger
    let encoder: any AnswerEncoder

    /// Returns the client's answer.
    func write(on payment: inout PaymentLedger.Payment) throws -> GatewayAnswer {
        let outcome = try ledger.outcome(of: attempt, result, of: operation, on: payment.row)
        let ended = try ledger.apply(.outcome(outcome), to: &payment, context(on: payment)).ended
        var answer: GatewayAnswer?
        for end in ended {
            if end.id == operation.id { answer = try store(end, payment) } else { try endOther(end) }
        }
        return try answer ?? keepOpen(&payment)
    }

    private func context(on payment: borrowing PaymentLedger.Payment) -> PaymentLedger.Context {
        var context = PaymentLedger.Context("\(operation.kind.rawValue).observed", operationID: operation.id)
        context.providerRequestID = attempt.outcome.providerRequestID
        switch attempt.outcome {
        case .success(.intent(let intent)): context.intent = intent
        case .success(.refund(let refund)):
            context.refunds = [refund]
            context.detail = refund.failureReason
        case .failure(.declined(let decline)):
            context.intent = decline.paymentIntent
            context.failure = PaymentFailure(
                code: decline.code, declineCode: decline.declineCode, message: decline.message)
            context.detail = decline.message
        case .failure(let error):
            if case .rejected(let rejection) = error { context.intent = rejection.paymentIntent }
            // The client's words and no more: owners read the history too.
            context.detail = GatewayError(error, provider: payment.row.provider)?.detail ?? error.summary
        }
        context.take(attempt.foundAfterRefusal)
        context.take(attempt.found)
        return context
    }

    // MARK: The operation ended

    private func store(_ end: OperationEnd, _ payment: borrowing PaymentLedger.Payment) throws -> GatewayAnswer {
        let isOurs = try ledger.writer.endOperation(
            operation.id, fence: operation.fence, state: end.succeeded ? .succeeded : .failed, outcome: label(end), at: ledger.now
        )
        guard isOurs else { throw StoreError.constraint("operation \(operation.id) has another owner") }
        let result = try answer(to: end, payment)
        let stored = encoder.encode(result, requestID: operation.requestID)
        if let reference = operation.idempotency {
            // Where nothing was sent the key is free again, so that the same request can be tried once more.
            if end.reason == .notSent {
                try ledger.writer.deleteIdempotencyKey(reference)
            } else {
                try ledger.writer.completeIdempotencyKey(reference, answer: stored, at: ledger.now)
            }
        }
        var answer = GatewayAnswer(stored)
        if case .failure(let error) = result { answer.retryAfterSeconds = error.retryAfterSeconds }
        return answer
    }

    /// The operation's outcome in the books. What a look-up shows is the outcome, whatever the call came back with.
    private func label(_ end: OperationEnd) -> String {
        switch end.reason {
        case .notExecuted: end.reason.rawValue
        case .completed: CallOutcome.completed.rawValue
        default: attempt.outcome.label
        }
    }

    private func answer(to end: OperationEnd, _ payment: borrowing PaymentLedger.Payment) throws -> PaymentAnswer {
        switch end.reason {
        case .completed: return try payment.answer(toSucceeded: end)
        case .declined: return .failure(declined(payment))
        case .rejected, .notSent:
            if case .failure(let error) = attempt.outcome, let answer = GatewayError(error, provider: payment.row.provider) {
                return .failure(answer)
            }
            return .failure(Self.excluded(end.kind, payment.row.status))
        case .notExecuted: return .failure(Self.notExecuted)
        case .canceled: return .failure(Self.canceled)
        case .refundFailed: return .failure(refundFailed(end, payment))
        case .declared: return .failure(Self.notExecuted)
        }
    }

    private func declined(_ payment: borrowing PaymentLedger.Payment) -> GatewayError {
        if case .failure(let error) = attempt.outcome, let answer = GatewayError(error, provider: payment.row.provider) {
            return answer
        }
        // Some providers answer a decline with the intent; for the client it is the same decline.
        var error = GatewayError(.paymentDeclined, payment.row.errorMessage ?? "The payment was declined.")
        error.providerCode = payment.row.errorCode ?? "card_declined"
        error.declineCode = payment.row.declineCode
        return error
    }

    private func refundFailed(_ end: OperationEnd, _ payment: borrowing PaymentLedger.Payment) -> GatewayError {
        let refund = payment.refunds.first { $0.operationID == end.id }
        var reason: String?
        if case .success(.refund(let shown)) = attempt.outcome { reason = shown.failureReason }
        let cause = reason.map { " (\($0))" } ?? ""
        var error = GatewayError(
            .providerRejected,
            "The refund \((refund?.status ?? .failed).rawValue) at the provider\(cause); nothing was given back.")
        error.providerCode = reason
        return error
    }

    /// The payment's end excludes what was asked for.
    private static func excluded(_ kind: OperationKind, _ status: PaymentStatus) -> GatewayError {
        let done =
            switch kind {
            case .create: "created"
            case .confirm: "confirmed"
            case .capture: "captured"
            case .cancel: "canceled"
            case .refund: "refunded"
            }
        let cause = status.isPaid ? "the provider has captured it" : "the provider has canceled it"
        return GatewayError(.invalidState, "The payment cannot be \(done): \(cause).")
    }

    /// What the client of an operation without an effect is answered.
    static let notExecuted = GatewayError(
        .providerRejected, "The provider did not carry out the request. Send it again with a new Idempotency-Key.")

    private static let canceled = GatewayError(.invalidState, "The payment was canceled.")

    // MARK: It stays open, or others end with it

    private func keepOpen(_ payment: inout PaymentLedger.Payment) throws -> GatewayAnswer {
        if ledger.now.duration(since: operation.createdAt) >= RecoverySchedule.reviewDeadline {
            try ledger.apply(
                .overdue(operation: operation.id), to: &payment,
                PaymentLedger.Context("\(operation.kind.rawValue).overdue", operationID: operation.id))
        }
        let standing = payment.state.operations.first { $0.id == operation.id }
        let isOurs = try ledger.writer.keepOperationOpen(
            operation.id, fence: operation.fence, outcome: attempt.outcome.label, standing: standing,
            nextCheckAfter: RecoverySchedule.delay(afterAttempts: operation.attempts, isOverdue: standing?.isOverdue ?? false),
            at: ledger.now)
        guard isOurs else { throw StoreError.constraint("operation \(operation.id) has another owner") }
        return try Idempotency.accepted(
            operation, on: payment.shownRow, in: ledger.writer, encoder: encoder, requestID: operation.requestID)
    }

    /// A cancellation ended another operation, which no task works on.
    private func endOther(_ end: OperationEnd) throws {
        guard
            try ledger.endUnleased(end, outcome: end.reason.rawValue, answer: .failure(Self.canceled), encoder: encoder)
        else { throw StoreError.constraint("operation \(end.id) has another owner") }
    }
}
