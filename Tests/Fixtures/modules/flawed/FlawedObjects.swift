import ProviderAPI

/// A request's body.
struct FlawedBody: Encodable {
    var amount: String?
    var currency: String?
    var payment: String?
    var reference: String?
    var description: String?
    var token: String?
    var time: Int64?
}

/// A payment as the API has it.
struct FlawedPayment: Decodable {
    var id: String
    var status: String
    var amount: String
    var currency: String?
    var reference: String?
    var secret: String?
}

/// A refund as the API has it.
struct FlawedRefund: Decodable {
    var id: String
    var payment: String
    var status: String
    var amount: String
    var currency: String?
    var reference: String?
}

struct FlawedList: Decodable {
    var refunds: [FlawedRefund]
}

struct FlawedEvent: Decodable {
    var id: String
    var type: String
    var time: Int64
    var payment: FlawedPayment?
    var refund: FlawedRefund?
}

struct FlawedError: Decodable {
    struct Details: Decodable {
        var code: String?
        var message: String?
    }

    var error: Details
}

extension FlawedClient {
    func intent(_ payment: FlawedPayment) throws(ProviderError) -> PaymentIntent {
        let status: PaymentIntent.Status =
            switch payment.status {
            case "open": .requiresPaymentMethod
            case "pending": .processing
            case "paid": .succeeded
            case "cancelled": .canceled
            default: flaw == .unknownStatusAsSucceeded ? .succeeded : .processing
            }
        let amount = try money(payment.amount, payment.currency)
        var intent = PaymentIntent(id: payment.id, status: status, amount: amount)
        intent.amountCaptured = status == .succeeded ? amount.minorUnits : 0
        intent.clientSecret = payment.secret
        intent.operationID = payment.reference
        return intent
    }

    func refund(_ refund: FlawedRefund) throws(ProviderError) -> Refund {
        let status: Refund.Status =
            switch refund.status {
            case "pending": .pending
            case "done": .succeeded
            case "failed": .failed
            default: flaw == .unknownRefundStatusAsFailed ? .failed : .pending
            }
        var told = Refund(
            id: refund.id, paymentIntentID: refund.payment, amount: try money(refund.amount, refund.currency), status: status)
        told.operationID = refund.reference
        return told
    }

    private func money(_ text: String, _ code: String?) throws(ProviderError) -> Money {
        guard let currency = code.flatMap(Currency.init) else { throw .unknown(CallFailure("the answer has no currency")) }
        if flaw == .amountsThroughDouble, let number = Double(text) {
            return Money(minorUnits: Int64(number * Double(currency.minorUnitsPerMajor)), currency: currency)
        }
        if flaw == .twoDecimalsForAll, let amount = Currency("USD").flatMap({ try? Money(majorUnits: text, currency: $0) }) {
            return Money(minorUnits: amount.minorUnits, currency: currency)
        }
        guard let amount = try? Money(majorUnits: text, currency: currency) else {
            throw .unknown(CallFailure("the answer's amount makes no sense"))
        }
        return amount
    }
}
