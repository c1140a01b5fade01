import Foundation
import ProviderAPI

extension FlawedClient {
    /// What an answer that is no success means.
    func outcome(of answer: HTTPResponse) -> ProviderError {
        let details = (try? JSONDecoder().decode(FlawedError.self, from: Data(answer.body)))?.error
        let message = details?.message.map(redacted) ?? "the provider answered \(answer.status)"
        switch answer.status {
        case 402: return .declined(Decline(code: details?.code ?? "declined", message: message))
        case 500... where flaw == .serverErrorAsDeclined: return .declined(Decline(code: "server_error", message: message))
        case 401, 403: return .rejected(Rejection(.authentication, message: message))
        case 404 where details != nil: return .rejected(Rejection(.notFound, message: message))
        case 400, 422: return .rejected(Rejection(.invalidRequest, message: message))
        default: return .unknown(CallFailure(message))
        }
    }

    private func redacted(_ message: String) -> String {
        if flaw == .repeatsMessage { return message.replacing(key, with: "[secret]") }
        return ([key] + host.settings.strings("webhook_secrets")).reduce(message) { $0.replacing($1, with: "[secret]") }
            .replacing(/pay_\w+_secret_\w+/, with: "[secret]")
            .replacing(/\d(?:[ \-]?\d){12,18}/, with: "[number]")
    }
}

extension ProviderError {
    var isWorthRepeating: Bool {
        switch self {
        case .notSent, .unknown: true
        default: false
        }
    }

    /// What the transport's error is taken for.
    func told(_ flaw: Flaw?) -> ProviderError {
        switch (self, flaw) {
        case (.unknown(let failure), .lostAnswerAsNotSent): .notSent(failure)
        case (.notSent(let failure), .notSentAsUnknown): .unknown(failure)
        default: self
        }
    }

    /// What the gateway is told after an attempt that may have been carried out: its repeat settles nothing by not being sent or
    /// being refused.
    func afterLostAttempt(_ flaw: Flaw?) -> ProviderError {
        switch self {
        case .notSent(let failure) where flaw != .forgetsLostAttempt:
            return .unknown(failure)
        case .rejected(let rejection) where flaw != .refusalAfterLostAttempt:
            return .unknown(CallFailure("an attempt may have been carried out; its repeat was refused: \(rejection.message)"))
        default:
            return self
        }
    }
}
