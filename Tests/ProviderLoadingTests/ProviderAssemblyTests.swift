import GatewayCore
import ProviderAPI
import Synchronization
import Testing

@testable import ProviderLoading

@Suite("Making providers of a configuration")
struct ProviderAssemblyTests {
    /// A module in place of a file.
    private struct Module: ProviderModule {
        var information = ModuleInformation(displayName: "Scripted", version: "1.0")
        var settingsSchema = SettingsSchema([])
        var failure: ProviderError?
        var warning: String?

        func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
            if let warning { host.log.write(.warning, warning, fields: [:]) }
            if let failure { throw failure }
            return Service()
        }
    }

    private struct Service: PaymentService {
        var capabilities: ProviderCapabilities {
            var capabilities = ProviderCapabilities()
            capabilities.refunds = true
            return capabilities
        }

        func createPaymentIntent(
            _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
        ) async throws(ProviderError) -> PaymentIntent { throw .unsupported("payments") }
        func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
            throw .unsupported("payments")
        }
        func confirmPayment(
            _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
        ) async throws(ProviderError) -> PaymentIntent { throw .unsupported("payments") }
        func cancelPayment(
            _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
        ) async throws(ProviderError) -> PaymentIntent { throw .unsupported("payments") }
        func createRefund(
            _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
        ) async throws(ProviderError) -> Refund { throw .unsupported("payments") }
        func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {}
    }

    /// Modules by file name; every other name is missing.
    private struct Shelf: ModuleLoading {
        var modules: [String: Module]
        var certificate = ModuleCertificate.Standing.certified(at: "2026-01-08T01:00:00.000Z")

        func load(_ name: String, sha256: String?) async throws -> LoadedModule {
            guard let module = modules[name] else {
                throw ModuleLoadingError(name, .notFound(directory: "/shelf", available: []))
            }
            return LoadedModule(
                module: module, path: "/shelf/\(name)", digest: String(repeating: "d", count: 64), certificate: certificate)
        }

        func tryOut(_ name: String) async throws -> ProbedModule {
            let loaded = try await load(name, sha256: nil)
            return ProbedModule(isForTests: loaded.module.information.isForTests, certificate: loaded.certificate)
        }
    }

    private static let digest = String(repeating: "d", count: 64)

    private static func text(environment: String, providers: [(name: String, module: String, settings: String)]) -> String {
        """
        environment: \(environment)
        auth: { secret: 0123456789abcdef0123456789abcdef }
        server: { public_url: "https://pay.example.com" }
        authorization: { refund: admin }
        routing: { default: \(providers[0].name) }
        providers:
        \(providers.map {
            "  - { name: \($0.name), module: \($0.module), sha256: \(digest), settings: {\($0.settings)} }"
        }.joined(separator: "\n"))
        """
    }

    private func load(
        environment: String = "development", _ modules: [String: Module],
        providers: [(name: String, module: String, settings: String)],
        certificate: ModuleCertificate.Standing = .certified(at: "2026-01-08T01:00:00.000Z"), requiring: Bool = false,
        onHost: @escaping @Sendable (ProviderConfiguration, ProviderSettings, [AllowedOrigin]) -> Void = { _, _, _ in }
    ) async throws -> LoadingReport {
        let configuration = try ConfigurationFixture.read(
            Self.text(environment: environment, providers: providers) + "\nmodules: { require_certificates: \(requiring) }")
        let secrets = DevelopmentSecrets(
            environment: configuration.environment, baseDirectory: "/nonexistent", logger: LogRecorder().logger())
        return await ProviderAssembly(configuration, loader: Shelf(modules: modules, certificate: certificate), secrets: secrets)
        {
            provider, settings, origins in
            onHost(provider, settings, origins)
            return HostFakes.host(for: provider, settings: settings)
        }.load()
    }

    @Test("One module serves two names, each with its own settings and origins")
    func twoNames() async throws {
        let module = Module(settingsSchema: SettingsSchema([Setting("api_base", .url, help: "Where.").required()]))
        let calls = Mutex<[String]>([])
        let report = try await load(
            ["libA.so": module],
            providers: [
                ("zebra", "libA.so", "api_base: \"https://z.example.com\""),
                ("ape", "libA.so", "api_base: \"http://a.example.com:1\""),
            ]
        ) { provider, settings, origins in
            calls.withLock { $0.append("\(provider.name) \(settings.string("api_base") ?? "") \(origins)") }
        }
        #expect(
            calls.withLock { $0 } == [
                "zebra https://z.example.com [https://z.example.com:443]", "ape http://a.example.com:1 [http://a.example.com:1]",
            ])
        let registry = try report.registry(logger: LogRecorder().logger())
        #expect(registry.providers.map(\.name) == ["ape", "zebra"])
        #expect(registry.defaultProviderName == "zebra")
        #expect(registry.provider(named: "ape")?.digest == Self.digest)
        #expect(registry.provider(named: "horse") == nil)
        #expect(report.problems.isEmpty)
        let description = try #require(report.descriptions.first)
        #expect(
            description.name == "zebra" && description.isDefault && description.isLoaded && description.path == "/shelf/libA.so")
        #expect(description.information?.version == "1.0" && description.capabilities?.refunds == true)
    }

    @Test("In development what is broken is left out loudly, and the others run")
    func brokenInDevelopment() async throws {
        let log = LogRecorder()
        let report = try await load(
            [
                "libA.so": Module(),
                "libB.so": Module(failure: .rejected(Rejection(.invalidRequest, message: "the keys contradict"))),
            ],
            providers: [
                ("gone", "libGone.so", ""), ("typo", "libA.so", "x: 1"), ("refused", "libB.so", ""), ("good", "libA.so", ""),
            ])
        let registry = try report.registry(logger: log.logger())
        #expect(registry.providers.map(\.name) == ["good"])
        #expect(
            report.problems.map(\.description) == [
                "providers.yaml:7:27: providers[0].module: libGone.so: there is no such file in /shelf; "
                    + "there are no modules (*.so) at all: build them, or set modules.directory",
                "providers.yaml:8:121: providers[1].settings.x: unknown key; there are no keys here",
                "providers.yaml:9:123: providers[2].settings: the keys contradict",
            ])
        #expect(report.descriptions.map(\.isLoaded) == [false, false, false, true])
        #expect(report.descriptions[0].problems == [report.problems[0].description])
        #expect(log.lines.filter { $0.hasPrefix("error a provider is left out") }.count == 3)
        #expect(log.lines.filter { $0.hasPrefix("critical the default provider is left out") }.count == 1)
    }

    @Test("In production one mistake keeps the gateway from starting, with all of them named")
    func brokenInProduction() async throws {
        let report = try await load(
            environment: "production", ["libA.so": Module()],
            providers: [("good", "libA.so", ""), ("gone", "libGone.so", ""), ("typo", "libA.so", "x: 1")])
        let error = #expect(throws: ConfigurationError.self) { try report.registry(logger: LogRecorder().logger()) }
        #expect(error?.problems.map(\.keyPath) == ["providers[1].module", "providers[2].settings.x"])
    }

    @Test("A gateway without a single provider does not start, in development either")
    func nothingLoads() async throws {
        let report = try await load([:], providers: [("gone", "libGone.so", "")])
        #expect(throws: ConfigurationError.self) { try report.registry(logger: LogRecorder().logger()) }
    }

    @Test("Production refuses a module for tests, and development loads it")
    func testModules() async throws {
        var module = Module()
        module.information.isForTests = true
        let production = try await load(environment: "production", ["libA.so": module], providers: [("mock", "libA.so", "")])
        #expect(production.problems.count == 1)
        #expect(production.problems.first?.message.hasPrefix("libA.so: is for tests and moves no real money; ") == true)
        #expect(production.providers.isEmpty)
        #expect(try await load(["libA.so": module], providers: [("mock", "libA.so", "")]).problems.isEmpty)
    }

    @Test(
        "A module without a certificate is worth a warning in production, and refused where certificates are required",
        arguments: [
            (.missing(path: "/shelf/libA.so.certificate.json"), "has no certificate (/shelf/libA.so.certificate.json)"),
            (
                .invalid(path: "/c", cause: "it is no certificate"),
                "has a certificate that does not hold (/c: it is no certificate)"
            ),
        ] as [(ModuleCertificate.Standing, String)])
    func certificates(standing: ModuleCertificate.Standing, words: String) async throws {
        let modules = ["libA.so": Module()]
        let providers = [("acme", "libA.so", "")]
        let development = try await load(modules, providers: providers, certificate: standing)
        #expect(development.warnings.isEmpty && development.problems.isEmpty)
        #expect(development.descriptions.map(\.isCertified) == [false])

        let production = try await load(environment: "production", modules, providers: providers, certificate: standing)
        #expect(production.problems.isEmpty && production.providers.count == 1)
        let log = LogRecorder()
        _ = try production.registry(logger: log.logger())
        let correction = "; run `gateway certify` with the provider's recording"
        #expect(production.warnings.map(\.message) == ["libA.so \(words)\(correction)"])
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains(words) })

        for environment in ["development", "production"] {
            let strict = try await load(
                environment: environment, modules, providers: providers, certificate: standing, requiring: true)
            #expect(strict.problems.map(\.message) == ["libA.so \(words)\(correction)"])
            #expect(strict.problems.map(\.keyPath) == ["providers[0].module"])
            #expect(strict.providers.isEmpty && strict.descriptions.map(\.isLoaded) == [false])
        }
    }

    @Test("A certified module is loaded where certificates are required")
    func certified() async throws {
        let report = try await load(
            environment: "production", ["libA.so": Module()], providers: [("acme", "libA.so", "")], requiring: true)
        #expect(report.problems.isEmpty && report.warnings.isEmpty && report.providers.count == 1)
        #expect(report.descriptions.map(\.isCertified) == [true])
    }

    /// Keeps the lines of modules.
    private final class ModuleLines: ProviderLog {
        private let recorded = Mutex<[String]>([])

        var all: [String] { recorded.withLock { $0 } }

        func write(_ level: ProviderLogLevel, _ message: String, fields: [String: String]) {
            recorded.withLock { $0.append("\(level.rawValue) \(message)") }
        }
    }

    /// What came of loading, and the lines of the modules; of a text with mistakes, what remains of it is loaded.
    private func loadRest(
        of text: String, _ shelf: Shelf
    ) async throws -> (report: LoadingReport, error: ConfigurationError?, lines: [String]) {
        var mistakes: ConfigurationError?
        let configuration: GatewayConfiguration
        do {
            configuration = try ConfigurationFixture.read(text)
        } catch let error as ConfigurationError {
            mistakes = error
            configuration = try #require(error.remains)
        }
        let lines = ModuleLines()
        let secrets = DevelopmentSecrets(
            environment: configuration.environment, baseDirectory: "/nonexistent", logger: LogRecorder().logger())
        let report = await ProviderAssembly(configuration, loader: shelf, secrets: secrets) { provider, settings, _ in
            var host = HostFakes.host(for: provider, settings: settings)
            host.log = lines
            return host
        }.load()
        return (report, mistakes, lines.all)
    }

    @Test(
        "A module's warnings are not given while the environment is wrong, and the mistakes of its settings are",
        arguments: [("development", true), ("prod", false)])
    func warningsOfModules(environment: String, areGiven: Bool) async throws {
        let module = Module(failure: .rejected(Rejection(.invalidRequest, message: "the keys contradict")), warning: "a live key")
        let text = Self.text(environment: environment, providers: [("acme", "libA.so", "")])
        let (report, error, lines) = try await loadRest(of: text, Shelf(modules: ["libA.so": module]))
        #expect(lines == (areGiven ? ["warning a live key"] : []))
        #expect((error == nil) == areGiven)
        #expect(report.problems.map(\.message) == ["the keys contradict"])
    }

    @Test("In production a missing digest and a missing certificate of a module are reported at once")
    func digestAndCertificate() async throws {
        let text =
            Self.text(environment: "production", providers: [("acme", "libA.so", "")])
            .replacing("sha256: \(Self.digest), ", with: "") + "\nmodules: { require_certificates: true }"
        let shelf = Shelf(modules: ["libA.so": Module()], certificate: .missing(path: "/shelf/libA.so.certificate.json"))
        let (report, error, _) = try await loadRest(of: text, shelf)
        let all = try #require(error).adding(report).problems
        #expect(all.map(\.keyPath) == ["providers[0].sha256", "providers[0].module"], "\(all)")
        #expect(all.last?.message.contains("has no certificate") == true, "\(all)")
    }

    @Test("A setting that the module refuses is named at its place")
    func refusedSetting() async throws {
        var rejection = Rejection(.invalidRequest, message: "names a file that is not there")
        rejection.field = "journal"
        let module = Module(
            settingsSchema: SettingsSchema([Setting("journal", .path, help: "A file.")]), failure: .rejected(rejection))
        let report = try await load(["libA.so": module], providers: [("mock", "libA.so", "journal: x")])
        #expect(
            report.problems.map(\.description)
                == ["providers.yaml:7:130: providers[0].settings.journal: names a file that is not there"])
    }
}
