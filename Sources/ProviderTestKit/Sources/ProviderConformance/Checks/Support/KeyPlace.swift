import ProviderAPI

extension ProviderDescription.Idempotency {
    /// What a request holds where the key belongs; nil where there is nothing.
    func value(in request: HTTPRequest) -> String? {
        if let header { return request.headers.value(of: header) }
        guard let parameter else { return nil }
        return AnswerEditor.scalar(parameter, in: request.body)?.plainText
    }

    /// Whether a request bears the key of `operation`, or the reference that stands for it.
    func isBorne(by request: HTTPRequest, for operation: OperationIdentity) -> Bool {
        guard let value = value(in: request) else { return false }
        return holds == .operationID ? value.contains(operation.id) : value == operation.idempotencyKey
    }

    /// What a request must bear, for findings.
    func requirement(for operation: OperationIdentity) -> String {
        let place = header.map { "the header \($0)" } ?? "the parameter \(parameter ?? "")"
        return holds == .operationID
            ? "\(place) with the operation id \(operation.id)" : "\(place) with the key \(operation.idempotencyKey)"
    }
}

extension Workbench {
    /// Whether a request of a mutating call changes something, and so bears the key: all but reading ones, and ones whose
    /// recording says that there is no key (asking for a token).
    func bearsKey(_ exchange: RecordedExchange) -> Bool {
        guard case .details(let request) = exchange.request else { return true }
        if ["GET", "HEAD"].contains(request.method) { return false }
        // A parameter has no place in a request without a body: that is a question, such as an empty POST to a poll address.
        guard let header = recording.description.idempotency?.header else {
            return request.form != nil || request.json != nil || request.text != nil
        }
        return request.headers?.first { $0.key.lowercased() == header.lowercased() }?.value != .null
    }

    /// The requests of a run of a mutating call that must bear the key.
    func keyedRequests(of run: TrialRun, in recorded: RecordedCase) -> [HTTPRequest] {
        run.requests.enumerated().filter { index, request in
            recorded.exchanges.indices.contains(index)
                ? bearsKey(recorded.exchanges[index]) : !["GET", "HEAD"].contains(request.method)
        }.map(\.element)
    }
}
