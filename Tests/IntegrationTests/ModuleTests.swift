import Foundation
import GatewayHarness
import ProviderAPI
import Testing

extension OneAtATime {
    @Suite("Broken modules", .timeLimit(.minutes(10)))
    struct ModuleTests {
        /// A way in which a module cannot be loaded.
        enum Fault: String, Sendable, CaseIterable {
            case missing, noELF, empty, otherArchitecture, cutShort, noProvider, otherABI, otherCompiler, otherDigest, outside,
                symbolicLinkToOutside, worldWritable, initialiserCrashes, entryTraps, entryHangs, entryExits, entryReturnsNothing,
                serviceThrows

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
                case .otherArchitecture: ["was built for 32-bit x86"]
                case .cutShort: ["cut short"]
                case .otherABI: ["version 7 of the provider abi"]
                case .otherCompiler: ["was built by swift 5.9.2"]
                case .worldWritable: ["every user may change"]
                case .initialiserCrashes: ["crashes when it is loaded (sigsegv"]
                case .entryTraps: ["crashes when it is loaded (sigill", "crashes when it is loaded (sigtrap"]
                case .entryHangs: ["hangs when it is loaded: it was not done after 4 seconds"]
                case .entryExits: ["ends the process when it is loaded (exit 0: no licence found)"]
                case .entryReturnsNothing: ["its entry point returned no module"]
                case .serviceThrows: ["the example for broken makes no service"]
                }
            }

            /// A provider with this fault.
            func provider(named name: String, module: String) -> String {
                switch self {
                case .otherDigest: GatewayConfiguration.mock(named: name, module: module, sha256: ModuleTests.wrongDigest)
                // It would be its settings that are wrong first.
                case .serviceThrows: "name: \(name)\nmodule: \(module)\nsettings: { greeting: hello }"
                default: GatewayConfiguration.mock(named: name, module: module)
                }
            }

            /// Words that name the module in a message: what a service throws is told at its provider's settings.
            func mark(provider: String, module: String) -> String {
                self == .serviceThrows ? "the example for \(provider) makes no service" : "\(module): "
            }

            /// What makes the C fixture so; nil for faults of another kind.
            private var definitions: [String: String]? {
                let built = ["ABI": "\(ProviderABI.version)", "COMPILER": "\"\(ProviderABI.compiler)\""]
                let more: [String: String]? =
                    switch self {
                    case .otherABI: ["ABI": "7"]
                    case .otherCompiler: ["COMPILER": "\"5.9.2\""]
                    case .initialiserCrashes: ["INITIALISER_CRASHES": "1"]
                    case .entryTraps: ["TRAPS": "1"]
                    case .entryHangs: ["HANGS": "1"]
                    case .entryExits: ["EXITS": "1"]
                    case .entryReturnsNothing: ["RETURNS_NOTHING": "1"]
                    default: nil
                    }
                return more.map { built.merging($0) { $1 } }
            }

