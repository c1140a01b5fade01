import Foundation
import ProviderAPI

/// One attempt that brought no success, and what may be done about it.
struct StripeFailure: Sendable {
    /// The outcome, were this the only attempt.
    let error: ProviderError
    /// Whether the same call, under the same key, may get further.
    let isWorthRetrying: Bool
    /// Whether Stripe says that it repeats the stored answer of an earlier attempt (`Idempotent-Replayed`).
    var isReplay = false

    /// How long Stripe asks to wait.
    var retryAfter: Duration? {
        switch error {
        case .notSent(let failure), .unknown(let failure): failure.retryAfter
        default: nil
        }
    }

    /// The outcome of a mutating call after an earlier attempt of it that may have been carried out.
    ///
    /// A decline settles it all the same: Stripe stores what came of a call once its execution began, so it is either the stored
    /// answer of the earlier attempt or shows that there was none. A refusal settles it only as a replay: validation, 401 and 429
    /// come before the key is looked at, and say nothing of an attempt that ran, or is still on its way
    /// (https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/error-low-level).
    var errorAfterLostAnswer: ProviderError {
        switch error {
        case .declined, .unknown:
            return error
        case .rejected(let rejection):
            if isReplay { return error }
            return .senseless(
                "an attempt whose answer was lost may have been carried out; its repeat was refused: \(rejection.message)",
                requestID: rejection.requestID
            )
        case .notSent(var failure):
            failure.message = "an attempt whose answer was lost may have been carried out; its repeat was not: \(failure.message)"
            return .unknown(failure)
        @unknown default:
            return .senseless("the call ended in a way that this module does not know")
        }
    }
}

/// Stripe's errors as the gateway's outcomes, by status, type and code, never by text (https://docs.stripe.com/api/errors,
/// https://docs.stripe.com/error-codes).
struct StripeErrors: Sendable {
    let mapping: StripeMapping
    let redaction: Redaction

    /// Codes that say: the payment was tried and failed. Their type is that of an invalid request, and need not come with a 402.
    private static let attemptCodes: Set<String> = [
        "payment_intent_authentication_failure", "payment_intent_payment_attempt_expired",
        "payment_intent_payment_attempt_failed", "payment_method_customer_decline", "payment_method_provider_decline",
        "payment_method_provider_timeout",
    ]

    /// Codes that say: the object's state does not allow it.
    private static let stateCodes: Set<String> = [
        "payment_intent_unexpected_state", "intent_invalid_state", "capture_charge_authorization_expired",
        "capture_unauthorized_payment", "charge_already_captured", "charge_already_refunded", "charge_disputed",
        "charge_expired_for_capture", "charge_not_refundable", "refund_disputed_payment",
    ]

    /// Codes that say, under a status of 400: the key, or the account behind it, cannot do this.
    private static let accountCodes: Set<String> = [
        "account_invalid", "api_key_expired", "livemode_mismatch", "platform_account_required", "platform_api_key_expired",
        "secret_key_required", "testmode_charges_only",
    ]

    /// Reads an answer whose status is none of 200 to 299.
    ///
    /// - Parameter now: when it came.
    func failure(of response: HTTPResponse, at now: Timestamp) -> StripeFailure {
        let requestID = response.header("request-id")
        let error = try? JSONDecoder().decode(StripeErrorBody.self, from: Data(response.body)).error
        return StripeFailure(
            error: outcome(status: response.status, error: error, retryAfter: response.retryAfter(at: now), requestID: requestID),
            isWorthRetrying: isWorthRetrying(response, error),
            isReplay: response.header("idempotent-replayed") == "true"
        )
    }

    /// `Stripe-Should-Retry` decides; without it conflicts, broken servers and locks pass. A plain 429 does not within a call's
    /// time: the gateway answers 503 and says how long to wait.
    private func isWorthRetrying(_ response: HTTPResponse, _ error: StripeError?) -> Bool {
        switch response.header("stripe-should-retry") {
        case "true": true
        case "false": false
        default:
            response.status == 409 || response.status >= 500 || (response.status == 429 && error?.code == "lock_timeout")
        }
    }

