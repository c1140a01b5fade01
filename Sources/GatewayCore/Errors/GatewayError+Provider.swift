package import ProviderAPI

extension GatewayError {
    /// A provider's definite no, and what surely did not reach it, as the client is told.
    ///
    /// Outcomes that are not known have no error: they are answered with 202.
    package init?(_ error: ProviderError, provider: String) {
        switch error {
        case .declined(let decline):
            self.init(.paymentDeclined, decline.message)
            providerCode = decline.code
            declineCode = decline.declineCode
        case .rejected(let rejection):
            self.init(rejection, provider: provider)
        case .notSent(let failure):
            self.init(
                .providerUnavailable, "The provider \(provider) did not take the request; nothing was done. Try again.")
            retryAfterSeconds = failure.retryAfter.map(Self.wholeSeconds) ?? 1
        case .unknown:
            return nil
        @unknown default:
            return nil
        }
    }

    /// Rounded up: a client that comes a moment early is turned away again.
    private static func wholeSeconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(max(0, attoseconds > 0 ? seconds + 1 : seconds))
    }

    private init(_ rejection: Rejection, provider: String) {
        switch rejection.reason {
        case .invalidRequest, .unsupported:
            self.init(.providerRejected, rejection.message)
        case .authentication:
            // The provider's words may quote a key; the operator finds the request id in the log.
            self.init(
                .providerMisconfigured,
                "The provider \(provider) refuses the gateway's credentials; the operator has to correct that.")
        case .notFound:
            self.init(.providerRejected, "The provider \(provider) does not know the object: \(rejection.message)")
        case .invalidState, .gone:
            self.init(.invalidState, rejection.message)
        case .invalidSignature:
            self.init(.invalidSignature, rejection.message)
        @unknown default:
            self.init(.providerRejected, rejection.message)
        }
        providerCode = rejection.code
        if rejection.reason != .authentication, let field = rejection.field { fields = [Field(field, rejection.message)] }
    }
}
