import GatewayLifecycle
import ProviderAPI

/// What a provider showed of a payment when the gateway asked.
struct FetchedPayment: Sendable {
    /// The intent.
    var intent: PaymentIntent
    /// The provider's list of all refunds; nil where the gateway did not ask for it.
    var refunds: [Refund]?
    /// The provider's list of all disputes; nil where the gateway did not ask for it.
    var disputes: [Dispute]?
    /// When the gateway asked, by its own clock: a fetched dispute has no other time.
    var askedAt: Timestamp

    /// Whether the list of disputes has this one.
    func shows(_ dispute: Dispute) -> Bool { disputes?.contains { $0.id.isIdentical(to: dispute.id) } ?? false }

    /// Whether the list of refunds has this one.
    func shows(_ refund: Refund) -> Bool { refunds?.contains { $0.id.isIdentical(to: refund.id) } ?? false }
}

extension PaymentLedger {
    /// Applies what was fetched: the intent, and the lists of refunds and disputes where those were fetched too.
    ///
    /// - Parameter version: the row's when the provider was asked; nil where that is not known.
    func observe(
        _ fetched: FetchedPayment, fetchedAt version: Int64?, on row: PaymentTransaction, type: String
    ) throws -> (row: PaymentTransaction, followUps: [FollowUp]) {
        var context = Context(type)
        context.intent = fetched.intent
        context.providerRequestID = fetched.intent.requestID
        let sight = IntentSight(fetched.intent, orderCurrency: row.amount.currency)
        var payment = try load(row)
        let authority = version.map { Authority.fetched(atVersion: $0) } ?? .stale
        var followUps = try apply(.intent(sight, authority), to: &payment, context).followUps
        let isFresh = row.version == version
        if let refunds = fetched.refunds {
            followUps += try observe(refunds, isFresh: isFresh, on: &payment, type: type).followUps
        }
        for dispute in fetched.disputes ?? [] {
            var context = Context(type)
            context.disputes = [dispute]
            let facts = DisputeFacts(dispute, changedAt: fetched.askedAt, orderCurrency: row.amount.currency)
            let authority = Self.authority(isFresh: isFresh, payment)
            followUps += try apply(.dispute(facts, authority), to: &payment, context).followUps
        }
        return (payment.shownRow, followUps)
    }

    /// Applies the provider's list of all refunds of the intent.
    private func observe(_ refunds: [Refund], isFresh: Bool, on payment: inout Payment, type: String) throws -> Evolution {
        var context = Context(type)
        context.refunds = refunds
        context.providerRequestID = refunds.lazy.compactMap(\.requestID).first
        context.detail = refunds.lazy.compactMap(\.failureReason).first
        let sights = RefundSights(try sights(of: refunds, on: payment.row), isComplete: true)
        return try apply(.refunds(sights, Self.authority(isFresh: isFresh, payment)), to: &payment, context)
    }

    /// The authority of an object of one fetch. Another object of the same fetch may have changed the row just now.
    private static func authority(isFresh: Bool, _ payment: borrowing Payment) -> Authority {
        isFresh ? .fetched(atVersion: payment.state.version) : .stale
    }
}
