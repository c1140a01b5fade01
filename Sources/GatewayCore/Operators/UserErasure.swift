package import Logging
package import ProviderAPI

/// Blanks the personal data of one user in the books, and keeps the books balanced.
///
/// A pseudonym takes the user's place as the owner. Descriptions, metadata, webhook bodies, client secrets, the provider's id of the
/// payer, reasons and the details of the history become empty. Amounts, statuses, times and the provider's ids of payments and refunds
/// stay. So do idempotency keys, until the gateway forgets them by itself: without its key, a request that a client repeats would have
/// its effect a second time. Orders are taken a few at a time, each time in one transaction: what was done before an error or a crash
/// stays done, and the next run does the rest.
package struct UserErasure: Sendable {
    let store: any GatewayStore
    let clock: any ProviderClock
    let logger: Logger
    let makePseudonym: @Sendable () -> String

    /// How many orders one transaction takes.
    static let stepSize = 20

    /// An erasure over a store.
    ///
    /// - Parameter makePseudonym: makes a name that starts with ``Subject/pseudonymPrefix`` and was never used before.
    package init(
        store: any GatewayStore, clock: any ProviderClock, logger: Logger,
        makePseudonym: @escaping @Sendable () -> String = Self.randomPseudonym
    ) {
        self.store = store
        self.clock = clock
        self.logger = logger
        self.makePseudonym = makePseudonym
    }

    /// A pseudonym of 128 random bits.
    @Sendable package static func randomPseudonym() -> String {
        let bits = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        return Subject.pseudonymPrefix + String(bits.0, radix: 36) + String(bits.1, radix: 36)
    }

    /// What was blanked.
    package struct Report: Sendable, Codable, Hashable {
        /// The owner from now on.
        package var pseudonym: String
        /// Orders.
        package var orders = 0
        /// Payments of those orders.
        package var transactions = 0
        /// Stored webhooks about those payments.
        package var webhooks = 0
    }

    /// Blanks what the books have of a user.
    ///
    /// - Parameters:
    ///   - subject: the user, as the `sub` of tokens and the `user_id` of orders have it.
    ///   - operatorName: who asked for it; kept in the history.
    /// - Throws: ``GatewayError/Code/notFound`` where the books have nothing of the user; ``GatewayError/Code/invalidState`` where an
    ///   operation of theirs is not settled; ``GatewayError/Code/invalidRequest``; ``StoreError``.
    package func erase(_ subject: String, by operatorName: String) async throws -> Report {
        guard (1...Subject.maximumLength).contains(subject.unicodeScalars.count) else {
            throw GatewayError.invalid("user", "It must have 1 to \(Subject.maximumLength) characters.")
        }
        guard !subject.hasPrefix(Subject.pseudonymPrefix) else {
            throw GatewayError.invalid("user", "It is the pseudonym of a user who is erased already.")
        }
        let user = Subject(stored: subject)
        let pseudonym = Subject(stored: makePseudonym())
        var report = Report(pseudonym: pseudonym.text)
        while true {
            let now = clock.now()
            let step = try await store.write { writer in
                if let id = try writer.unsettledOperation(ofUser: user) { throw Self.unsettled(id) }
                return try writer.erase(user, as: pseudonym, by: .person(operatorName), limit: Self.stepSize, at: now)
            }
            report.orders += step.orders
            report.transactions += step.transactions
            report.webhooks += step.webhooks
            if step.isLast { break }
        }
        guard report.orders > 0 else {
            throw GatewayError(.notFound, "The books have nothing of a user with this name.")
        }
        // Without the name: the log would keep what the books no longer have.
        logger.notice(
            "A user's personal data was erased.",
            metadata: [
                "pseudonym": .string(report.pseudonym), "operator": .string(operatorName),
                "orders": .stringConvertible(report.orders), "transactions": .stringConvertible(report.transactions),
            ])
        return report
    }

    private static func unsettled(_ id: Int64) -> GatewayError {
        GatewayError(
            .invalidState,
            "The operation \(id) of this user is not settled, and may need its data. Settle it with `gateway reconcile` or "
                + "`gateway operations resolve \(id)`, and erase the user then. Orders that were erased stay erased.")
    }
}

extension OperationRequest {
    /// The request without what it says of the user.
    package func erased(userID: String) -> OperationRequest {
        // A module can derive its own fields from the client's.
        switch self {
        case .create(var request):
            request.userID = userID
            request.description = nil
            request.receiptEmail = nil
            request.statementDescriptorSuffix = nil
            request.customer = nil
            request.metadata = [:]
            request.returnURL = nil
            request.providerFields = nil
            return .create(request)
        case .confirm(var request):
            request.paymentMethod = nil
            request.returnURL = nil
            request.providerFields = nil
            return .confirm(request)
        case .capture(var request):
            request.providerFields = nil
            return .capture(request)
        case .cancel(var request):
            request.reason = nil
            request.providerFields = nil
            return .cancel(request)
        case .refund(var request):
            request.reason = nil
            request.metadata = [:]
            request.providerFields = nil
            return .refund(request)
        }
    }
}

extension WebhookEvent {
    /// The event without what it says of the payer.
    package var erased: WebhookEvent {
        var event = self
        switch subject {
        case .paymentIntent(var intent):
            intent.metadata = [:]
            intent.customerID = nil
            intent.clientSecret = nil
            intent.nextAction = nil
            intent.lastError?.message = nil
            event.subject = .paymentIntent(intent)
        case .refund(var refund):
            refund.metadata = [:]
            refund.reason = nil
            refund.failureReason = nil
            event.subject = .refund(refund)
        // A dispute's reason is one of the card network's words. The others are ids.
        case .dispute, .paymentIntentReference, .refundsOfPaymentIntent, .other: break
        @unknown default: break
        }
        return event
    }
}
