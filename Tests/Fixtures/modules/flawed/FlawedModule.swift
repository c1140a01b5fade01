// A small provider over a JSON API, right unless it is given a flaw. Tests link it; with Entry/Entry.swift it compiles to a module:
//
//     swiftc -emit-library -o libFlawedProvider.so *.swift Entry/Entry.swift ...
//
// whose setting `flaw` chooses one. Its recording is in recording/.

import ProviderAPI

struct FlawedModule: ProviderModule {
    /// The flaw where the settings name none.
    var flaw: Flaw?

    var information: ModuleInformation { ModuleInformation(displayName: "Flawed", version: "1.0.0") }

    var settingsSchema: SettingsSchema {
        SettingsSchema([
            Setting("api_key", flaw == .secretAsString ? .string : .secret, help: "The key of the account's API.").required(),
            Setting("webhook_secrets", .secrets, help: "The secrets that webhooks are signed with."),
            Setting("api_base", .url, help: "Where the API is.").defaulting(to: .string("https://api.flawed.example")),
            Setting("flaw", .oneOf(Flaw.allCases.map(\.rawValue)), help: "What is wrong with this provider, for tests of tests."),
        ])
    }

    func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
        let settings = host.settings
        let flaw = settings.string("flaw").flatMap(Flaw.init) ?? flaw
        guard let key = settings.string("api_key"), key.hasPrefix("key_") else {
            var rejection = Rejection(.invalidRequest, message: "the setting api_key is no key, which starts with key_")
            rejection.field = flaw == .settingsErrorWithoutField ? nil : "api_key"
            throw .rejected(rejection)
        }
        let client = FlawedClient(
            host: host, key: key, base: settings.string("api_base") ?? "https://api.flawed.example", flaw: flaw)
        return FlawedService(client: client, secrets: settings.strings("webhook_secrets"), flaw: flaw, host: host)
    }
}
