import ProviderAPI

/// What must not be told, and messages that tell it.
struct SecretWords: Sendable {
    /// A test number of the card schemes.
    static let cardNumber = "4242424242424242"

    private let keys: [String]
    private let clientSecrets: Set<String>
    private let words: String

    /// The secrets among the recorded settings, and the client secrets among the recorded outcomes.
    init(of bench: Workbench) {
        keys = bench.module.settingsSchema.settings.filter { $0.kind == .secret || $0.kind == .secrets }.map(\.key)
        clientSecrets = Set(bench.recording.cases.flatMap { $0.recorded.outcome.texts(named: "client_secret") })
        let settings = bench.settings()
        let values = keys.flatMap { settings[$0]?.texts ?? [] } + clientSecrets.sorted().prefix(1)
        words = (values + [Self.cardNumber, "4242 4242 4242 4242", "4242-4242-4242-4242"]).joined(separator: " ")
    }

    /// The names of the secrets that a text tells.
    func leaks(in text: String, settings: [String: SettingValue]) -> [String] {
        // Shorter values would be found anywhere.
        let keys = keys.filter { settings[$0]?.texts.contains { $0.count >= 6 && text.contains($0) } ?? false }
        var leaks = keys.map { "the value of the setting \($0)" }
        if clientSecrets.contains(where: text.contains) { leaks.append("a client secret") }
        if text.filter({ $0 != " " && $0 != "-" }).contains(Self.cardNumber) { leaks.append("a card number") }
        return leaks
    }

    /// The same answer, its sentences ending in secrets. What is no sentence (an id, a code) stays, for it decides the outcome.
    func repeated(in step: ScriptedTransport.Step) -> ScriptedTransport.Step {
        guard case .answer(var response) = step else { return step }
        if let json = JSONValue(response.body) {
            response.body = repeated(in: json).bytes
        } else if var form = FormParameters(body: response.body) {
            form.pairs = form.pairs.map { FormParameters.Pair(name: $0.name, value: repeated(in: $0.value)) }
            response.body = Array(form.encoded.utf8)
        } else {
            response.body += Array(" \(words)".utf8)
        }
        return .answer(response)
    }

    /// Answers in common shapes that repeat secrets.
    var errors: [(String, HTTPResponse)] {
        let message = JSONValue.string("Cannot take \(words)")
        let bodies: [JSONValue] = [
            message, .object(["message": message]), .object(["error": message]),
            .object(["error": .object(["message": message])]),
            .object(["errors": .array([.object(["message": message, "detail": message])])]),
        ]
        return [200, 400, 402, 404, 422, 500].flatMap { status in
            bodies.enumerated().map { number, body in
                let headers = [HTTPField("Content-Type", number == 0 ? "text/plain" : "application/json")]
                return (
                    "\(status) that repeats secrets, shape \(number + 1)",
                    HTTPResponse(status: status, headers: headers, body: body.body)
                )
            }
        }
    }

    private func repeated(in json: JSONValue) -> JSONValue {
        switch json {
        case .string(let text): .string(repeated(in: text))
        case .array(let values): .array(values.map(repeated(in:)))
        case .object(let members): .object(members.mapValues(repeated(in:)))
        default: json
        }
    }

    private func repeated(in text: String) -> String {
        text.contains(" ") ? "\(text) \(words)" : text
    }
}

extension JSONValue {
    /// All texts that stand under a member's name, at any depth.
    fileprivate func texts(named name: String) -> [String] {
        switch self {
        case .object(let members):
            members.flatMap { key, value in
                if key == name, case .string(let text) = value { [text] } else { value.texts(named: name) }
            }
        case .array(let values): values.flatMap { $0.texts(named: name) }
        default: []
        }
    }
}
