import ProviderAPI

/// Compares what a module sent with what was recorded.
struct RequestComparison: Sendable {
    let description: ProviderDescription
    /// The module's version, for `{version}` in headers.
    let version: String

    /// The differences, one line each.
    func differences(
        between exchange: RecordedExchange, and sent: HTTPRequest, after previous: HTTPRequest?
    ) -> [String] {
        switch exchange.request {
        case .word(.repeated):
            return sent == previous ? [] : ["a repeat is the same request, byte by byte and key by key; this one is not"]
        case .details(let expected):
            let address = expected.path.contains("://") ? expected.path : description.address + expected.path
            let parts = sent.url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let query = FormParameters(parts.count > 1 ? String(parts[1]) : "").json
            var differences: [String] = []
            if sent.method != expected.method { differences.append("method \(sent.method) in place of \(expected.method)") }
            if parts[0] != address { differences.append("address \(parts[0]) in place of \(address)") }
            differences += (expected.query ?? .object([:])).differences(from: query, at: "query")
            differences += bodyDifferences(between: expected, and: sent)
            return differences + headerDifferences(between: expected, and: sent)
        }
    }

    private func bodyDifferences(between expected: RecordedExchange.Request, and sent: HTTPRequest) -> [String] {
        let text = String(decoding: sent.body, as: UTF8.self)
        if let form = expected.form {
            return form.differences(from: FormParameters(text).json, at: "form")
        }
        if let json = expected.json {
            guard let value = JSONValue(sent.body) else { return ["the body is no JSON: \(text)"] }
            return json.differences(from: value, at: "json")
        }
        let recorded = expected.text ?? ""
        return text == recorded ? [] : ["the body \"\(text)\" in place of \"\(recorded)\""]
    }

    private func headerDifferences(between expected: RecordedExchange.Request, and sent: HTTPRequest) -> [String] {
        let common = description.headers ?? [:]
        let headers = [common["*"], common[expected.method], expected.headers].compactMap(\.self)
            .reduce(into: [String: JSONValue]()) { all, layer in all.merge(layer) { $1 } }
        return headers.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
            let expected: JSONValue
            if case .string(let text) = value {
                expected = .string(text.replacing("{version}", with: version))
            } else {
                expected = value
            }
            return expected.differences(from: sent.headers.value(of: name).map(JSONValue.string) ?? .null, at: "header \(name)")
        }
    }
}
