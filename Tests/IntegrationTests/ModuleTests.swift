import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Broken modules", .timeLimit(.minutes(1)))
    struct ModuleTests {
        /// A way in which a module cannot be loaded.
        enum Fault: String, Sendable, CaseIterable {
            case missing, noELF, empty, noProvider, otherDigest, outside, symbolicLinkToOutside

            /// The item's `module`.
            var file: String { self == .outside ? "../libOutside.so" : "libBroken.so" }

            /// Words of which the cause must hold one, in lower case.
            var causes: [String] {
                switch self {
                case .missing: ["no such", "not found", "missing", "not exist", "there is no"]
                case .noELF, .empty: ["elf", "too short", "shared library", "shared object"]
                case .noProvider: ["gateway_provider_abi", "symbol", "entry point"]
                case .otherDigest: ["sha256", "sha-256", "digest"]
                case .outside, .symbolicLinkToOutside: ["outside", "leave", "directory", "folder"]
                }
            }

            /// Puts the broken module where providers.yaml says it is.
            func prepare(in modules: URL) throws {
                let file = modules.appending(path: "libBroken.so")
                let good = TestPaths.mockModule
                switch self {
                case .missing: return
                case .noELF: try Data("#!/bin/sh\necho no library\n".utf8).write(to: file)
                case .empty: try Data().write(to: file)
                case .noProvider: try FileManager.default.copyItem(at: ModuleTests.libraryWithoutProvider(), to: file)
                case .otherDigest: try FileManager.default.copyItem(at: good, to: file)
                case .outside:
                    try FileManager.default.copyItem(
                        at: good, to: modules.deletingLastPathComponent().appending(path: "libOutside.so"))
                case .symbolicLinkToOutside: try FileManager.default.createSymbolicLink(at: file, withDestinationURL: good)
                }
            }
        }

        @Test(
            "In development a broken module names itself, cause and mend in one line, and the others serve",
            arguments: Fault.allCases)
        func development(fault: Fault) async throws {
            try await withModules(fault) { gateway in
                try await gateway.start()
                let listed = try await gateway.admin.get("/providers")["data"].elements.map { $0["name"].string }
                #expect(listed == ["mock"])
                _ = try await gateway.newUser().pay()
                let lines = gateway.log.split(separator: "\n").filter { $0.contains(fault.file) }.map { $0.lowercased() }
                #expect(lines.contains { line in fault.causes.contains { line.contains($0) } }, "\(gateway.recentLog)")

                // A payment for it says so, and is not taken by another provider.
                let user = gateway.newUser()
                let order = try await user.createOrder()
                let answer = try await user.requestIntent(order: order, more: #","provider":"broken""#)
                #expect(answer.status == 422 || answer.status == 503, "\(answer)")
            }
        }

        @Test("`check` reports a broken module", arguments: Fault.allCases)
        func check(fault: Fault) async throws {
            try await withModules(fault) { gateway in
                let result = try await gateway.command("check")
                #expect(result.end == .exited(78), "\(result.everything)")
                #expect(result.everything.contains(fault.file), "\(result.everything)")
            }
        }

        @Test("In production a broken module keeps the gateway from starting", arguments: [Fault.missing, .noELF, .otherDigest])
        func production(fault: Fault) async throws {
            try await withModules(fault) { gateway in
                try gateway.reconfigure {
                    $0.environment = "production"
                    $0.providers = $0.providers.filter { $0.contains("broken") }
                    $0.defaultProvider = "broken"
                }
                let end = try await gateway.startAndFail()
                #expect(end == .exited(78), "\(gateway.log)")
                #expect(gateway.log.contains(fault.file), "\(gateway.log)")
            }
        }

        /// A gateway, not started, whose provider `broken` has a fault and whose provider `mock` has none.
        private func withModules(_ fault: Fault, _ body: (GatewayProcess) async throws -> Void) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let modules = folder.url.appending(path: "modules")
            try FileManager.default.createDirectory(at: modules, withIntermediateDirectories: false)
            let good = TestPaths.mockModule
            try FileManager.default.copyItem(at: good, to: modules.appending(path: "libMockProvider.so"))
            try fault.prepare(in: modules)

            var configuration = GatewayConfiguration()
            configuration.modulesDirectory = modules.path
            let digest = String(repeating: "0", count: 64)
            configuration.providers = [
                GatewayConfiguration.mock(),
                GatewayConfiguration.mock(named: "broken", module: fault.file, sha256: fault == .otherDigest ? digest : nil),
            ]
            try await withGateway(configuration, started: false, body)
        }

        /// A library that certainly is one, and no provider: the SDK itself.
        private static func libraryWithoutProvider() throws -> URL {
            TestPaths.mockModule.deletingLastPathComponent().appending(path: "libProviderAPI.so")
        }
    }
}
