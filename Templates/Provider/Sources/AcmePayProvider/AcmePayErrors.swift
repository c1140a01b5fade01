import ProviderAPI

/// Acme Pay's errors as the gateway's outcomes: by status and code, never by text (docs/acme-pay-api.md, "Errors").
///
/// This table decides what happens to the money. A *no* that may be no *no* must be `unknown`.
struct AcmePayErrors: Sendable {
    let redaction: Redaction

    /// Reads an answer whose status is none of 200 to 299.
    func outcome(of response: HTTPResponse) -> ProviderError {
        let error = try? AcmePayJSON.decode(AcmePayErrorBody.self, response.body).error
        let requestID = response.header("Request-Id")
        let text = redaction(error?.message ?? error?.code ?? "no reason given")
        var failure = CallFailure("Acme Pay answered \(response.status): \(text)")
        failure.retryAfter = response.retryAfter
        failure.requestID = requestID

        // Turned away at the door, before anything was done.
        if response.status == 429 { return .notSent(failure) }
        // Broken somewhere, perhaps after the effect. And what is not in Acme Pay's own words comes from something in between,
        // which may have passed the request on.
        guard response.status < 500, let error else { return .unknown(failure) }

        switch (response.status, error.code) {
        case (402, _):
            var decline = Decline(code: redaction(error.code), message: text)
            decline.declineCode = error.declineCode.map(redaction.callAsFunction)
            decline.requestID = requestID
            return .declined(decline)
        case (401, _), (403, _): return rejection(.authentication, error, text, requestID)
        case (404, _): return rejection(.notFound, error, text, requestID)
        case (409, "wrong_state"): return rejection(.invalidState, error, text, requestID)
        // The key is in use by an earlier attempt, or was used for something else: what became of that attempt is not known.
        case (409, _): return .unknown(failure)
        case (400, _): return rejection(.invalidRequest, error, text, requestID)
        // Nothing that is documented.
        default: return .unknown(failure)
        }
    }

    private func rejection(
        _ reason: Rejection.Reason, _ error: AcmePayErrorBody.Details, _ text: String, _ requestID: String?
    ) -> ProviderError {
        var rejection = Rejection(reason, message: text)
        rejection.code = redaction(error.code)
        rejection.field = Self.field(error.field)
        rejection.requestID = requestID
        return .rejected(rejection)
    }

    /// The field of the gateway's request that one of Acme Pay's came from.
    private static func field(_ name: String?) -> String? {
        switch name {
        case "token": "payment_method"
        case "capture": "capture_method"
        case "amount", "currency", "description", "metadata", "reason", "receipt_email", "return_url": name
        default: nil
        }
    }
}

extension HTTPResponse {
    /// `Retry-After` in seconds (RFC 9110, section 10.2.3), within a day.
    fileprivate var retryAfter: Duration? {
        guard let text = header("Retry-After"), let seconds = Int64(text), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 86_400))
    }
}
