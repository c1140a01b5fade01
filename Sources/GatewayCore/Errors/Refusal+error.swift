import GatewayLifecycle
import ProviderAPI

extension Refusal {
    /// The answer to a command on a payment.
    func error(for payment: PaymentTransaction) -> GatewayError {
        func money(_ minorUnits: Int64) -> String { "\(Money(minorUnits: minorUnits, currency: payment.amount.currency))" }
        switch self {
        case .orderAlreadyPaid:
            return GatewayError(.orderAlreadyPaid, "The order \(payment.orderID) is paid by another payment.")
        case .inReview(let code): return Self.inReview(code)
        case .status(let status, let kind):
            return GatewayError(.invalidState, "A payment with status \(status.rawValue) cannot be \(kind.participle).")
        case .otherPaymentOpen:
            return GatewayError(.invalidState, "Another payment of the order \(payment.orderID) is open. Cancel one of them.")
        case .otherPaymentDiffers:
            return GatewayError(.invalidState, "The order's open payment is of another kind. Cancel it before you use another.")
        case .busy(let kind):
            return GatewayError(
                .invalidState, "Another request (\(kind.rawValue)) of this payment is in progress. Send it again after a second."
            ).retry(afterSeconds: 1)
        case .disputed(let refundable):
            return GatewayError(
                .paymentDisputed,
                "The payment is disputed. At most \(money(refundable)) can be refunded until the dispute is won.")
        case .refundExceeds(let refundable):
            return GatewayError(
                .refundExceedsCaptured, "amount must be at most \(money(refundable)), the amount that is not refunded yet.")
        case .captureExceeds(let amount):
            return GatewayError.invalid("amount", "It must be at most \(money(amount)), the authorized amount.")
        case .wholeAmountOnly(.capture):
            return GatewayError.invalid("amount", "The provider \(payment.provider) captures the whole amount only.")
        case .wholeAmountOnly:
            return GatewayError.invalid("amount", "The provider \(payment.provider) refunds whole payments only.")
        case .unsupported(let kind):
            return GatewayError(.providerRejected, "The provider \(payment.provider) does not support \(kind.rawValue).")
        case .amountNotPositive: return GatewayError.invalid("amount", "It must be more than zero.")
        case .lookUpOnly, .nothingOpen:
            return GatewayError(
                .invalidState, "The payment has no open operation and no open discrepancy that the command could end.")
        case .contradicted:
            return GatewayError(.invalidState, "The provider shows otherwise. Use --force if you know better than the provider.")
        case .unverified:
            return GatewayError(
                .providerUnavailable, "The provider \(payment.provider) could not be asked. Try again, or use --force.")
        case .objectUnknown:
            return GatewayError.invalid("object", "The provider \(payment.provider) does not know it. Check the id.")
        case .objectMissing:
            return GatewayError.invalid("object", "The operation made an object at the provider: give the provider's id of it.")
        case .otherCurrency:
            return GatewayError(
                .invalidState,
                "The provider \(payment.provider) has the money in another currency. Refund it there, then use --accept.")
        }
    }

    /// The answer to a request for a new payment of an order.
    func error(for order: Order, open: PaymentTransaction?) -> GatewayError {
        switch (self, open) {
        case (.orderAlreadyPaid, _): GatewayError(.orderAlreadyPaid, "The order \(order.id) is paid.")
        case (.inReview(let code), _): Self.inReview(code)
        case (.busy, _):
            GatewayError(.invalidState, "A payment of this order is being created at this moment.").retry(afterSeconds: 1)
        case (_, let open?):
            GatewayError(
                .invalidState,
                """
                The payment \(open.id) of this order at the provider \(open.provider) with capture_method \
                \(open.captureMethod.rawValue) is open. Cancel it before you use another.
                """)
        default: GatewayError(.invalidState, "The order takes no payment now.")
        }
    }

    private static func inReview(_ code: DiscrepancyCode) -> GatewayError {
        var error = GatewayError(
            .paymentInReview,
            "A payment of this order has the open discrepancy \(code.rawValue). The gateway's operators have to resolve it first."
        )
        error.reviewCode = code.rawValue
        return error
    }
}

extension OperationKind {
    fileprivate var participle: String {
        switch self {
        case .create: "created"
        case .confirm: "confirmed"
        case .capture: "captured"
        case .cancel: "canceled"
        case .refund: "refunded"
        }
    }
}
