import ProviderAPI

/// What `event` is asked for: something that happens at the provider without a call of the gateway's.
struct EventOrder: Sendable {
    let type: EventType
    let intent: String
    var amount: Int64?
    var refund: String?
    var status: String?

    /// What can be asked for, with the options that it takes beside `--intent`.
    private static let types: [(type: EventType, options: String)] = [
        (.paymentSucceeded, ""), (.paymentCapturable, ""), (.paymentFailed, ""), (.paymentRequiresAction, ""),
        (.paymentProcessing, ""),
        (.paymentCanceled, ""), (.chargeExpired, ""), (.chargeRefunded, " [--amount MINOR_UNITS]"),
        (.refundUpdated, " --refund ID"),
        (.refundFailed, " --refund ID"), (.disputeCreated, ""), (.disputeClosed, " --status won|lost|warning_closed"),
    ]

    static var usage: String {
        "event TYPE --intent ID [--json], where TYPE is one of: "
            + types.map { $0.type.rawValue + $0.options }.joined(separator: ", ")
    }

    /// Reads the words behind `event`.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` with the usage.
    init(_ words: [String]) throws(ProviderError) {
        guard let known = Self.types.first(where: { $0.type.rawValue == words.first }), words.count.isMultiple(of: 2) == false
        else { throw MockService.usage(Self.usage) }
        var options: [String: String] = [:]
        for index in stride(from: 1, to: words.count, by: 2) {
            let name = words[index]
            guard name == "--intent" || known.options.contains("\(name) "),
                options.updateValue(words[index + 1], forKey: name) == nil
            else { throw MockService.usage(Self.usage) }
        }
        guard let intent = options["--intent"] else { throw MockService.usage(Self.usage) }
        type = known.type
        self.intent = intent
        refund = options["--refund"]
        status = options["--status"]
        if let text = options["--amount"] {
            guard let amount = Int64(text), amount > 0 else { throw MockService.usage(Self.usage) }
            self.amount = amount
        }
    }
}

extension EventOrder {
    /// What is to change, by the same rules as the gateway's own calls.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` where the object is unknown or its state does not allow it.
    func change(in books: Books, pagesURL: String, at now: Timestamp) throws(ProviderError) -> Change {
        var intent = try books.intent(self.intent)
        switch type {
        case .paymentSucceeded where intent.status == .requiresCapture:
            intent.take(intent.amount, disputedAfter: nil, at: now)
            return Change(.capture, amount: intent.amount, of: intent, events: [.paymentSucceeded])
        case .paymentSucceeded where intent.status == .processing && intent.captureMethod != .manual,
            .paymentCapturable where intent.status == .processing && intent.captureMethod == .manual:
            return try intent.settled(ids: books.ids, at: now)
        case .paymentFailed where intent.status == .processing:
            return intent.settlementFailed(ids: books.ids)
        case .paymentSucceeded, .paymentCapturable:
            guard (intent.captureMethod == .manual) == (type == .paymentCapturable) else {
                throw .unexpectedState(intent, type == .paymentCapturable ? "authorized" : "paid before it was authorized")
            }
            return try intent.attempted(with: .visa).paid(disputedAfter: nil, ids: books.ids, at: now)
        case .paymentFailed:
            return try intent.attempted(with: .declined).declined(TestCard.genericDecline, ids: books.ids)
        case .paymentProcessing:
            return try intent.attempted(with: .visa).processing(next: nil, ids: books.ids)
        case .paymentRequiresAction:
            return try intent.attempted(with: .threeDSecureRequired)
                .challenged(ids: books.ids, pagesURL: pagesURL, returnURL: nil)
        case .paymentCanceled:
            return try intent.canceled(because: nil)
        case .chargeExpired:
            guard intent.status == .requiresCapture else { throw .unexpectedState(intent, "expired") }
            return intent.lapsed()
        case .chargeRefunded, .refundCreated:
            guard intent.status == .succeeded else { throw .unexpectedState(intent, "refunded") }
            let amount = amount ?? intent.amountCaptured - intent.amountRefunded
            try MockService.check(amount, isLeftOf: intent)
            var request = CreateRefundRequest(
                paymentIntentID: intent.id, amount: Money(minorUnits: amount, currency: intent.currency))
            request.reason = "requested_by_customer"
            let refund = RefundRecord(
                number: books.lastRefund + 1, ids: books.ids, intent: intent, request: request, operation: nil, at: now)
            intent.amountRefunded += amount
            return Change(.refund, amount: amount, of: intent, refund: refund, events: [.refundCreated, .chargeRefunded])
        case .refundUpdated:
            let refund = try knownRefund(of: intent, in: books)
            guard refund.status == .pending else { throw .ended(refund) }
            return refund.succeeded(of: intent)
        case .refundFailed:
            let refund = try knownRefund(of: intent, in: books)
            guard [.pending, .succeeded].contains(refund.status) else { throw .ended(refund) }
            return refund.failed(of: intent)
        case .disputeCreated:
            guard intent.status == .succeeded, intent.dispute == nil else { throw .unexpectedState(intent, "disputed") }
            return intent.disputed(ids: books.ids, at: now)
        case .disputeClosed:
            guard let decision = status.flatMap(DisputeRecord.Decision.init) else { throw MockService.usage(Self.usage) }
            return try intent.disputeClosed(as: decision)
        }
    }

    private func knownRefund(of intent: IntentRecord, in books: Books) throws(ProviderError) -> RefundRecord {
        guard let id = refund else { throw MockService.usage(Self.usage) }
        let refund = try books.refund(id)
        guard refund.paymentIntent.isIdentical(to: intent.id) else { throw .missing("refund", id) }
        return refund
    }
}

extension IntentRecord {
    /// The same with another attempt to pay, by a payer who needs no gateway for it.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` where it cannot be paid any more.
    fileprivate func attempted(with card: TestCard) throws(ProviderError) -> IntentRecord {
        guard [.requiresPaymentMethod, .requiresConfirmation, .requiresAction].contains(status) else {
            throw .unexpectedState(self, "paid")
        }
        var intent = self
        intent.paymentMethod = card.rawValue
        intent.attempts += 1
        return intent
    }
}

extension ProviderError {
    /// A refund that has ended.
    fileprivate static func ended(_ refund: RefundRecord) -> ProviderError {
        .invalid("refund", code: "refund_ended", "The refund is \(refund.status.rawValue).")
    }
}
