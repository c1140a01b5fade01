import ProviderAPI

/// What an operator's word about an operation means for the books.
struct OperatorDecision {
    let operation: Operation
    let transaction: PaymentTransaction
    let resolution: Resolution
    let note: String
    let bookkeeper: Bookkeeper

    /// - Throws: ``GatewayError/Code/invalidRequest`` where the decision lacks something, or has too much.
    func check() throws {
        switch (operation.kind, resolution.outcome) {
        case (.create, .succeeded):
            guard let object = resolution.object, !object.isEmpty else {
                throw GatewayError.invalid(
                    "object", "A create that succeeded has made a payment intent: give the provider's id of it.")
            }
            let known = try bookkeeper.writer.transaction(provider: transaction.provider, paymentIntentID: object)
            if let known, known.id != transaction.id {
                throw GatewayError.invalid("object", "The payment intent \(object) belongs to the transaction \(known.id).")
            }
            // The provider has shown it meanwhile, and the history has it.
            if let shown = transaction.paymentIntentID, !String.areIdentical(shown, object) {
                throw GatewayError.invalid(
                    "object", "The payment intent of this create is \(shown), as the provider has shown it.")
            }
        case (.refund, .succeeded):
            guard let object = resolution.object else {
                guard try bookkeeper.writer.refund(operationID: operation.id)?.providerRefundID == nil else { return }
                throw Self.objectMissing
            }
            let known = try bookkeeper.writer.refund(transactionID: transaction.id, providerRefundID: object)
            if let known, known.operationID != operation.id {
                throw GatewayError.invalid("object", "The refund \(object) is in the books already.")
            }
        default:
            guard resolution.object == nil else {
                throw GatewayError.invalid("object", "Only a create or a refund that succeeded takes it.")
            }
        }
    }

    /// Writes what the decision changes, all but the operation itself.
    ///
    /// - Returns: the answer for the client, for good.
    func apply() throws -> PaymentAnswer {
        if operation.kind == .refund { return try applyToRefund() }
        var changed = transaction
        if isWaiting {
            switch resolution.outcome {
            case .succeeded: try succeed(&changed)
            case .failed: changed.status = try statusBefore()
            }
        }
        let row = try bookkeeper.write(changed, over: transaction, note: historyNote)
        switch resolution.outcome {
        case .succeeded: return operation.kind == .create ? .intentCreated(row) : .transaction(row)
        case .failed: return .failure(Self.refusal)
        }
    }

    /// Whether the transaction waits for this operation's outcome. Where it went on without, its state is better founded.
    private var isWaiting: Bool { transaction.status == .processing || transaction.status == .manualReview }

    private func succeed(_ changed: inout PaymentTransaction) throws {
        switch operation.request {
        case .create:
            changed.paymentIntentID = resolution.object
            changed.status = .requiresPaymentMethod
        case .confirm:
            let isCaptured = transaction.captureMethod == .automatic
            changed.status = isCaptured ? .succeeded : .requiresCapture
            changed.captured = isCaptured ? transaction.amount.minorUnits : 0
        case .capture(let request):
            changed.status = .succeeded
            changed.captured = request.amount.minorUnits
        case .cancel:
            changed.status = .canceled
        case .refund:
            break
        }
        changed.nextAction = nil
    }

    /// The status that the request found. A creation that did not happen leaves nothing to pay with.
    private func statusBefore() throws -> TransactionStatus {
        if operation.kind == .create { return .canceled }
        let requested = try bookkeeper.writer.history(transactionID: transaction.id).first {
            $0.change.operationID == operation.id && $0.change.type == "\(operation.kind.rawValue).requested"
        }
        return requested?.change.toStatus ?? transaction.status
    }

    private func applyToRefund() throws -> PaymentAnswer {
        guard let record = try bookkeeper.writer.refund(operationID: operation.id), case .refund(let request) = operation.request
        else { throw GatewayError(.internal, "The operation \(operation.id) has no refund.") }
        guard resolution.outcome == .succeeded else {
            _ = try bookkeeper.releaseRefund(record, on: transaction, note: historyNote)
            return .failure(Self.refusal)
        }
        var shown = Refund(
            id: resolution.object ?? record.providerRefundID ?? "", paymentIntentID: request.paymentIntentID,
            amount: record.amount, status: .succeeded)
        shown.reason = record.reason
        guard !shown.id.isEmpty else { throw Self.objectMissing }
        switch try bookkeeper.book(shown, as: record, on: transaction, note: historyNote) {
        case .booked(let booked, _): return .refund(booked)
        case .collides:
            throw GatewayError(.invalidState, "The refund does not fit beside what was captured and refunded of the transaction.")
        case .contradicts(let contradiction): throw GatewayError.invalid("object", "Leave it out: \(contradiction).")
        }
    }

    private var historyNote: Bookkeeper.Note {
        var line = Bookkeeper.Note("\(operation.kind.rawValue).resolved", operationID: operation.id)
        line.detail = "ended by hand as \(resolution.outcome.rawValue): \(note)"
        return line
    }

    private static let objectMissing = GatewayError.invalid(
        "object", "A refund that succeeded has an id at the provider: give it.")

    /// What the client is told; the note is the operators' own.
    private static let refusal = GatewayError(
        .providerRejected, "The provider did not do it; the gateway's operators found that out and ended the request.")
}
