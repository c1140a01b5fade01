import Foundation
package import ProviderAPI

extension MockService {
    /// Asks the card's issuer, that is: the table of ``TestCard``, or a scenario.
    package func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let subject = CallSubject(.confirm, token: request.paymentMethod)
        return try await perform(request, about: subject, ofIntent: request.paymentIntentID, as: operation, in: call) {
            books, now, scenario throws(ProviderError) in
            var intent = try books.intent(request.paymentIntentID)
            switch intent.status {
            case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: break
            default: throw .unexpectedState(intent, "confirmed")
            }
            guard let token = request.paymentMethod ?? intent.paymentMethod else {
                throw .invalid(
                    "payment_method", code: "parameter_missing",
                    "You cannot confirm this PaymentIntent because it's missing a payment method. Pass one, such as pm_card_visa."
                )
            }
            let card = try TestCard(token: token)
            try Self.check(returnURL: request.returnURL)

            intent.paymentMethod = token
            intent.attempts += 1
            switch scenario?.outcome?.verdict ?? card.verdict {
            case .approved:
                return intent.paid(disputedAfter: scenario?.disputedAfter ?? card.disputedAfter, ids: books.ids, at: now)
            case .processing(let end):
                let due = now.advanced(by: scenario?.later ?? Timing.settlement)
                return intent.processing(next: NextStep(end, due: due), ids: books.ids)
            case .declined(let failure): return intent.declined(failure, ids: books.ids)
            case .challenged: return intent.challenged(ids: books.ids, pagesURL: host.pagesURL, returnURL: request.returnURL)
            }
        } answer: { entry throws(ProviderError) in
            try entry.confirmed
        }
    }

    /// A browser is sent there, so it must not be a script.
    private static func check(returnURL: String?) throws(ProviderError) {
        guard let returnURL else { return }
        guard let url = URL(string: returnURL), ["https", "http"].contains(url.scheme?.lowercased()), url.host() != nil else {
            throw .invalid("return_url", code: "url_invalid", "Not a valid URL: return_url must be absolute, with http or https.")
        }
    }
}

extension JournalEntry {
    /// The answer to the confirmation that made this line, and to every repeat of it.
    fileprivate var confirmed: PaymentIntent {
        get throws(ProviderError) {
            guard effect == .decline, let failure = intent.lastError else { return intent.answer }
            var decline = Decline(code: failure.code, message: failure.message)
            decline.declineCode = failure.declineCode
            decline.paymentIntent = intent.answer
            throw .declined(decline)
        }
    }
}
