import ProviderAPI

extension RecordedCall {
    /// The calls by their names in a case.
    enum Kind: String, CaseIterable, Sendable {
        case create
        case retrieve
        case confirm
        case capture
        case cancel
        case refund
        case retrieveRefund = "retrieve_refund"
        case listRefunds = "list_refunds"
        case listDisputes = "list_disputes"
        case findIntent = "find_intent"
        case findRefund = "find_refund"
        case listEvents = "list_events"
        case webhook

        /// Whether the call has an operation, and changes something at the provider.
        var mutates: Bool {
            [.create, .confirm, .capture, .cancel, .refund].contains(self)
        }

        /// Whether nil is an answer, which proves nothing.
        var isLookUp: Bool {
            [.findIntent, .findRefund].contains(self)
        }
    }

    var kind: Kind {
        switch self {
        case .create: .create
        case .retrieve: .retrieve
        case .confirm: .confirm
        case .capture: .capture
        case .cancel: .cancel
        case .refund: .refund
        case .retrieveRefund: .retrieveRefund
        case .listRefunds: .listRefunds
        case .listDisputes: .listDisputes
        case .findIntent: .findIntent
        case .findRefund: .findRefund
        case .listEvents: .listEvents
        case .webhook: .webhook
        }
    }

    /// The amount of the call, where it has one.
    var amount: Money? {
        switch self {
        case .create(let amount, _, _, _, _, _, _, _), .capture(_, let amount), .refund(_, let amount, _, _): amount.money
        default: nil
        }
    }

    /// The same call with another amount, where it has one.
    func with(_ amount: Money) -> RecordedCall {
        let amount = RecordedMoney(money: amount)
        return
            switch self
        {
        case .create(_, let method, let description, let email, let suffix, let customer, let metadata, let returnURL):
            .create(
                amount: amount, captureMethod: method, description: description, receiptEmail: email,
                statementDescriptorSuffix: suffix, customer: customer, metadata: metadata, returnURL: returnURL)
        case .capture(let id, _): .capture(id: id, amount: amount)
        case .refund(let intent, _, let reason, let metadata):
            .refund(paymentIntent: intent, amount: amount, reason: reason, metadata: metadata)
        default: self
        }
    }
}
