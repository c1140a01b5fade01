/// How long after a call the things happen that happen by themselves, by the account's clock.
///
/// Where banks take days, a second is enough for a tester to see both states; what protects money is as long as at Stripe.
enum Timing {
    /// From the capture to the dispute.
    static let dispute: Duration = .seconds(1)
    /// From a refund that is pending to its success, and from one that has succeeded to its failure.
    static let refund: Duration = .seconds(1)
    /// From a confirmation that is processing to its outcome.
    static let settlement: Duration = .seconds(1)
    /// How long an authorisation can be captured (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method: 7 days).
    static let authorization: Duration = .seconds(7 * 24 * 60 * 60)
    /// How long a dispute can be answered, before the payer is believed (https://docs.stripe.com/disputes/how-disputes-work:
    /// 7 to 21 days, by the card's network).
    static let evidence: Duration = .seconds(15 * 24 * 60 * 60)
}