    private func outcome(status: Int, error: StripeError?, retryAfter: Duration?, requestID: String?) -> ProviderError {
        var failure = CallFailure("Stripe answered \(status)\(error.map { ": \(text(of: $0))" } ?? "")")
        failure.retryAfter = retryAfter
        failure.requestID = requestID

        // Indeterminate: even the stored answer of a key is a 500 where execution broke off somewhere.
        if status >= 500 { return .unknown(failure) }
        // Turned away before the call was carried out, by the rate limiter or for the object's lock: nothing happened.
        if status == 429 { return .notSent(failure) }
        // Not Stripe's own words, but those of something in between, which may have passed the call on.
        guard let error, (400..<500).contains(status) else { return .unknown(failure) }

        switch (status, error.type, error.code) {
        // The key is in use by an attempt that still runs, or was used with other parameters; or a service behind Stripe failed.
        case (_, "idempotency_error", _), (_, _, "idempotency_key_in_use"), (409, _, _), (424, _, _):
            return .unknown(failure)
        case (402, _, _), (_, "card_error", _):
            return .declined(decline(error, requestID))
        case (400, _, let code?) where Self.attemptCodes.contains(code):
            return .declined(decline(error, requestID))
        case (401, _, _), (403, _, _):
            return rejection(.authentication, error, requestID)
        case (_, _, let code?) where Self.accountCodes.contains(code):
            return rejection(.authentication, error, requestID)
        case (_, _, let code?) where Self.stateCodes.contains(code):
            return rejection(.invalidState, error, requestID)
        // A parameter of the client's names what does not exist: that is a wrong request, not an unknown payment.
        case (_, _, "resource_missing") where error.field != nil:
            return rejection(.invalidRequest, error, requestID)
        case (404, _, _), (_, _, "resource_missing"):
            return rejection(.notFound, error, requestID)
        default:
            return rejection(.invalidRequest, error, requestID)
        }
    }

    private func decline(_ error: StripeError, _ requestID: String?) -> Decline {
        var decline = Decline(code: error.code ?? error.type ?? "card_error", message: text(of: error))
        decline.declineCode = error.declineCode
        decline.paymentIntent = intent(in: error, requestID)
        decline.requestID = requestID
        return decline
    }

    private func rejection(_ reason: Rejection.Reason, _ error: StripeError, _ requestID: String?) -> ProviderError {
        var rejection = Rejection(reason, message: text(of: error))
        rejection.code = error.code
        rejection.field = error.field
        rejection.paymentIntent = intent(in: error, requestID)
        rejection.requestID = requestID
        return .rejected(rejection)
    }

    /// The intent as it is now, without its client secret: errors are written down in more places than intents.
    private func intent(in error: StripeError, _ requestID: String?) -> PaymentIntent? {
        guard let object = error.paymentIntent else { return nil }
        var intent = try? mapping.paymentIntent(object, requestID: requestID)
        intent?.clientSecret = nil
        return intent
    }

    private func text(of error: StripeError) -> String {
        redaction(error.message ?? error.code ?? error.type ?? "no reason given")
    }
}

/// An error's body: https://docs.stripe.com/api/errors
private struct StripeErrorBody: Decodable {
    let error: StripeError
}

private struct StripeError: Decodable {
    let type: String?
    let code: String?
    let declineCode: String?
    let message: String?
    let param: String?
    let paymentIntent: StripePaymentIntent?

    enum CodingKeys: String, CodingKey {
        case type
        case code
        case declineCode = "decline_code"
        case message
        case param
        case paymentIntent = "payment_intent"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decodeIfPresent(String.self, forKey: .type)
        code = try container.decodeIfPresent(String.self, forKey: .code)
        declineCode = try container.decodeIfPresent(String.self, forKey: .declineCode)
        message = try container.decodeIfPresent(String.self, forKey: .message)
        param = try container.decodeIfPresent(String.self, forKey: .param)
        // The outcome must not hang on whether the intent beside it can be read.
        paymentIntent = try? container.decodeIfPresent(StripePaymentIntent.self, forKey: .paymentIntent)
    }

    /// The field of the gateway's request that Stripe's parameter came from.
    var field: String? {
        switch param {
        case "amount", "amount_to_capture": "amount"
        case "reason", "cancellation_reason": "reason"
        case "currency", "capture_method", "customer", "description", "payment_method", "receipt_email", "return_url",
            "statement_descriptor_suffix":
            param
        case let param? where param == "metadata" || param.hasPrefix("metadata["): "metadata"
        default: nil
        }
    }
}

extension ProviderError {
    /// An answer that cannot be believed: what was asked for may have happened.
    static func senseless(_ message: String, requestID: String? = nil) -> ProviderError {
        var failure = CallFailure(message)
        failure.requestID = requestID
        return .unknown(failure)
    }
}
