import ProviderAPI

extension ProviderError {
    /// What a provider said, for logs and the inbox.
    var summary: String {
        switch self {
        case .declined(let decline): decline.message
        // Its words may quote a key.
        case .rejected(let rejection) where rejection.reason == .authentication: "it refuses the gateway's credentials"
        case .rejected(let rejection): rejection.message
        case .notSent(let failure), .unknown(let failure): failure.message
        @unknown default: "an error of a later contract"
        }
    }
}
