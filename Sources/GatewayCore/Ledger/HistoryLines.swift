import GatewayLifecycle
import ProviderAPI

extension PaymentLedger {
    /// Writes the line of a note.
    func append(
        _ note: Note, _ evolution: Evolution, _ context: Context, of payment: borrowing Payment, from: PaymentStatus
    ) throws {
        let isMain = note == evolution.notes.first
        var change = HistoryChange(
            type: lineType(note, context, of: payment), actor: actor.name,
            // A payment's first line has no status before.
            fromStatus: note == .requested(.create) ? nil : HistoryStatus(isMain ? from : payment.row.status),
            toStatus: HistoryStatus(payment.row.status))
        switch note {
        case .requested, .ended, .outcomeUnknown, .overdue, .observed, .superseded:
            change.operationID = context.operationID
            change.providerRequestID = context.providerRequestID
            change.detail = context.detail
            change.amount = evolution.movements.amount
        case .alsoEnded(let operation, _, _): change.operationID = operation
        case .reviewOpened: change.detail = payment.row.review?.detail
        case .dispute(let id):
            change.detail = context.disputes.first { ObjectID($0.id) == id }.map { "the dispute is \($0.status)" }
        case .reviewClosed(let code): change.detail = code.rawValue
        case .reviewAccepted(let accepted):
            change.detail = [accepted.code.rawValue, context.detail].compactMap { $0 }.joined(separator: ": ")
        }
        try writer.appendHistory(change, of: payment.row, at: now)
    }

    /// The type of a line of history.
    private func lineType(_ note: Note, _ context: Context, of payment: borrowing Payment) -> String {
        switch note {
        // The line of a refund's answer has the refund's status.
        case .ended(.refund, .completed), .ended(.refund, .refundFailed):
            let refund = payment.refunds.first { $0.operationID == context.operationID }
            return "refund.\(refund?.status.rawValue ?? "succeeded")"
        default: return note.lineType(context)
        }
    }
}

extension Note {
    /// The type of a line of history.
    fileprivate func lineType(_ context: PaymentLedger.Context) -> String {
        switch self {
        case .requested(let kind): "\(kind.rawValue).requested"
        case .ended(let kind, let reason), .alsoEnded(_, let kind, let reason): "\(kind.rawValue).\(reason.lineWord)"
        case .outcomeUnknown(let kind): "\(kind.rawValue).unknown"
        case .overdue(let kind): "\(kind.rawValue).overdue"
        case .observed: context.type
        case .superseded: "create.superseded"
        case .dispute: "dispute.changed"
        case .reviewOpened: "review.opened"
        case .reviewClosed: "review.closed"
        case .reviewAccepted: "review.accepted"
        }
    }
}

extension OperationEnd.Reason {
    /// The last word of a line's type.
    fileprivate var lineWord: String {
        switch self {
        case .completed: "succeeded"
        case .declined: "declined"
        case .rejected: "rejected"
        case .notSent: "not_sent"
        case .notExecuted: "not_executed"
        case .canceled: "canceled"
        case .refundFailed: "failed"
        case .declared: "resolved"
        }
    }
}

extension PlannedOperation.Reason {
    /// Why the gateway makes the call by itself, for the history; nil for a client's request.
    var detail: String? {
        switch self {
        case .client: nil
        case .duplicate: "another payment of the order is paid"
        case .superfluous: "the payment must not be paid any more"
        case .review: "an operator gives the money back"
        }
    }
}

extension Movements {
    /// The amount for a line of history, in minor units: what moved most.
    fileprivate var amount: Int64? {
        let moved = max(max(abs(captured), abs(refunded)), max(abs(reserved), abs(disputed)))
        return moved == 0 ? nil : moved
    }
}
