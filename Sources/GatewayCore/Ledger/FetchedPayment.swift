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

extension Provider {
    /// Fetches the list of all disputes of an intent; nil where the provider has none.
    func listDisputes(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Dispute]? {
        do throws(ProviderError) {
            return try await service.listDisputes(ofPaymentIntent: id, in: call)
        } catch {
            guard case .rejected(let rejection) = error, rejection.reason == .unsupported else { throw error }
            return nil
        }
    }
}

extension PaymentLedger {
    /// Applies what was fetched: the intent, and the lists of refunds and disputes where those were fetched too.
    ///
    /// - Parameter version: the row's when the provider was asked.
    func observe(
        _ fetched: FetchedPayment, fetchedAt version: Int64, on row: PaymentTransaction, type: String
    ) throws -> (row: PaymentTransaction, followUps: [FollowUp]) {
        var context = Context(type)
        context.intent = fetched.intent
        context.providerRequestID = fetched.intent.requestID
        let sight = IntentSight(fetched.intent, orderCurrency: row.amount.currency)
        var applied = try apply(.intent(sight, .fetched(atVersion: version)), to: load(row), context)
        var followUps = applied.evolution.followUps
        let isFresh = row.version == version
        if let refunds = fetched.refunds {
            applied = try observe(refunds, isFresh: isFresh, on: applied.payment, type: type)
            followUps += applied.evolution.followUps
        }
        for dispute in fetched.disputes ?? [] {
            var context = Context(type)
            context.disputes = [dispute]
            let facts = DisputeFacts(dispute, changedAt: fetched.askedAt, orderCurrency: row.amount.currency)
            let authority = Self.authority(isFresh: isFresh, applied.payment)
            applied = try apply(.dispute(facts, authority), to: applied.payment, context)
            followUps += applied.evolution.followUps
        }
        return (applied.row, followUps)
    }

    /// Applies the provider's list of all refunds of the intent.
    func observe(_ refunds: [Refund], isFresh: Bool, on payment: Payment, type: String) throws -> Applied {
        var context = Context(type)
        context.refunds = refunds
        context.providerRequestID = refunds.lazy.compactMap(\.requestID).first
        context.detail = refunds.lazy.compactMap(\.failureReason).first
        let sights = RefundSights(try sights(of: refunds, on: payment.row), isComplete: true)
        return try apply(.refunds(sights, Self.authority(isFresh: isFresh, payment)), to: payment, context)
    }

    /// The authority of an object of one fetch. Another object of the same fetch may have changed the row just now.
    private static func authority(isFresh: Bool, _ payment: Payment) -> Authority {
        .fetched(atVersion: isFresh ? payment.state.version : -1)
    }
}
