import ProviderAPI

/// Questions to Paynow and its answers, as outcomes.
///
/// Nothing is repeated here: Paynow knows no idempotency keys, so a second creation would be a second transaction.
struct PaynowClient: Sendable {
    let settings: PaynowSettings
    let http: any HTTPTransport
    let redaction: Redaction

    /// Creates a transaction: https://developers.paynow.co.zw/docs/initiate_transaction.html.
    ///
    /// - Throws: `rejected` where Paynow says `Error`.
    func initiate(_ message: PaynowMessage, in call: CallContext) async throws(ProviderError) -> PaynowMessage {
        let answer = try await post(signed(message), to: "\(settings.apiBase)/interface/initiatetransaction", in: call)
        if isError(answer) { throw .rejected(rejection(answer)) }
        try requireAuthentic(answer)
        return answer
    }

    /// Asks for a transaction by its poll address, with an empty POST: https://developers.paynow.co.zw/docs/polling_status.html.
    func poll(_ address: PollAddress, in call: CallContext) async throws(ProviderError) -> PaynowTransaction {
        let answer = try await post(nil, to: address.url(at: settings.apiBase), in: call)
        return try transaction(answer)
    }

    /// Asks for a transaction by the merchant's trace, for an answer that was lost: the same page, "Using Merchant Trace".
    ///
    /// - Returns: nil where Paynow has none.
    func trace(_ trace: String, in call: CallContext) async throws(ProviderError) -> PaynowTransaction? {
        var question = PaynowMessage()
        question.add("id", String(settings.integrationID))
        question.add("merchanttrace", trace)
        question.add("status", "Message")
        let answer = try await post(signed(question), to: "\(settings.apiBase)/interface/trace", in: call)
        if answer["status"]?.lowercased() == "notfound" {
            try requireAuthentic(answer)
            return nil
        }
        return try transaction(answer)
    }

    // MARK: Requests

    private func signed(_ message: PaynowMessage) -> PaynowMessage {
        var message = message
        message.sign(with: settings.integrationKeys[0])
        return message
    }

    private func post(
        _ message: PaynowMessage?, to url: String, in call: CallContext
    ) async throws(ProviderError) -> PaynowMessage {
        var request = HTTPRequest(method: "POST", url: url)
        if let message {
            request.headers = [HTTPField("Content-Type", "application/x-www-form-urlencoded")]
            request.body = message.encoded
        }
        let response = try await http.send(request, in: call)
        // Paynow answers everything it understands with 200, its refusals too; what other codes mean is not documented.
        guard response.status == 200 else {
            throw .unknown(CallFailure("Paynow answered with status \(response.status)"))
        }
        guard let answer = PaynowMessage(response.body), answer["status"] != nil else {
            throw .unknown(CallFailure("Paynow's answer is no message of its documentation"))
        }
        return answer
    }

    // MARK: Answers

    private func requireAuthentic(_ answer: PaynowMessage) throws(ProviderError) {
        guard answer.isAuthentic(under: settings.integrationKeys) else {
            throw .unknown(CallFailure("the hash of Paynow's answer does not match it"))
        }
    }

    private func transaction(_ answer: PaynowMessage) throws(ProviderError) -> PaynowTransaction {
        // "Using Merchant Trace": an error does not mean that there is no such transaction.
        if isError(answer) {
            throw .unknown(CallFailure("Paynow could not tell: \(redaction(answer["error"] ?? "no reason given"))"))
        }
        try requireAuthentic(answer)
        guard let transaction = PaynowTransaction(answer, in: settings.currency) else {
            throw .unknown(CallFailure("Paynow's status message lacks a field or has one that cannot be read"))
        }
        return transaction
    }

    /// Whether the answer is a refusal. Refusals bear no hash.
    private func isError(_ answer: PaynowMessage) -> Bool { answer["status"]?.lowercased() == "error" }

    /// The refusal of a creation: nothing was created. Paynow has no codes, only words.
    private func rejection(_ answer: PaynowMessage) -> Rejection {
        let words = redaction(answer["error"] ?? "no reason given")
        let lowercased = words.lowercased()
        // The one refusal known by its words that is the operator's to mend: the integration's id or key is wrong.
        let isOurs = lowercased.hasPrefix("invalid hash") || lowercased.hasPrefix("invalid id")
        var rejection = Rejection(isOurs ? .authentication : .invalidRequest, message: "Paynow: \(words)")
        if lowercased.hasPrefix("invalid amount") { rejection.field = "amount" }
        return rejection
    }
}
