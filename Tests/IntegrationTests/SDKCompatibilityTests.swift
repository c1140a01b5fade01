import Foundation
import GatewayHarness
import ProviderAPI
import Testing

extension OneAtATime {
    @Suite("Modules built against another SDK", .timeLimit(.minutes(10)))
    struct SDKCompatibilityTests {
        @Test("A module that was built against an earlier SDK takes and refunds payments in today's gateway")
        func earlierModule() async throws {
            let sdk = try SDKCopy()
            defer { sdk.folder.remove() }
            try sdk.apply(SDKCopy.Edit.sinceEarlier)
            let modules = sdk.folder.url.appending(path: "modules")
            try FileManager.default.createDirectory(at: modules, withIntermediateDirectories: false)
            try await sdk.build("earlier.swift", to: modules.appending(path: "libEarlier.so"))

            try await withGateway(Self.configuration(of: "libEarlier.so", in: modules)) { gateway in
                let listed = try await gateway.admin.get("/providers")["data"].elements
                #expect(listed.map { $0["health"]["healthy"] } == [.bool(true)], "the host's default stands in for what it lacks")

                let user = gateway.newUser()
                let payment = try await user.begin("20.00", "EUR", more: #","receipt_email":"payer@shop.example""#)
                #expect(payment.intent == "earlier_1")
                let declined = try await user.confirm(payment, "declined")
                expectProblem(declined, 402, "payment_declined")
                #expect(declined["decline_code"].string == "do_not_honor", "\(declined)")
                let paid = try await user.confirm(payment, "token")
                #expect(paid["status"].string == "succeeded", "\(paid)")
                let refund = try await user.refund(payment, "5.00")
                #expect(refund.status == 200, "\(refund)")
                #expect(try await user.transaction(payment)["status"].string == "partially_refunded")

                let other = try await user.begin("1.00", "EUR")
                expectProblem(try await user.post("/payments/\(other.intent)/cancel"), 409, "invalid_state")

                var webhook = Webhook("refund.created", intent: payment.intent)
                webhook.secret = "secret-of-earlier"
                let received = try await webhook.post(to: gateway, provider: "earlier", header: "Earlier-Signature")
                #expect(received.status == 200, "\(received)")
                try await eventually("the event is applied") {
                    try await gateway.storedWebhooks(containing: webhook.id).first?["state"] == "applied"
                }
            }
        }

        @Test(
            "A module of another ABI or another compiler is refused in a line that says what to do",
            arguments: [
                (
                    abi: ProviderABI.version + 1, compiler: ProviderABI.compiler.description,
                    words: "version \(ProviderABI.version + 1) of the provider ABI",
                    correction: "build it against the SDK that came with this gateway"
                ),
                (
                    abi: ProviderABI.version, compiler: "5.9.2", words: "Swift 5.9.2",
                    correction: "build it again with the gateway's compiler"
                ),
            ])
        func strangers(abi: UInt32, compiler: String, words: String, correction: String) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let source = TestPaths.fixtures.appending(path: "modules/entry.c").path
            let built = try await SDKCopy.run([
                "cc", "-shared", "-fPIC", "-DABI=\(abi)", "-DCOMPILER=\"\(compiler)\"", "-o", folder.path("libStranger.so"),
                source,
            ])
            try #require(built.end == .exited(0), "\(built.everything)")
            try await withGateway(Self.configuration(of: "libStranger.so", in: folder.url), started: false) { gateway in
                for command in ["check", "providers"] {
                    let result = try await gateway.command(command)
                    #expect(result.end == .exited(78), "\(result.everything)")
                    let line = result.everything.split(separator: "\n").first { $0.contains("libStranger.so: ") }
                    #expect(line?.contains(words) == true && line?.contains(correction) == true, "\(result.everything)")
                }
            }
        }

        /// A gateway with one provider, called by its module's name.
        private static func configuration(of module: String, in folder: URL) -> GatewayConfiguration {
            var configuration = GatewayConfiguration()
            configuration.modulesDirectory = folder.path
            configuration.providers = ["name: earlier\nmodule: \(module)\nsettings: { webhook_secret: secret-of-earlier }"]
            configuration.defaultProvider = "earlier"
            return configuration
        }
    }
}