            /// Puts the broken module where providers.yaml says it is.
            func prepare(in modules: URL, as name: String = "libBroken.so") async throws {
                let file = modules.appending(path: name)
                let good = TestPaths.mockModule
                if let definitions {
                    return try await ModuleFixture.buildC("entry.c", definitions: definitions, to: file.path)
                }
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
                case .otherArchitecture:
                    var bytes = try Data(contentsOf: good)
                    // The class of 32 bits, and the machine 3: ELF's names for what an old PC runs.
                    (bytes[4], bytes[18], bytes[19]) = (1, 3, 0)
                    try bytes.write(to: file)
                case .cutShort: try Data(contentsOf: good).prefix(100_000).write(to: file)
                case .worldWritable:
                    try FileManager.default.copyItem(at: good, to: file)
                    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file.path)
                case .serviceThrows:
                    try await ModuleFixture.buildSwift(["example.swift"], module: "Example", to: file.path)
                default: throw HarnessError("\(self) is made of entry.c")
                }
            }
        }

        @Test(
            "In development a broken module names itself, cause and correction in one line, and the others serve",
            arguments: Fault.allCases)
        func development(fault: Fault) async throws {
            try await withModules(fault) { gateway in
                try await gateway.start()
                let listed = try await gateway.admin.get("/providers")["data"].elements.map { $0["name"].string }
                #expect(listed == ["mock"])
                _ = try await gateway.newUser().pay()
                let mark = fault.mark(provider: "broken", module: fault.file)
                let lines = gateway.log.split(separator: "\n").filter { $0.contains(mark) }.map { $0.lowercased() }
                #expect(lines.contains { line in fault.causes.contains { line.contains($0) } }, "\(gateway.recentLog)")

                // A payment for it says so, and is not taken by another provider.
                let user = gateway.newUser()
                let order = try await user.createOrder()
                let answer = try await user.requestIntent(order: order, more: #","provider":"broken""#)
                #expect(answer.status == 422 || answer.status == 503, "\(answer)")
            }
        }

        @Test("Broken in every way at once, all are named, one that hangs holds up no other, and those that are whole serve")
        func allAtOnce() async throws {
            let faults = Fault.allCases.filter { $0 != .outside }
            try await withModules { modules in
                for fault in faults { try await fault.prepare(in: modules, as: "lib\(fault.rawValue).so") }
                return faults.map { $0.provider(named: $0.rawValue.lowercased(), module: "lib\($0.rawValue).so") }
            } body: { gateway in
                try await gateway.start()
                _ = try await gateway.newUser().pay()
                for fault in faults {
                    let mark = fault.mark(provider: fault.rawValue.lowercased(), module: "lib\(fault.rawValue).so")
                    #expect(gateway.log.split(separator: "\n").count { $0.contains(mark) } == 1, "\(fault): \(gateway.recentLog)")
                }
            }
        }

        @Test("A module that passed its probe is not probed again at the next start, and one that has changed is")
        func probedOnce() async throws {
            try await withModules { _ in
                []
            } body: { gateway in
                let temporary = gateway.folder.url.appending(path: "tmp")
                try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: false)
                try gateway.reconfigure { $0.variables["TMPDIR"] = temporary.path }
                try await gateway.start()
                let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
                #expect(left == [], "what a killed gateway would leave behind")
                let folder = gateway.folder.url.appending(path: "var/modules")
                let digest = try await sha256(of: TestPaths.mockModule)
                let passed = folder.appending(path: "\(digest)/passed")
                let first = try FileManager.default.attributesOfItem(atPath: passed.path)[.systemFileNumber] as? Int
                #expect(first != nil)
                #expect(try await gateway.terminate() == .exited(0))
                try await gateway.start()
                let second = try FileManager.default.attributesOfItem(atPath: passed.path)[.systemFileNumber] as? Int
                #expect(second == first)
                let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
                #expect(mode == 0o700)
            }
        }

        @Test("`check` reports a broken module", arguments: Fault.allCases)
        func check(fault: Fault) async throws {
            try await withModules(fault) { gateway in
                let result = try await gateway.command("check")
                #expect(result.end == .exited(78), "\(result.everything)")
                #expect(result.everything.contains(fault.mark(provider: "broken", module: fault.file)), "\(result.everything)")
            }
        }

        @Test(
            "In production a broken module keeps the gateway from starting, and the database is left as it is",
            arguments: [Fault.missing, .noELF, .otherDigest])
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
                #expect(!FileManager.default.fileExists(atPath: gateway.folder.path("var/gateway.db")))
            }
        }

        private static let wrongDigest = String(repeating: "0", count: 64)

        /// A gateway, not started, whose provider `broken` has a fault and whose provider `mock` has none.
        private func withModules(_ fault: Fault, _ body: (GatewayProcess) async throws -> Void) async throws {
            try await withModules { modules in
                try await fault.prepare(in: modules)
                return [fault.provider(named: "broken", module: fault.file)]
            } body: {
                try await body($0)
            }
        }

        /// A gateway, not started, with a provider `mock` that has no fault, and others.
        private func withModules(
            _ prepare: (URL) async throws -> [String], body: (GatewayProcess) async throws -> Void
        ) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let modules = folder.url.appending(path: "modules")
            try FileManager.default.createDirectory(at: modules, withIntermediateDirectories: false)
            try FileManager.default.copyItem(at: TestPaths.mockModule, to: modules.appending(path: "libMockProvider.so"))
            var configuration = GatewayConfiguration()
            configuration.modulesDirectory = modules.path
            configuration.providers = [GatewayConfiguration.mock()] + (try await prepare(modules))
            try await withGateway(configuration, started: false, body)
        }

        /// A library that certainly is one, and no provider: the SDK itself.
        private static func libraryWithoutProvider() throws -> URL {
            TestPaths.mockModule.deletingLastPathComponent().appending(path: "libProviderAPI.so")
        }
    }
}
