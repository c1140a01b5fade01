extension SDKCopy.Edit {
    /// What today's SDK has and the tests' earlier state of it has not: a stored property in a value that goes in and one in a
    /// value that comes out, a plain enum case and one with a value, and two requirements with their defaults. Each is followed by
    /// others, whose places differ.
    static let sinceEarlier: [SDKCopy.Edit] = [
        .without(
            """
                /// Where the provider sends a receipt.
                public var receiptEmail: String?

            """, in: "Payments/PaymentRequests.swift", "Var CreatePaymentIntentRequest.receiptEmail"),
        .without(
            """
                /// The provider's id of the charge, where it keeps one beside the intent.
                public var chargeID: String?

            """, in: "Payments/PaymentIntent.swift", "Var PaymentIntent.chargeID"),
        .without(
            """
                    /// The provider does not know the object.
                    case notFound

            """, in: "Payments/ProviderError.swift", "EnumElement Rejection.Reason.notFound"),
        .without(
            """
                    /// A payment intent changed, and the event holds nothing but its id: the gateway asks for it.
                    case paymentIntentReference(id: String)

            """, in: "Webhooks/WebhookEvent.swift", "EnumElement WebhookEvent.Subject.paymentIntentReference"),
        .without(
            """
                /// Whether the provider can take payments now, as far as that is known without a call. Default: healthy.
                func health() async -> ProviderHealth

            """, in: "Payments/PaymentService.swift", "Func PaymentService.health()"),
        .without(
            """
                /// Healthy.
                public func health() async -> ProviderHealth { ProviderHealth(isHealthy: true) }

            """, in: "Payments/PaymentService+Defaults.swift", "Func PaymentService.health()"),
        .without(
            """
                /// The header field that carries a webhook's signature, which the gateway looks at before it reads the body.
                /// Default: nil, for signatures that are in the body or the query; every webhook's body is read then.
                var webhookSignatureHeader: WebhookSignatureHeader? { get }

            """, in: "Payments/PaymentService.swift", "Var PaymentService.webhookSignatureHeader"),
        .without(
            """
                /// Nil: nothing of a webhook is checked before its body is read.
                public var webhookSignatureHeader: WebhookSignatureHeader? { nil }

            """, in: "Payments/PaymentService+Defaults.swift", "Var PaymentService.webhookSignatureHeader"),
    ]
}
