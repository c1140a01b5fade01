import Foundation
import GRDB
import GatewayLifecycle

/// An order.
struct OrderRow {
    let id: Int64
    let userID: String
    let amount: Int64
    let currency: String
    let status: String

    init(_ row: Row) {
        id = row["id"]
        userID = row["user_id"]
        amount = row["amount"]
        currency = row["currency"]
        status = row["status"]
    }
}

/// A payment.
struct TransactionRow {
    let id: Int64
    let orderID: Int64
    let provider: String
    let intentID: String?
    let clientSecret: String?
    let amount: Int64
    let currency: String
    let captured: Int64
    let refunded: Int64
    let reserved: Int64
    let captureMethod: String
    let status: String
    let customerID: String?
    let chargeID: String?
    let errorCode: String?
    let declineCode: String?
    /// JSON.
    let dispute: String?
    /// What open and lost disputes hold.
    let disputed: Int64
    /// Why it was closed, even if it was paid later.
    let closedReason: String?
    /// The discrepancy that waits for a person.
    let reviewCode: String?

    init(_ row: Row) {
        id = row["id"]
        orderID = row["order_id"]
        provider = row["provider"]
        intentID = row["payment_intent_id"]
        clientSecret = row["client_secret"]
        amount = row["amount"]
        currency = row["currency"]
        captured = row["captured"]
        refunded = row["refunded"]
        reserved = row["reserved"]
        captureMethod = row["capture_method"]
        status = row["status"]
        customerID = row["provider_customer_id"]
        chargeID = row["provider_charge_id"]
        errorCode = row["error_code"]
        declineCode = row["decline_code"]
        dispute = row["dispute"]
        disputed = row["disputed"]
        closedReason = row["closed_reason"]
        reviewCode = row["review_code"]
    }

    var isPaid: Bool { Status.paid.contains(status) }

    /// Whether a payer can still pay it.
    var mayStillBePaid: Bool { !isPaid && status != "canceled" }

    /// Whether its discrepancy keeps its order from being completed.
    var blocksOrder: Bool { reviewCode.flatMap { DiscrepancyCode(rawValue: $0) }?.blocksOrder ?? false }
}

/// A mutating call at the provider.
struct OperationRow {
    let id: Int64
    let transactionID: Int64
    let kind: String
    let state: String
    let owner: String?
    let key: String?
    let requestID: String
    let outcome: String?
    /// The random part of its key at the provider; nil where an earlier version made it.
    let nonce: String?
    /// Whether it has been open for 72 hours.
    let isOverdue: Bool
    /// How often somebody was at work on it.
    let attempts: Int
    /// Milliseconds since 1970.
    let createdAt: Int64
    let updatedAt: Int64

    init(_ row: Row) {
        id = row["id"]
        transactionID = row["transaction_id"]
        kind = row["kind"]
        state = row["state"]
        nonce = row["nonce"]
        isOverdue = row["is_overdue"]
        attempts = row["attempts"]
        owner = row["idempotency_owner"]
        key = row["idempotency_key"]
        requestID = row["request_id"]
        outcome = row["outcome"]
        createdAt = row["created_at"]
        updatedAt = row["updated_at"]
    }

    var isOpen: Bool { state == "pending" || state == "unknown" }

    /// Whether the gateway made it by itself: it cancels what must not be paid, and gives back what an operator says.
    var isGatewaysOwn: Bool {
        let reasons = kind == "cancel" ? ["superfluous", "review"] : kind == "refund" ? ["duplicate", "review"] : []
        return key == nil && reasons.contains { requestID == "gateway-\($0)-\(transactionID)" }
    }

    /// Whether it ended without the provider's word, so that an effect which is shown later is booked all the same.
    var mayTakeEffectLater: Bool {
        state == "failed" && ["not_executed", "resolved", "superseded", "canceled"].contains(outcome)
    }
}

/// A refund.
struct RefundRow {
    let id: Int64
    let transactionID: Int64
    let operationID: Int64?
    let providerID: String?
    let amount: Int64
    let currency: String
    let status: String
    /// The amount that the provider showed, where it is another.
    let providerAmount: Int64?

    init(_ row: Row) {
        id = row["id"]
        transactionID = row["transaction_id"]
        operationID = row["operation_id"]
        providerID = row["provider_refund_id"]
        amount = row["amount"]
        currency = row["currency"]
        status = row["status"]
        providerAmount = row["provider_amount"]
    }

    /// The amount that counts.
    var currentAmount: Int64 { providerAmount ?? amount }

    var isOnItsWay: Bool { status == "pending" || status == "requires_action" }
}

/// A dispute.
struct DisputeRow {
    let transactionID: Int64
    let providerID: String
    let amount: Int64
    let currency: String
    let status: String

    init(_ row: Row) {
        transactionID = row["transaction_id"]
        providerID = row["provider_dispute_id"]
        amount = row["amount"]
        currency = row["currency"]
        status = row["status"]
    }

    /// Whether the payer has the money.
    var holdsMoney: Bool { !Status.harmlessDisputes.contains(status) }
}

/// An idempotency key.
struct KeyRow {
    let owner: String
    let key: String
    let state: String
    let operationID: Int64?
    let status: Int?
    let body: String?

    init(_ row: Row) {
        owner = row["owner"]
        key = row["key"]
        state = row["state"]
        operationID = row["operation_id"]
        status = row["status"]
        let bytes: Data? = row["body"]
        body = bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// An event of the provider.
struct EventRow {
    let provider: String
    let eventID: String
    let state: String
    let result: String?

    init(_ row: Row) {
        provider = row["provider"]
        eventID = row["event_id"]
        state = row["state"]
        result = row["result"]
    }
}

/// A line of a transaction's history.
struct HistoryRow {
    let id: Int64
    let transactionID: Int64
    let type: String
    let actor: String
    let from: String?
    let to: String
    let amount: Int64?
    let operationID: Int64?
    let detail: String?

    init(_ row: Row) {
        id = row["id"]
        transactionID = row["transaction_id"]
        type = row["type"]
        actor = row["actor"]
        from = row["from_status"]
        to = row["to_status"]
        amount = row["amount"]
        operationID = row["operation_id"]
        detail = row["detail"]
    }
}
