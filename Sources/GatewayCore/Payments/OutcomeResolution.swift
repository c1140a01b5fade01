import GatewayLifecycle
import ProviderAPI

/// Writes what one outcome of an operation leads to: the payment, the operation, others that end with it, and stored answers.
struct OutcomeResolution {
    let operation: Operation
    let outcome: Result<OperationRunner.Answer, ProviderError>
    let circumstances: OperationRunner.Circumstances
    let ledger: PaymentLedger
    let encoder: any AnswerEncoder

    /// Returns the client's answer.
    func write(on payment: PaymentLedger.Payment) throws -> GatewayAnswer {
        let observation = Observation.outcome(try observed(on: payment))
        let applied = try ledger.apply(observation, to: payment, context(on: payment))
        var answer: GatewayAnswer?
        for end in applied.evolution.ended {
            if end.id == operation.id { answer = try store(end, applied) } else { try endOther(end, applied) }
        }
        return try answer ?? keepOpen(applied)
    }

    /// The outcome as the state machine takes it.
    func observed(on payment: PaymentLedger.Payment) throws -> Outcome {
        func lookUp(_ look: ProviderLook?) throws -> LookUp? { try look.map { try ledger.lookUp($0, on: payment.row) } }
        let result: CallResult =
            if let found = try lookUp(circumstances.found) {
                .found(found)
            } else if circumstances.hasNoAnswer {
                .lookUpFailed
            } else {
                CallResult(outcome, operation: operation.id, orderCurrency: payment.row.amount.currency)
            }
        return Outcome(
            operation.id, result,
            evidence: Evidence(
                isKeyRemembered: circumstances.isKeyRemembered, lookUpAfterRefusal: try lookUp(circumstances.foundAfterRefusal),
                isLastCallOld: circumstances.isLastCallOld,
                isLookUpComplete: (circumstances.found ?? circumstances.foundAfterRefusal)?.isComplete ?? false))
    }

    private func context(on payment: PaymentLedger.Payment) -> PaymentLedger.Context {
        var context = PaymentLedger.Context("\(operation.kind.rawValue).observed", operationID: operation.id)
        context.providerRequestID = outcome.providerRequestID
        switch outcome {
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
        context.take(circumstances.foundAfterRefusal)
        context.take(circumstances.found)
        return context
    }

    // MARK: The operation ended

    private func store(_ end: OperationEnd, _ applied: PaymentLedger.Applied) throws -> GatewayAnswer {
        let isOurs = try ledger.writer.endOperation(
            operation.id, fence: operation.fence, state: end.succeeded ? .succeeded : .failed, outcome: label(end), at: ledger.now
        )
        guard isOurs else { throw StoreError.constraint("operation \(operation.id) has another owner") }
        let result = try answer(to: end, applied)
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
        default: outcome.label
        }
    }

    private func answer(to end: OperationEnd, _ applied: PaymentLedger.Applied) throws -> PaymentAnswer {
        switch end.reason {
        case .completed:
            if end.kind == .create { return .intentCreated(applied.row) }
            guard end.kind == .refund else { return .transaction(applied.row) }
            guard let refund = applied.payment.refunds.first(where: { $0.operationID == end.id }) else {
                throw GatewayError(.internal, "The operation \(end.id) has no refund.")
            }
            return .refund(refund)
        case .declined: return .failure(declined(applied))
        case .rejected, .notSent:
            if case .failure(let error) = outcome, let told = GatewayError(error, provider: applied.row.provider) {
                return .failure(told)
            }
            return .failure(Self.excluded(end.kind, applied.row.status))
        case .notExecuted: return .failure(Self.notExecuted)
        case .canceled: return .failure(GatewayError(.invalidState, "The payment was canceled."))
        case .refundFailed: return .failure(refundFailed(end, applied))
        case .declared: return .failure(Self.notExecuted)
        }
    }

    private func declined(_ applied: PaymentLedger.Applied) -> GatewayError {
        if case .failure(let error) = outcome, let told = GatewayError(error, provider: applied.row.provider) { return told }
        // Some providers answer a decline with the intent; for the client it is the same decline.
        var error = GatewayError(.paymentDeclined, applied.row.errorMessage ?? "The payment was declined.")
        error.providerCode = applied.row.errorCode ?? "card_declined"
        error.declineCode = applied.row.declineCode
        return error
    }

    private func refundFailed(_ end: OperationEnd, _ applied: PaymentLedger.Applied) -> GatewayError {
        let refund = applied.payment.refunds.first { $0.operationID == end.id }
        var reason: String?
        if case .success(.refund(let shown)) = outcome { reason = shown.failureReason }
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

    // MARK: It stays open, or others end with it

    private func keepOpen(_ kept: PaymentLedger.Applied) throws -> GatewayAnswer {
        var applied = kept
        if ledger.now.duration(since: operation.createdAt) >= RecoverySchedule.reviewDeadline {
            applied = try ledger.apply(
                .overdue(operation: operation.id), to: kept.payment,
                PaymentLedger.Context("\(operation.kind.rawValue).overdue", operationID: operation.id))
        }
        let standing = applied.payment.state.operations.first { $0.id == operation.id }
        let isOurs = try ledger.writer.keepOperationOpen(
            operation.id, fence: operation.fence, outcome: outcome.label, standing: standing,
            nextCheckAfter: RecoverySchedule.delay(afterAttempts: operation.attempts, isOverdue: standing?.isOverdue ?? false),
            at: ledger.now)
        guard isOurs else { throw StoreError.constraint("operation \(operation.id) has another owner") }
        return try Idempotency.accepted(
            operation, on: applied.row, in: ledger.writer, encoder: encoder, requestID: operation.requestID)
    }

    /// A cancellation ended another operation, which no task works on.
    private func endOther(_ end: OperationEnd, _ applied: PaymentLedger.Applied) throws {
        let ended = try ledger.writer.endUnleasedOperation(
            end.id, state: end.succeeded ? .succeeded : .failed, outcome: end.reason.rawValue, at: ledger.now)
        guard ended, let other = try ledger.writer.operation(end.id) else {
            throw StoreError.constraint("operation \(end.id) has another owner")
        }
        guard let reference = other.idempotency else { return }
        let stored = encoder.encode(
            .failure(GatewayError(.invalidState, "The payment was canceled.")), requestID: other.requestID)
        try ledger.writer.completeIdempotencyKey(reference, answer: stored, at: ledger.now)
    }
}
