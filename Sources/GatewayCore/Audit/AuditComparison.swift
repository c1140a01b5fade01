import GatewayLifecycle
import ProviderAPI

/// What the books and a provider say about one payment, side by side.
struct AuditComparison: Sendable {
    /// The payment before what was fetched was applied.
    var before: PaymentState
    /// The payment afterwards.
    var after: PaymentState
    /// The intent.
    var intent: IntentSight
    /// Its currency.
    var shownCurrency: Currency
    /// All refunds of the intent; nil where they were not asked for.
    var refunds: [RefundSight]?
    /// Whether ``refunds`` is the provider's own list of all.
    var hasAllRefunds: Bool
    /// All disputes of the intent; nil where they were not asked for.
    var disputes: [DisputeFacts]?
    /// The currency of the books.
    var currency: Currency

    /// What the comparison came to; nil where the books and the provider agree.
    ///
    /// An open discrepancy is a difference until it closes. An accepted one is none, and neither is an operation without an outcome:
    /// those are listed elsewhere.
    var outcome: AuditReport.Outcome? {
        if let code = after.discrepancy?.code, code != .outcomeUnknown || after.discrepancy != before.discrepancy {
            return .discrepancy
        }
        if Standing(before) != Standing(after) { return .booked }
        if after.operations.contains(where: { $0.kind == .cancel }), intent.status.isOpen {
            return before.operations.contains { $0.kind == .cancel } ? nil : .canceling
        }
        return areSettled ? nil : .notBooked
    }

    /// What the books said and what the provider shows: the parts that differ, or all where none does.
    var texts: (books: String, shown: String) {
        let pairs = parts
        let differing = pairs.filter { $0.books != $0.shown }
        let told = differing.isEmpty ? pairs : differing
        return (
            told.map { "\($0.name) \($0.books)" }.joined(separator: ", "),
            told.map { "\($0.name) \($0.shown)" }.joined(separator: ", ")
        )
    }

    /// What of a payment the audit compares.
    private struct Standing: Equatable {
        let status: PaymentStatus
        let captured: Int64
        let refunds: [[Int64]]
        let disputes: [DisputeFacts]
        let discrepancy: Discrepancy?

        init(_ state: PaymentState) {
            status = state.status
            captured = state.captured
            refunds = state.refunds.sorted { $0.id < $1.id }.map { [$0.id, Int64($0.status.rank), $0.currentAmount] }
            disputes = state.disputes
            discrepancy = state.discrepancy
        }
    }

    // MARK: What the rules leave as it is

    /// Whether the books hold what the provider shows. The rules ignore older news, and a fresh object that looks older is reported.
    private var areSettled: Bool { isIntentSettled && areRefundsSettled && areDisputesSettled }

    private var isIntentSettled: Bool {
        if after.isPaid {
            if intent.status != .succeeded { return !intent.status.isOpen && after.isCanceledAfterCapture }
            return !intent.isOrderCurrency || (intent.captured ?? intent.amount) == after.captured
        }
        if after.wasCanceled {
            // Where the provider has no cancellation, its intent stays open.
            return intent.status == .canceled || intent.status == .expired || (intent.status.isOpen && after.closure == .local)
        }
        return after.shown == intent.status || !intent.isOrderCurrency
    }

    private var areRefundsSettled: Bool {
        guard let refunds else { return true }
        let areBooked = refunds.allSatisfy { sight in
            after.refunds.contains {
                $0.providerID == sight.id && $0.status == sight.status && $0.currentAmount == sight.amount
                    && sight.isOrderCurrency
            } || after.hasOtherRefund
        }
        let areShown = after.refunds.allSatisfy { refund in
            // The others were asked for one by one.
            if !hasAllRefunds, refund.providerID == nil { return true }
            // A refund under way may not be in the list yet.
            let isExpected = refund.status == .succeeded || (refund.providerID != nil && refund.status.givesBack)
            return !isExpected || refunds.contains { $0.id == refund.providerID }
        }
        return areBooked && areShown
    }

    private var areDisputesSettled: Bool {
        guard let disputes else { return true }
        func parts(_ dispute: DisputeFacts) -> String { "\(dispute.id) \(dispute.stage) \(dispute.amount)" }
        return Set(disputes.map(parts)) == Set(after.disputes.map(parts))
    }

    // MARK: In words

    private var parts: [(name: String, books: String, shown: String)] {
        func money(_ amount: Int64, _ currency: Currency) -> String { "\(Money(minorUnits: amount, currency: currency))" }
        let isCaptured = intent.status == .succeeded
        let captured = intent.captured ?? (isCaptured ? intent.amount : 0)
        // Refunds have an entry of their own.
        let status = before.isPaid ? PaymentStatus.succeeded : before.status
        var parts = [
            ("status", status.rawValue, intent.status.paymentStatus.rawValue),
            ("amount", money(before.differingAmount ?? before.amount, currency), money(intent.amount, shownCurrency)),
            ("captured", money(before.captured, currency), money(captured, shownCurrency)),
        ]
        if let refunds {
            func sum(_ isCounted: (RefundStatus) -> Bool) -> Int64 {
                refunds.filter { isCounted($0.status) }.reduce(0) { sum, refund in
                    let (next, isBeyond) = sum.addingReportingOverflow(refund.amount)
                    return isBeyond ? .max : next
                }
            }
            parts.append(("refunded", money(before.refunded, currency), money(sum { $0 == .succeeded }, shownCurrency)))
            parts.append(("refunds on their way", money(before.reserved, currency), money(sum(\.isOnItsWay), shownCurrency)))
        }
        if let disputes {
            func list(_ disputes: [DisputeFacts]) -> String {
                disputes.isEmpty
                    ? "none"
                    : disputes.sorted { $0.id < $1.id }.map { "\($0.id) \($0.stage.word) \(money($0.amount, currency))" }
                        .joined(separator: " and ")
            }
            parts.append(("disputes", list(before.disputes), list(disputes)))
        }
        return parts.map { (name: $0.0, books: $0.1, shown: $0.2) }
    }
}

extension DisputeStage {
    /// The stage for operators.
    fileprivate var word: String {
        switch self {
        case .inquiry: "inquiry"
        case .inquiryClosed: "inquiry closed"
        case .open: "open"
        case .underReview: "under review"
        case .lost: "lost"
        case .won: "won"
        }
    }
}
