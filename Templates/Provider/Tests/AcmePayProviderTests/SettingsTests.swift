import ProviderAPI
import ProviderTestKit
import Testing

@testable import AcmePayProvider

@Suite("Settings")
struct SettingsTests {
    @Test(
        "A value that cannot work is refused with its key, and without the value",
        arguments: [
            ("api_key", ["api_key": "two words"]), ("api_key", [:]),
            ("api_base", ["api_key": "key_1", "api_base": "http://api.acme-pay.example"]),
            ("api_base", ["api_key": "key_1", "api_base": "https://api.acme-pay.example/?key=1"]),
        ] as [(String, [String: String])])
    func mistakes(field: String, settings: [String: String]) async throws {
        let host = ProviderHost.testing(settings: settings.mapValues(SettingValue.string))
        let error = await #expect(throws: ProviderError.self) { try await AcmePayModule().makeService(host: host) }
        guard case .rejected(let rejection) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(rejection.reason == .invalidRequest && rejection.field == field)
        #expect(!rejection.message.contains("two words"))
    }

    @Test("The simulator's address is taken without TLS, and a slash at its end makes no difference")
    func simulator() throws {
        let values = ["api_key": SettingValue.string("key_1"), "api_base": .string("http://127.0.0.1:4010/")]
        #expect(try AcmePaySettings(ProviderSettings(values)).apiBase == "http://127.0.0.1:4010")
    }
}
