import ProviderAPI

/// An object from Acme Pay, and the id of the request that it came by.
struct AcmePayAnswer<Object: Sendable>: Sendable {
    let object: Object
    let requestID: String?
}

/// Calls to Acme Pay's API.
///
/// Each is sent once. The gateway itself looks up what became of a call whose outcome is not known, and repeats it under the same
/// key; a module that repeats too has to keep within the call's deadline, and to remember that a *no* to the repeat says nothing
/// of the first attempt.
struct AcmePayClient: Sendable {
    private let settings: AcmePaySettings
    private let host: ProviderHost
    private let errors: AcmePayErrors
    private let redaction: Redaction

    init(settings: AcmePaySettings, host: ProviderHost, redaction: Redaction) {
        self.settings = settings
        self.host = host
        self.redaction = redaction
        errors = AcmePayErrors(redaction: redaction)
    }

    /// Asks for something. It changes nothing, and so bears no key.
    func get<Object: Decodable & Sendable>(
        _ path: String, in call: CallContext
    ) async throws(ProviderError) -> AcmePayAnswer<Object> {
        try await send(HTTPRequest(method: "GET", url: settings.apiBase + path), in: call)
    }

    /// Changes something, under the operation's own key: the same bytes and the same key at each repeat.
    func post<Object: Decodable & Sendable>(
        _ path: String, _ body: some Encodable, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> AcmePayAnswer<Object> {
        var request = HTTPRequest(method: "POST", url: settings.apiBase + path)
        request.headers = [
            HTTPField("Content-Type", "application/json"), HTTPField("Idempotency-Key", operation.idempotencyKey),
        ]
        request.body = try AcmePayJSON.encode(body)
        return try await send(request, in: call)
    }

    /// - Throws: what the transport throws, which knows `notSent` from `unknown`; what ``AcmePayErrors`` makes of an error; and
    ///   `unknown` for a body that cannot be read. What the decoder says is left out, since it may quote the answer.
    private func send<Object: Decodable & Sendable>(
        _ request: HTTPRequest, in call: CallContext
    ) async throws(ProviderError) -> AcmePayAnswer<Object> {
        var request = request
        request.headers += [HTTPField("Authorization", "Bearer \(settings.apiKey)"), HTTPField("Accept", "application/json")]
        let response = try await host.http.send(request, in: call)
        let requestID = response.header("Request-Id")
        log(request, response, requestID, call)

        guard (200..<300).contains(response.status) else { throw errors.outcome(of: response) }
        do {
            let object = try AcmePayJSON.decode(Object.self, response.body)
            return AcmePayAnswer(object: object, requestID: requestID)
        } catch {
            throw .senseless("Acme Pay answered \(response.status) with a body that makes no sense", requestID)
        }
    }

    /// A line for each answer: never a body, never a header but the provider's request id.
    private func log(_ request: HTTPRequest, _ response: HTTPResponse, _ requestID: String?, _ call: CallContext) {
        let path = request.url.dropFirst(settings.apiBase.count).prefix { $0 != "?" }
        host.log.write(
            .info, "Acme Pay answered",
            fields: [
                "method": request.method, "path": redaction(String(path)), "status": "\(response.status)",
                "acme_pay_request_id": redaction(requestID ?? "none"), "request_id": call.requestID,
            ]
        )
    }
}
