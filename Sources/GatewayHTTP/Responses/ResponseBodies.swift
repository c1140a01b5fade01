import GatewayCore
import GatewayLifecycle
import ProviderAPI

/// The bytes of every answer, member by member as the contract lists them.
struct ResponseBodies: Sendable {
    let registry: any ProviderRegistry

    /// An order.
    func order(_ order: Order) -> [UInt8] {
        JSONWriter.object { write(order, into: &$0) }
    }

    /// A page of orders.
    func orders(_ page: Page<Order>) -> [UInt8] {
        JSONWriter.object { json in
            json.objects("data", page.rows) { write($1, into: &$0) }
            json.string("next_cursor", page.nextCursor)
        }
    }

    /// What `create-payment-intent` answers. Where the provider wants the payer at once (a page of its own), it says so here: no
    /// confirmation need follow that would.
    func intent(_ transaction: PaymentTransaction) -> [UInt8] {
        JSONWriter.object { json in
            // A payment that is canceled or in review must not be paid.
            let isPayable = transaction.status != .canceled && transaction.review == nil
            json.string("client_secret", isPayable ? transaction.clientSecret : nil)
            json.string("payment_intent_id", transaction.paymentIntentID)
            json.amount("amount", transaction.amount.minorUnits, transaction.amount.currency)
            json.string("currency", transaction.amount.currency.code)
            json.string("status", transaction.status.rawValue)
            json.string("provider", transaction.provider)
            json.integer("transaction_id", transaction.id)
            write(transaction.review, into: &json)
            if transaction.status == .requiresAction, let action = transaction.nextAction { write(action, into: &json) }
        }
    }

    /// A transaction.
    func transaction(_ transaction: PaymentTransaction) -> [UInt8] {
        JSONWriter.object { write(transaction, into: &$0) }
    }

    /// A page of transactions.
    func transactions(_ page: Page<PaymentTransaction>) -> [UInt8] {
        JSONWriter.object { json in
            json.objects("data", page.rows) { write($1, into: &$0) }
            json.string("next_cursor", page.nextCursor)
        }
    }

    /// A transaction's history.
    func history(_ entries: [HistoryEntry], in currency: Currency) -> [UInt8] {
        JSONWriter.object { json in
            json.objects("data", entries) { json, entry in
                json.integer("id", entry.id)
                json.string("type", entry.change.type)
                json.string("actor", entry.change.actor)
                json.string("from_status", entry.change.fromStatus?.rawValue)
                json.string("to_status", entry.change.toStatus.rawValue)
                if let amount = entry.change.amount {
                    json.amount("amount", amount, currency)
                } else {
                    json.integer("amount", nil)
                }
                json.string("detail", entry.change.detail)
                json.time("created_at", entry.createdAt)
            }
        }
    }

    /// What `refund` answers.
    func refund(_ refund: RefundRecord) -> [UInt8] {
        receipt(refund, message: message(of: refund))
    }

    /// What `refund` answers while the outcome is not known. A webhook may have shown the refund already.
    func acceptedRefund(_ refund: RefundRecord) -> [UInt8] {
        let unknown = "The outcome of the refund is not known yet. Its amount stays reserved."
        return receipt(refund, message: refund.isUnknown ? unknown : message(of: refund))
    }

    private func message(of refund: RefundRecord) -> String {
        let summary =
            switch refund.status {
            // The guide's clients know this one.
            case .succeeded: "Refund processed successfully."
            case .pending: "Refund is pending."
            case .requiresAction: "Refund requires an action of the payer."
            case .failed: "Refund failed."
            case .canceled: "Refund was canceled."
            @unknown default: "Refund is \(refund.status.rawValue)."
            }
        return refund.providerRefundID.map { "\(summary) Refund ID: \($0)" } ?? summary
    }

    private func receipt(_ refund: RefundRecord, message: String) -> [UInt8] {
        JSONWriter.object { json in
            json.string("message", message)
            json.string("refund_id", refund.providerRefundID)
            json.amount("amount", refund.amount.minorUnits, refund.amount.currency)
            json.string("currency", refund.amount.currency.code)
            json.string("status", status(of: refund))
        }
    }

    /// The refund's status, and `unknown` while the provider has not said that it made the refund.
    private func status(of refund: RefundRecord) -> String { refund.isUnknown ? "unknown" : refund.status.rawValue }

    /// The refunds of a payment.
    func refunds(_ refunds: [RefundRecord]) -> [UInt8] {
        JSONWriter.object { json in
            json.objects("data", refunds) { json, refund in
                json.integer("id", refund.id)
                json.string("refund_id", refund.providerRefundID)
                json.amount("amount", refund.amount.minorUnits, refund.amount.currency)
                json.string("currency", refund.amount.currency.code)
                json.string("status", status(of: refund))
                json.string("reason", refund.reason)
                json.time("created_at", refund.createdAt)
            }
        }
    }

