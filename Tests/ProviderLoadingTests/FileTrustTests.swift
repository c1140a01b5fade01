import Foundation
import GatewayHarness
import Glibc
import ProviderAPI
import Testing

@testable import ProviderLoading

@Suite("Who can change a file", .timeLimit(.minutes(10)))
struct FileTrustTests {
    @Test(
        "A file that its group or everyone can write to is named, and one that its owner alone can is trusted",
        arguments: [
            (0o600, true), (0o400, true), (0o644, true), (0o755, true), (0o660, false), (0o620, false), (0o666, false),
            (0o602, false),
            // The sticky bit means nothing on a file.
            (0o1666, false),
        ])
    func files(mode: Int, isTrusted: Bool) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("text", to: "file")
        try folder.setMode(mode, of: "file")
        let fault = FileTrust.fault(of: file)
        #expect((fault == nil) == isTrusted, "\(String(describing: fault))")
        if let fault { #expect(fault.path == file && "\(fault)".contains("; run chmod go-w on it"), "\(fault)") }
    }

    @Test(
        "So is a folder above it, at any height; in one with the sticky bit only owners can exchange files",
        arguments: [
            (0o700, true), (0o755, true), (0o775, false), (0o777, false), (0o757, false), (0o1777, true), (0o1775, true),
        ])
    func folders(mode: Int, isTrusted: Bool) throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/a/b/c", withIntermediateDirectories: true)
        let file = try folder.write("text", to: "a/b/c/file")
        try folder.setMode(mode, of: "a")
        let fault = FileTrust.fault(of: file)
        #expect((fault == nil) == isTrusted, "\(String(describing: fault))")
        if let fault { #expect(fault.path == folder.path + "/a") }
    }

    @Test("A link is followed, relative or absolute, and both the folder that it is in and the one that it leads to count")
    func links() throws {
        let folder = try TemporaryFolder()
        let manager = FileManager.default
        for name in ["links", "target"] {
            try manager.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
        }
        try folder.write("text", to: "target/file")
        try manager.createSymbolicLink(atPath: folder.path + "/links/relative", withDestinationPath: "../target/./file")
        try manager.createSymbolicLink(atPath: folder.path + "/links/absolute", withDestinationPath: folder.path + "/target/file")
        try manager.createSymbolicLink(atPath: folder.path + "/links/circle", withDestinationPath: "circle")
        for name in ["relative", "absolute"] {
            let link = "\(folder.path)/links/\(name)"
            #expect(FileTrust.fault(of: link) == nil)
            for place in ["links", "target"] {
                try folder.setMode(0o777, of: place)
                #expect(FileTrust.fault(of: link)?.path == "\(folder.path)/\(place)")
                try folder.setMode(0o755, of: place)
            }
            try folder.setMode(0o666, of: "target/file")
            #expect(FileTrust.fault(of: link)?.path == "\(folder.path)/target/file")
            try folder.setMode(0o644, of: "target/file")
        }
        #expect(FileTrust.fault(of: folder.path + "/links/circle") == nil, "it cannot be opened either")
        #expect(FileTrust.fault(of: folder.path + "/links/missing") == nil)
    }

