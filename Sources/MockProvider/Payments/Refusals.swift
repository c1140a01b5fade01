import ProviderAPI

extension ProviderError {
    /// The request is wrong, in this field of the gateway's request.
    static func invalid(_ field: String, code: String, _ message: String) -> ProviderError {
        var rejection = Rejection(.invalidRequest, message: message)
        rejection.field = field
        rejection.code = code
        return .rejected(rejection)
    }

    /// The provider knows no such object.
    static func missing(_ object: String, _ id: String) -> ProviderError {
        var rejection = Rejection(.notFound, message: "No such \(object): '\(id.prefix(100))'")
        rejection.code = "resource_missing"
        return .rejected(rejection)
    }

    /// The intent's status does not allow it. `action` fits into "cannot be ...".
    static func unexpectedState(_ intent: IntentRecord, _ action: String) -> ProviderError {
        var rejection = Rejection(
            .invalidState, message: "This PaymentIntent cannot be \(action) because it has a status of \(intent.status.rawValue)."
        )
        rejection.code = "payment_intent_unexpected_state"
        rejection.paymentIntent = intent.answer
        return .rejected(rejection)
    }

    /// The message of any case, for people.
    var reason: String {
        switch self {
        case .declined(let decline): decline.message
        case .rejected(let rejection): rejection.message
        case .notSent(let failure), .unknown(let failure): failure.message
        @unknown default: "\(self)"
        }
    }
}