    /// The providers in use.
    func providers(_ providers: [(provider: Provider, health: ProviderHealth)]) -> [UInt8] {
        JSONWriter.object { json in
            json.objects("data", providers) { json, entry in
                json.string("name", entry.provider.name)
                json.string("display_name", entry.provider.information.displayName)
                json.string("version", entry.provider.information.version)
                json.bool("for_tests", entry.provider.information.isForTests)
                json.bool("accepts_new_payments", entry.provider.acceptsNewPayments)
                json.object("capabilities", entry.provider.service.capabilities) { json, capabilities in
                    json.bool("manual_capture", capabilities.manualCapture)
                    json.bool("partial_capture", capabilities.partialCapture)
                    json.bool("refunds", capabilities.refunds)
                    json.bool("partial_refunds", capabilities.partialRefunds)
                    json.bool("webhooks", capabilities.webhooks)
                    json.bool("finds_by_operation", capabilities.findsByOperation)
                    json.bool("lists_events", capabilities.listsEvents)
                    json.bool("pages", capabilities.pages)
                    json.bool("charges_at_creation", capabilities.chargesAtCreation)
                }
                json.string("digest", entry.provider.digest)
                json.object("health", entry.health) { json, health in
                    json.bool("healthy", health.isHealthy)
                    json.string("message", health.message)
                }
            }
        }
    }

    private func write(_ order: Order, into json: inout JSONWriter) {
        json.integer("id", order.id)
        let currency = order.amount.currency
        json.string("user_id", order.userID.text)
        json.amount("amount", order.amount.minorUnits, currency)
        json.amount("amount_paid", order.paid, currency)
        json.amount("amount_refunded", order.refunded, currency)
        json.string("currency", currency.code)
        json.string("status", order.status.rawValue)
        json.string("description", order.description)
        json.strings("metadata", order.metadata)
        json.time("created_at", order.createdAt)
        json.time("updated_at", order.updatedAt)
    }

    private func write(_ transaction: PaymentTransaction, into json: inout JSONWriter) {
        let currency = transaction.amount.currency
        let isStripe = registry.provider(named: transaction.provider)?.information.isStripe ?? false
        json.integer("id", transaction.id)
        json.integer("order_id", transaction.orderID)
        json.string("provider", transaction.provider)
        json.string("payment_intent_id", transaction.paymentIntentID)
        json.string("stripe_payment_intent_id", isStripe ? transaction.paymentIntentID : nil)
        json.amount("amount", transaction.amount.minorUnits, currency)
        json.amount("amount_captured", transaction.captured, currency)
        json.amount("amount_refunded", transaction.refunded, currency)
        json.amount("amount_refundable", transaction.refundable, currency)
        json.string("currency", currency.code)
        json.string("status", transaction.status.rawValue)
        json.string("payment_method", transaction.paymentMethod)
        json.string("provider_customer_id", transaction.providerCustomerID)
        json.string("provider_charge_id", transaction.providerChargeID)
        // The names of the guide's clients, where the provider is Stripe.
        json.string("stripe_customer_id", isStripe ? transaction.providerCustomerID : nil)
        json.string("stripe_charge_id", isStripe ? transaction.providerChargeID : nil)
        json.string("error_code", transaction.errorCode)
        json.string("decline_code", transaction.declineCode)
        json.string("error_message", transaction.errorMessage)
        json.object("dispute", transaction.dispute) { write($1, into: &$0) }
        json.objects("disputes", transaction.disputes) { write($1.dispute, into: &$0) }
        write(transaction.review, into: &json)
        json.string("cancellation_reason", transaction.closedReason)
        json.strings("metadata", transaction.metadata)
        write(transaction.nextAction, into: &json)
        json.time("created_at", transaction.createdAt)
        json.time("updated_at", transaction.updatedAt)
    }

    private func write(_ dispute: Dispute, into json: inout JSONWriter) {
        json.string("id", dispute.id)
        json.string("status", dispute.status)
        json.amount("amount", dispute.amount.minorUnits, dispute.amount.currency)
        json.string("reason", dispute.reason)
    }

    private func write(_ review: PaymentReview?, into json: inout JSONWriter) {
        json.object("review", review) { json, review in
            json.string("code", review.discrepancy.code.rawValue)
            json.string("detail", review.detail)
            json.time("opened_at", review.openedAt)
        }
    }

    private func write(_ action: NextAction?, into json: inout JSONWriter) {
        json.object("next_action", action) { json, action in
            json.string("type", action.type)
            json.string("redirect_url", action.redirectURL)
        }
    }
}