    @Test("A file, a folder or a link of another user is named", .enabled(if: geteuid() == 0, "only root can give files away"))
    func owners() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/a", withIntermediateDirectories: false)
        let file = try folder.write("text", to: "a/file")
        let link = folder.path + "/a/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
        for (path, seen) in [(file, file), (folder.path + "/a", file), (link, link)] {
            #expect(FileTrust.fault(of: seen) == nil)
            #expect(lchown(path, 4711, 4711) == 0)
            let fault = FileTrust.fault(of: seen)
            #expect(fault?.path == path && fault?.reason == "the user 4711 owns \(path)", "\(String(describing: fault))")
            #expect(lchown(path, 0, 0) == 0)
        }
    }

    // MARK: The files that a gateway reads

    private static let production = """
        environment: production
        server: { public_url: "https://pay.example.com" }
        auth: { jwks: keys.json, issuer: "https://id.example.com", audience: payments }
        providers:
          - { name: acme, module: libAcme.so, sha256: \(String(repeating: "0", count: 64)) }
        routing: { default: acme }
        """

    private func read(_ path: String) throws -> (problems: [String], warnings: [String]) {
        do {
            let configuration = try GatewayConfiguration.read(path: path, variables: [:], executableDirectory: "/opt/gateway")
            return ([], configuration.warnings.map(\.description))
        } catch let error as ConfigurationError {
            return (error.problems.map(\.description), [])
        }
    }

    @Test(
        "Production refuses providers.yaml, .env, a key set and their folder where others can change them; development warns",
        arguments: ["providers.yaml", ".env", "keys.json", "."])
    func configuration(name: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.production, to: "providers.yaml")
        try folder.write("A=b", to: ".env")
        try folder.write(#"{"keys":[]}"#, to: "keys.json")
        func mentions(_ lines: [String]) -> Bool {
            lines.contains { $0.contains("may change \(folder.path)\(name == "." ? "" : "/\(name)")") }
        }
        #expect(!mentions(try read(path).problems))
        try folder.setMode(name == "." ? 0o775 : 0o664, of: name)
        let refused = try read(path).problems
        #expect(mentions(refused), "\(refused)")

        let isLenient = Self.production.replacing("environment: production", with: "environment: development")
        // Written in place: the mode stays.
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(isLenient.utf8))
        let (problems, warnings) = try read(path)
        #expect(!mentions(problems) && mentions(warnings), "\(problems) \(warnings)")
    }

    @Test(
        "In production a .env file that others may read is a warning; development gives none",
        arguments: [(0o600, nil), (0o400, nil), (0o640, "the group"), (0o604, "every user"), (0o644, "every user")]
            as [(Int, String?)])
    func readers(mode: Int, who: String?) throws {
        for environment in ["production", "development"] {
            let folder = try TemporaryFolder()
            let path = try folder.write(
                """
                environment: \(environment)
                auth: { secret: "${GATEWAY_JWT_SECRET}" }
                authorization: { refund: admin }
                providers:
                  - { name: acme, module: libAcme.so, sha256: \(String(repeating: "0", count: 64)) }
                routing: { default: acme }
                """, to: "providers.yaml")
            let file = try folder.write("A=b", to: ".env")
            try folder.setMode(mode, of: ".env")
            let configuration = try GatewayConfiguration.read(
                path: path, variables: ["GATEWAY_JWT_SECRET": "k9Xw2mQ7vT4zR8bN1cJ6yH3fL5sD0gPa"],
                executableDirectory: "/opt/gateway")
            let found = configuration.warnings.map(\.description).filter { $0.contains(" may read ") }
            guard let who, environment == "production" else {
                #expect(found.isEmpty, "\(found)")
                continue
            }
            let line = try #require(found.first)
            #expect(line.hasPrefix("\(file):1:1: \(who) ") && line.contains("may read \(file); it holds secrets"), "\(line)")
        }
    }

    private struct NoProbe: ModuleProbing {
        func probe(_ candidate: ModuleCandidate) async throws -> ProbedModule { ProbedModule() }
    }

    @Test(
        "A module's file or folder that others can change is refused before it is copied, and in development loaded with a word",
        arguments: [("libA.so", 0o664), (".", 0o777)])
    func modules(name: String, mode: Int) async throws {
        let folder = try TemporaryFolder()
        let copies = try TemporaryFolder()
        try await ModuleFixture.buildC(
            "entry.c", definitions: ["ABI": "\(ProviderABI.version)", "COMPILER": "\"5.9\""], to: folder.path + "/libA.so")
        try folder.setMode(mode, of: name)
        func refusal(requiresTrust: Bool) async throws -> ModuleLoadingError.Reason? {
            let loader = ModuleLoader(
                directory: folder.path, copies: ModuleCopies(directory: copies.path + "/copies"), probe: NoProbe(),
                requiresTrust: requiresTrust)
            do { _ = try await loader.load("libA.so", sha256: nil) } catch let error as ModuleLoadingError { return error.reason }
            return nil
        }
        guard case .changeableByOthers(let fault) = try await refusal(requiresTrust: true) else {
            Issue.record("it was taken")
            return
        }
        #expect(fault.path == folder.path + (name == "." ? "" : "/libA.so"))
        #expect(!FileManager.default.fileExists(atPath: copies.path + "/copies"))
        // It gets as far as its entry points.
        #expect(
            try await refusal(requiresTrust: false)
                == .otherCompiler(module: "5.9", host: ProviderABI.compiler.description))
    }

    @Test("A certificate that others can change does not hold")
    func certificates() throws {
        let folder = try TemporaryFolder()
        let module = try folder.write("text", to: "libA.so")
        let digest = String(repeating: "a", count: 64)
        let certificate = ModuleCertificate(
            module: "libA.so", sha256: digest, abi: 1, compiler: "6.3", gateway: "0.1.0", issuedAt: "2026-01-01T00:00:00Z",
            checks: [])
        let path = try certificate.write(besideModule: module)
        #expect(ModuleCertificate.standing(ofModule: module, digest: digest, abi: 1) == .certified(at: "2026-01-01T00:00:00Z"))
        try folder.setMode(0o666, of: "libA.so.certificate.json")
        #expect(
            ModuleCertificate.standing(ofModule: module, digest: digest, abi: 1)
                == .invalid(path: path, cause: "every user may change \(path)"))
    }

    @Test("A secret that was made up for development is not taken from a folder that others can change")
    func secrets() throws {
        let folder = try TemporaryFolder()
        let directory = SecretDirectory(parent: folder.path + "/var")
        #expect(try directory.create("name", holding: SecretText("secret")))
        #expect(try directory.read("name")?.revealed == "secret")
        try folder.setMode(0o777, of: "var/secrets")
        #expect(throws: DevelopmentSecretError.self) { _ = try directory.read("name") }
    }
}
