import ProviderAPI
import ProviderTestKit
import StripeProvider
import Testing

@Suite("The Stripe module")
struct ModuleTests {
    private func make(
        _ settings: [String: SettingValue], _ environment: GatewayEnvironment = .development
    ) async throws -> [String] {
        let log = RecordingLog()
        _ = try await StripeModule().makeService(host: .testing(settings: settings, log: log, environment: environment))
        return log.lines
    }

    @Test("It is Stripe, and moves real money")
    func information() {
        #expect(StripeModule().information.displayName == "Stripe")
        #expect(StripeModule().information.isStripe)
        #expect(!StripeModule().information.isForTests)
    }

    @Test("Its schema names every setting, with help, and keeps secrets secret")
    func schema() throws {
        let settings = StripeModule().settingsSchema.settings
        #expect(
            settings.map(\.key) == [
                "secret_key", "webhook_secrets", "api_base", "api_version", "return_url", "allow_redirects", "stripe_account",
            ])
        #expect(settings.filter(\.isRequired).map(\.key) == ["secret_key"])
        #expect(settings.first { $0.key == "secret_key" }?.kind == .secret)
        #expect(settings.first { $0.key == "webhook_secrets" }?.kind == .secrets)
        #expect(settings.first { $0.key == "api_base" }?.defaultValue == .string("https://api.stripe.com"))
        #expect(settings.allSatisfy { $0.help.count > 20 && !$0.isMadeUpInDevelopment })
    }

    @Test(
        "A setting that cannot work is named",
        arguments: [
            ([:], "secret_key"), (["secret_key": .string("pk_test_x")], "secret_key"),
            (["secret_key": .string("foobar_x")], "secret_key"), (["secret_key": .string("whsec_x")], "secret_key"),
            (["secret_key": .string("sk_test_x\r\nX: y")], "secret_key"),
            (["secret_key": .string("sk_test_x"), "allow_redirects": .string("maybe")], "allow_redirects"),
            (["secret_key": .string("sk_live_x"), "api_base": .string("http://proxy.example")], "api_base"),
            (["secret_key": .string("sk_test_x"), "webhook_secrets": .list([.string("we_1Pgc_x")])], "webhook_secrets"),
            (["secret_key": .string("sk_test_x"), "webhook_secrets": .list([.string("sk_live_x")])], "webhook_secrets"),
            (["secret_key": .string("sk_test_x"), "webhook_secrets": .list([.string("whsec_")])], "webhook_secrets"),
            (
                ["secret_key": .string("sk_test_x"), "webhook_secrets": .list([.string("whsec_x"), .string("")])],
                "webhook_secrets"
            ),
        ] as [([String: SettingValue], String)])
    func mistakes(settings: [String: SettingValue], field: String) async throws {
        let error = await #expect(throws: ProviderError.self) { try await make(settings) }
        #expect(error?.rejection?.reason == .invalidRequest)
        #expect(error?.rejection?.field == field)
        #expect(error?.rejection?.message.contains("_x") == false)
    }

    @Test("A key of the wrong mode for the environment is warned about")
    func modes() async throws {
        func lines(_ key: String, _ environment: GatewayEnvironment) async throws -> [String] {
            try await make(["secret_key": .string(key), "webhook_secrets": .list([.string("whsec_x")])], environment)
        }
        #expect(try await lines("sk_live_x", .development).count == 1)
        #expect(try await lines("rk_test_x", .production).count == 1)
        #expect(try await lines("sk_test_x", .development).isEmpty)
        #expect(try await lines("rk_live_x", .production).isEmpty)
    }

    @Test("Without webhook secrets webhooks are off, which is warned about", arguments: [nil, SettingValue.list([])])
    func noWebhookSecrets(secrets: SettingValue?) async throws {
        var settings: [String: SettingValue] = ["secret_key": .string("sk_test_x")]
        settings["webhook_secrets"] = secrets
        #expect(
            try await make(settings) == ["warning webhooks are off: events of Stripe will not arrive; set webhook_secrets"])
    }

    @Test("Another base address is used as it is, without doubling its slash")
    func base() async throws {
        let stripe = try await ScriptedStripe(
            [.stripe(JSON.refund())],
            settings: ["api_base": .string("http://127.0.0.1:8420/"), "api_version": .string("2026-01-01.test")])
        _ = try await stripe.service.retrieveRefund("re_1", in: .testing())
        #expect(stripe.requests.first?.url == "http://127.0.0.1:8420/v1/refunds/re_1")
        #expect(stripe.requests.first?.headers.value(of: "Stripe-Version") == "2026-01-01.test")
    }

    @Test("What the provider can do follows from its settings")
    func capabilities() async throws {
        let stripe = try await ScriptedStripe()
        #expect(stripe.service.capabilities.webhooks)
        #expect(stripe.service.capabilities.manualCapture && stripe.service.capabilities.partialRefunds)
        #expect(stripe.service.idempotencyKeyMemory < .seconds(23 * 3600))
        let silent = try await ScriptedStripe(settings: ["webhook_secrets": .list([])])
        #expect(!silent.service.capabilities.webhooks)
    }
}
