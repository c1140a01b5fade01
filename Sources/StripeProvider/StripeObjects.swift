import ProviderAPI

// Stripe's objects, as far as the gateway reads them. Whatever a version of the API may leave out is optional.

/// An object with an id, which a reference to it may hold in place of the object.
protocol StripeObject: Decodable, Sendable {
    var id: String { get }
}

/// A reference: an id, or the object itself where it was expanded (https://docs.stripe.com/expand).
struct Expandable<Object: StripeObject>: Decodable, Sendable {
    let id: String
    let object: Object?

    init(from decoder: any Decoder) throws {
        if let id = try? decoder.singleValueContainer().decode(String.self) {
            self.id = id
            object = nil
        } else {
            let object = try Object(from: decoder)
            id = object.id
            self.object = object
        }
    }
}

/// An object of which only the id matters.
struct StripeReference: StripeObject {
    let id: String
}

/// A page of a list (https://docs.stripe.com/api/pagination).
struct StripeList<Element: Decodable & Sendable>: Decodable, Sendable {
    let data: [Element]
    let hasMore: Bool?

    enum CodingKeys: String, CodingKey {
        case data
        case hasMore = "has_more"
    }
}

/// https://docs.stripe.com/api/payment_intents/object
struct StripePaymentIntent: StripeObject {
    let id: String
    let amount: Int64
    let amountReceived: Int64?
    let currency: String
    let status: String
    let captureMethod: String?
    let clientSecret: String?
    let customer: Expandable<StripeReference>?
    let metadata: [String: String]?
    let nextAction: StripeNextAction?
    let lastPaymentError: StripePaymentError?
    let paymentMethod: Expandable<StripePaymentMethod>?
    let paymentMethodTypes: [String]?
    let latestCharge: Expandable<StripeCharge>?
    /// Before version 2022-11-15, in place of `latest_charge`.
    let charges: StripeList<StripeCharge>?

    enum CodingKeys: String, CodingKey {
        case id
        case amount
        case amountReceived = "amount_received"
        case currency
        case status
        case captureMethod = "capture_method"
        case clientSecret = "client_secret"
        case customer
        case metadata
        case nextAction = "next_action"
        case lastPaymentError = "last_payment_error"
        case paymentMethod = "payment_method"
        case paymentMethodTypes = "payment_method_types"
        case latestCharge = "latest_charge"
        case charges
    }
}

/// https://docs.stripe.com/api/charges/object
struct StripeCharge: StripeObject {
    struct Details: Decodable, Sendable {
        let type: String?
    }

    let id: String
    let amountCaptured: Int64?
    let paymentIntent: Expandable<StripeReference>?
    let paymentMethodDetails: Details?

    enum CodingKeys: String, CodingKey {
        case id
        case amountCaptured = "amount_captured"
        case paymentIntent = "payment_intent"
        case paymentMethodDetails = "payment_method_details"
    }
}

/// https://docs.stripe.com/api/payment_methods/object
struct StripePaymentMethod: StripeObject {
    let id: String
    let type: String?
}

/// `next_action`: its details stand under a key that is named like its type.
struct StripeNextAction: Decodable, Sendable {
    let type: String
    let url: String?

    /// The names that types give to the page to send the payer to.
    private struct Details: Decodable {
        let url: String?
        let hostedInstructionsURL: String?
        let hostedVoucherURL: String?
        let hostedVerificationURL: String?

        enum CodingKeys: String, CodingKey {
            case url
            case hostedInstructionsURL = "hosted_instructions_url"
            case hostedVoucherURL = "hosted_voucher_url"
            case hostedVerificationURL = "hosted_verification_url"
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            nil
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        type = try container.decode(String.self, forKey: Key(stringValue: "type"))
        // Details that this module cannot read must not cost the payment: the type is enough for Stripe.js.
        let details = try? container.decodeIfPresent(Details.self, forKey: Key(stringValue: type))
        url = details?.url ?? details?.hostedInstructionsURL ?? details?.hostedVoucherURL ?? details?.hostedVerificationURL
    }
}

/// `last_payment_error`
struct StripePaymentError: Decodable, Sendable {
    let code: String?
    let declineCode: String?
    let message: String?
    let paymentMethod: Expandable<StripePaymentMethod>?

    enum CodingKeys: String, CodingKey {
        case code
        case declineCode = "decline_code"
        case message
        case paymentMethod = "payment_method"
    }
}

/// https://docs.stripe.com/api/refunds/object
struct StripeRefund: StripeObject {
    let id: String
    let amount: Int64
    let currency: String
    let status: String?
    let reason: String?
    let failureReason: String?
    let metadata: [String: String]?
    let paymentIntent: Expandable<StripeReference>?

    enum CodingKeys: String, CodingKey {
        case id
        case amount
        case currency
        case status
        case reason
        case failureReason = "failure_reason"
        case metadata
        case paymentIntent = "payment_intent"
    }
}

/// https://docs.stripe.com/api/disputes/object
struct StripeDispute: StripeObject {
    let id: String
    let amount: Int64
    let currency: String
    let status: String
    let reason: String
    let paymentIntent: Expandable<StripeReference>?

    enum CodingKeys: String, CodingKey {
        case id
        case amount
        case currency
        case status
        case reason
        case paymentIntent = "payment_intent"
    }
}
