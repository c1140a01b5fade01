package import ProviderAPI

/// What every mutating request brings along.
package struct CallerContext: Sendable, Hashable {
    /// Who is calling.
    package var principal: Principal
    /// The request's id, in every log line and in the problem document.
    package var requestID: String
    /// The idempotency key, where the request has one.
    package var idempotency: IdempotencyClaim?
    /// The W3C trace context, where the request has one.
    package var traceparent: String?

    /// A request of a caller.
    package init(principal: Principal, requestID: String, idempotency: IdempotencyClaim? = nil, traceparent: String? = nil) {
        self.principal = principal
        self.requestID = requestID
        self.idempotency = idempotency
        self.traceparent = traceparent
    }
}

/// Create a payment intent for an order.
package struct CreatePaymentCommand: Sendable, Hashable {
    /// The order.
    package var orderID: Int64
    /// What is to be paid; the order's amount.
    package var amount: Amount
    /// The provider; nil for the one that routing picks.
    package var provider: String?
    /// When the money is taken.
    package var captureMethod: CaptureMethod = .automatic
    /// For people, at the provider.
    package var description: String?
    /// Where the provider sends a receipt.
    package var receiptEmail: String?
    /// What the payer reads on the statement.
    package var statementDescriptorSuffix: String?
    /// The provider's id of the payer.
    package var customer: String?
    /// The client's own pairs.
    package var metadata: [String: String] = [:]
    /// Where the payer's browser returns.
    package var returnURL: String?

    /// What a client says is to be paid.
    package enum Amount: Sendable, Hashable {
        /// An amount of a currency.
        case money(Money)
        /// An amount as the client wrote it, in the order's currency.
        case inOrdersCurrency(String)

        /// The amount.
        ///
        /// - Throws: ``GatewayError/Code/invalidRequest`` for one that the order's currency does not have.
        func money(in currency: Currency) throws -> Money {
            switch self {
            case .money(let money): return money
            case .inOrdersCurrency(let literal):
                do {
                    return try Money(majorUnits: literal, currency: currency)
                } catch {
                    throw GatewayError.invalid("amount", error.explanation(for: currency))
                }
            }
        }
    }

    /// A payment of `amount` for an order.
    package init(orderID: Int64, amount: Amount) {
        self.orderID = orderID
        self.amount = amount
    }

    /// A payment of `amount` for an order.
    package init(orderID: Int64, amount: Money) {
        self.init(orderID: orderID, amount: .money(amount))
    }
}

/// Which intent a request is about.
package struct IntentReference: Sendable, Hashable {
    /// The provider's id.
    package var id: String
    /// The provider's name, where the client says it: the same id may exist at two.
    package var provider: String?

    /// An intent.
    package init(id: String, provider: String? = nil) {
        self.id = id
        self.provider = provider
    }
}

/// What to do with an existing intent.
package enum PaymentCommand: Sendable, Hashable {
    /// Confirm it.
    case confirm(paymentMethod: String?, returnURL: String?)
    /// Capture an amount of it, as the client wrote it; nil for all.
    case capture(amount: String?)
    /// Cancel it.
    case cancel(reason: String?)
    /// Give back an amount of it, as the client wrote it; nil for what is left.
    case refund(amount: String?, reason: String?, metadata: [String: String])
}
