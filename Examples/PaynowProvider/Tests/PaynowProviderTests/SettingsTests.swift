import ProviderAPI
import ProviderTestKit
import Testing

@testable import PaynowProvider

@Suite("Settings")
struct SettingsTests {
    static let usual: [String: SettingValue] = [
        "integration_id": .integer(1201), "integration_keys": .list([.string("k-1")]), "currency": .string("USD"),
        "return_url": .string("https://shop.example/back"), "api_base": .string("https://www.paynow.co.zw/"),
    ]

    @Test(
        "A setting that is missing or cannot work is named",
        arguments: [
            ("integration_id", SettingValue.null), ("integration_keys", .null), ("integration_keys", .list([.string("k 1")])),
            ("currency", .null), ("currency", .string("XXX")), ("currency", .string("JPY")), ("currency", .string("KWD")),
            ("return_url", .null),
        ])
    func mistakes(key: String, value: SettingValue) async throws {
        let settings = Self.usual.merging([key: value]) { $1 }
        let error = await #expect(throws: ProviderError.self) {
            _ = try await PaynowModule().makeService(host: .testing(settings: settings))
        }
        guard case .rejected(let rejection) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(rejection.reason == .invalidRequest)
        #expect(rejection.field == key)
        #expect(rejection.message.hasPrefix("the setting \(key) "))
    }

    @Test(
        "A gateway for real money takes no address without TLS; one for development does",
        arguments: [
            (GatewayEnvironment.production, false), (.development, true),
        ])
    func plainHTTP(environment: GatewayEnvironment, isTaken: Bool) {
        let settings = ProviderSettings(Self.usual.merging(["api_base": .string("http://127.0.0.1:8301")]) { $1 })
        let read = try? PaynowSettings(settings, environment: environment)
        #expect((read != nil) == isTaken)
    }

    @Test("What the settings add to a creation is stored with it, so that a repeat after they change is the same request")
    func resolved() async throws {
        let settings = Self.usual.merging(["auth_email": .string("shop@example.com")]) { $1 }
        let service = try await PaynowModule().makeService(host: .testing(settings: settings))
        let amount = Money(minorUnits: 100, currency: try #require(Currency("USD")))
        let asked = CreatePaymentIntentRequest(amount: amount, orderID: 1, userID: "42")
        guard case .create(let stored) = service.resolve(.create(asked)) else {
            Issue.record("another request")
            return
        }
        #expect(stored.returnURL == "https://shop.example/back")
        #expect(stored.providerFields == ["authemail": "shop@example.com"])
    }

    @Test("A slash at the end of the address is none too many")
    func slash() throws {
        let settings = try PaynowSettings(ProviderSettings(Self.usual), environment: .production)
        #expect(settings.apiBase == "https://www.paynow.co.zw")
    }

    @Test("It tells of itself what it can, and no more")
    func capabilities() async throws {
        let service = try await PaynowModule().makeService(host: .testing(settings: Self.usual))
        var expected = ProviderCapabilities()
        expected.webhooks = true
        expected.findsByOperation = true
        #expect(service.capabilities == expected)
        #expect(service.idempotencyKeyMemory == .zero)
        #expect(!PaynowModule().information.isForTests)
    }
}
