import ProviderAPI
import ProviderTestKit

@testable import AcmePayProvider

/// The provider with a transport that answers from a script.
struct AcmePayHarness {
    static let webhookSecret = "whsec_unit_tests"

    let service: any PaymentService
    let transport: ScriptedTransport
    let log = RecordingLog()

    init(_ steps: [ScriptedTransport.Step] = [], webhookSecrets: [String] = [webhookSecret]) async throws {
        transport = ScriptedTransport(steps)
        let settings: [String: SettingValue] = [
            "api_key": .string("key_unit_tests"), "webhook_secrets": .list(webhookSecrets.map(SettingValue.string)),
            "api_base": .string("https://api.acme-pay.example"),
        ]
        service = try await AcmePayModule().makeService(host: .testing(settings: settings, http: transport, log: log))
    }
}

/// Acme Pay's objects as JSON.
enum Wire {
    static func payment(_ status: String = "open", amount: Int = 9999, captured: Int = 0, reference: String = "op_1") -> String {
        """
        {"id": "pay_1", "status": "\(status)", "amount": \(amount), "currency": "USD", "captured": \(captured),
         "capture": "automatic", "reference": "\(reference)", "metadata": {"order_id": "7", "user_id": "42"},
         "method": null, "client_token": "ct_unit1", "challenge_url": null, "last_decline": null}
        """
    }

    static func refund(_ status: String) -> String {
        """
        {"id": "ref_1", "payment": "pay_1", "status": "\(status)", "amount": 500, "currency": "USD", "reference": "op_1",
         "reason": null, "failure_reason": null, "metadata": {}}
        """
    }

    static func error(_ code: String, _ message: String = "no") -> String {
        #"{"error": {"code": "\#(code)", "message": "\#(message)"}}"#
    }
}

extension Money {
    /// Dollars in cents.
    static func usd(_ cents: Int64) throws -> Money {
        guard let usd = Currency("USD") else { throw CancellationError() }
        return Money(minorUnits: cents, currency: usd)
    }
}
