import Foundation
import ProviderAPI
import ProviderTestKit
import StripeProvider
import Testing

/// A Stripe provider whose Stripe is a script.
struct ScriptedStripe {
    static let secretKey = "sk_test_fixture"
    static let webhookSecret = "whsec_fixture"

    let transport: ScriptedTransport
    let log = RecordingLog()
    let clock = ManualClock()
    let service: any PaymentService

    /// A provider with the usual settings, save for those given here.
    init(
        _ steps: [ScriptedTransport.Step] = [], settings: [String: SettingValue] = [:],
        random: any ProviderRandom = SeededRandom()
    ) async throws {
        transport = ScriptedTransport(steps)
        let usual: [String: SettingValue] = [
            "secret_key": .string(Self.secretKey), "webhook_secrets": .list([.string(Self.webhookSecret)]),
            "return_url": .string("https://shop.example/return"),
        ]
        service = try await StripeModule().makeService(
            host: .testing(
                name: "stripe", settings: usual.merging(settings) { $1 }, http: transport, log: log, clock: clock, random: random)
        )
    }

    var requests: [HTTPRequest] { transport.requests }

    /// Runs a call that must fail and returns how it failed. Nothing secret may be in the error or in the log.
    func failure(
        _ call: (any PaymentService) async throws -> Any, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ProviderError {
        let thrown = await #expect(throws: ProviderError.self, sourceLocation: sourceLocation) { _ = try await call(service) }
        let error = try #require(thrown, sourceLocation: sourceLocation)
        let told = "\(error)" + String(decoding: try JSONEncoder().encode(error), as: UTF8.self) + log.lines.joined()
        expectNoSecrets(in: told, sourceLocation: sourceLocation)
        return error
    }

    /// Nothing secret may be in `text`.
    func expectNoSecrets(in text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for secret in [Self.secretKey, Self.webhookSecret, JSON.clientSecret] {
            #expect(!text.contains(secret), sourceLocation: sourceLocation)
        }
    }
}

extension ProviderError {
    var rejection: Rejection? {
        if case .rejected(let rejection) = self { rejection } else { nil }
    }

    var unknown: CallFailure? {
        if case .unknown(let failure) = self { failure } else { nil }
    }
}

extension Money {
    static func of(_ minorUnits: Int64, _ code: String) throws -> Money {
        Money(minorUnits: minorUnits, currency: try #require(Currency(code)))
    }
}
