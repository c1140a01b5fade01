import ProviderAPI

/// An answer that a fault may falsify.
protocol FalsifiableAnswer: Sendable {
    /// The same with amounts that are one minor unit too high.
    var withWrongAmount: Self { get }
    /// The same with the id of an object of others.
    func withWrongID(from others: ObjectIDs) -> Self
}

extension PaymentIntent: FalsifiableAnswer {
    var withWrongAmount: PaymentIntent {
        var wrong = self
        wrong.amount.minorUnits += 1
        // Nothing captured stays nothing: the status would contradict anything else.
        if amountCaptured > 0 { wrong.amountCaptured += 1 }
        return wrong
    }

    func withWrongID(from others: ObjectIDs) -> PaymentIntent {
        var wrong = self
        wrong.id = others.id(.paymentIntent, ObjectIDs.number(in: id, of: .paymentIntent) ?? 0)
        return wrong
    }
}

extension Refund: FalsifiableAnswer {
    var withWrongAmount: Refund {
        var wrong = self
        wrong.amount.minorUnits += 1
        return wrong
    }

    func withWrongID(from others: ObjectIDs) -> Refund {
        var wrong = self
        wrong.id = others.id(.refund, ObjectIDs.number(in: id, of: .refund) ?? 0)
        return wrong
    }
}
