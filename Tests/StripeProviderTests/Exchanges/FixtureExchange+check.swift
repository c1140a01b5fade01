import ProviderAPI
import ProviderTestKit
import StripeProvider
import Testing

extension FixtureExchange {
    /// Stripe's part.
    func step() throws -> ScriptedTransport.Step {
        switch response {
        case .word(.lost):
            return .failure(.unknown(CallFailure("the connection was closed before an answer")))
        case .word(.connectionRefused):
            return .failure(.notSent(CallFailure("connection refused")))
        case .details(let answer):
            let headers = (answer.headers ?? [:]).map { HTTPField($0.key, $0.value) }
            return .answer(HTTPResponse(status: answer.status, headers: headers, body: try answer.body?.body() ?? []))
        }
    }

    /// Compares what the provider sent.
    func check(_ sent: HTTPRequest, after previous: HTTPRequest?) throws {
        switch request {
        case .word(.repeated):
            #expect(sent == previous, "a repeat is the same request, byte by byte and key by key")
        case .details(let expected):
            let address = "https://api.stripe.com\(expected.path)"
            #expect("\(sent.method) \(sent.address)" == "\(expected.method) \(address)")
            #expect((expected.form ?? .object([:])).differences(from: Self.parameters(sent.form)) == [])
            #expect((expected.query ?? .object([:])).differences(from: Self.parameters(sent.query)) == [])
            let headers = Self.usualHeaders(of: expected.method).merging(expected.headers ?? [:]) { $1 }
            for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
                #expect((sent.headers.value(of: name).map(JSONValue.string) ?? .null) == value, "\(name)")
            }
        }
    }

    /// Every call bears the key, the version and the gateway's name; a mutating one its idempotency key.
    private static func usualHeaders(of method: String) -> [String: JSONValue] {
        let mutates = method == "POST"
        return [
            "Authorization": .string("Bearer \(ScriptedStripe.secretKey)"),
            "Stripe-Version": .string("2026-10-28.endive"),
            "User-Agent": .string("payment-gateway StripeProvider/\(StripeModule().information.version)"),
            "Stripe-Account": .null,
            "Idempotency-Key": mutates ? .string("gw-test-op_1") : .null,
            "Content-Type": mutates ? .string("application/x-www-form-urlencoded") : .null,
        ]
    }

    /// `name=value` pairs as an object.
    private static func parameters(_ pairs: [String]) -> JSONValue {
        var values: [String: [JSONValue]] = [:]
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[String(parts[0]), default: []].append(.string(parts.dropFirst().first.map(String.init) ?? ""))
        }
        return .object(values.mapValues { $0.count == 1 ? $0[0] : .array($0) })
    }
}
