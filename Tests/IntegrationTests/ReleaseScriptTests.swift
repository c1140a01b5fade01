import Foundation
import GatewayHarness
import Testing

@Suite("What a release is made of, and who vouches for it", .timeLimit(.minutes(10)))
struct ReleaseScriptTests {
    private func script(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil
    ) async throws -> CommandResult {
        let path = TestPaths.repository.appending(path: "scripts/\(name)")
        return try await run(
            path, arguments, environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }, in: folder)
    }

    // MARK: Sums and signature

    private static let namespace = "payment-gateway-release"

    /// Whether the sums hold by their signature, and the files by the sums, as docs/operators.md has it.
    private func isVerified(_ release: String, allowedSigners: String) async throws -> Bool {
        let command =
            "ssh-keygen -Y verify -f '\(allowedSigners)' -I release@example.com -n \(Self.namespace) -s SHA256SUMS.sig "
            + "<SHA256SUMS && sha256sum --check --quiet SHA256SUMS"
        let result = try await run(
            URL(filePath: "/bin/sh"), ["-c", "cd '\(release)' && \(command)"], environment: ["PATH": "/usr/bin:/bin"])
        return result.end == .exited(0)
    }

    @Test("Signed sums hold, and neither another file, other sums nor another key pass")
    func signature() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write("program", to: "dist/gateway")
        try folder.write("page", to: "dist/web/with space/page.html")
        for name in ["key", "other"] {
            let made = try await run(
                URL(filePath: "/usr/bin/ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder.path(name)])
            try #require(made.end == .exited(0), "\(made.everything)")
            try folder.write("release@example.com \(folder.read(name + ".pub"))", to: "allowed-\(name)")
        }
        let dist = folder.path("dist")
        let signed = try await script("sign-release.sh", [dist], environment: ["RELEASE_SIGNING_KEY": folder.path("key")])
        try #require(signed.end == .exited(0), "\(signed.everything)")
        let sums = folder.read("dist/SHA256SUMS")
        #expect(sums.split(separator: "\n").map { $0.dropFirst(66) } == ["./gateway", "./web/with space/page.html"])
        #expect(try await isVerified(dist, allowedSigners: folder.path("allowed-key")))
        #expect(try await !isVerified(dist, allowedSigners: folder.path("allowed-other")))

        try folder.write("another program", to: "dist/gateway")
        #expect(try await !isVerified(dist, allowedSigners: folder.path("allowed-key")))
        let digest = try await sha256(of: URL(filePath: folder.path("dist/gateway")))
        try folder.write("\(digest)  ./gateway\n", to: "dist/SHA256SUMS")
        #expect(try await !isVerified(dist, allowedSigners: folder.path("allowed-key")))
    }

    @Test("Without a key the sums are there, no old signature stays, and the script says so")
    func unsigned() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write("program", to: "dist/gateway")
        try folder.write("old", to: "dist/SHA256SUMS.sig")
        let result = try await script("sign-release.sh", [folder.path("dist")])
        #expect(result.end == .exited(0) && result.errors.contains("SHA256SUMS is not signed"), "\(result.everything)")
        #expect(folder.read("dist/SHA256SUMS").hasSuffix("  ./gateway\n") && !folder.exists("dist/SHA256SUMS.sig"))
    }

    // MARK: Parts

    /// The state of a SwiftPM build that has resolved these packages.
    private func state(_ packages: [(identity: String, version: String)]) -> String {
        let dependencies = packages.map { package in
            """
            {"packageRef": {"identity": "\(package.identity)", "kind": "remoteSourceControl",
              "location": "https://github.com/apple/\(package.identity).git"},
             "state": {"checkoutState": {"revision": "\(String(repeating: "a", count: 40))", "version": "\(package.version)"}}}
            """
        }
        return #"{"object": {"dependencies": [\#(dependencies.joined(separator: ","))]}}"#
    }

    @Test("The list of parts is CycloneDX, names each with its version and address, and is the same for the same parts")
    func parts() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write(state([("swift-nio", "2.1.0"), ("swift-log", "1.2.3")]), to: "state.json")
        try folder.write("# Pages.\nSome_Assets==1.0 \\\n    --hash=sha256:00\n", to: "requirements.txt")
        let arguments = [
            "--version", "1.2.0", "--state", folder.path("state.json"), "--swift", "6.3", "--debian",
            "libssl3=3.0.1-1+deb12u2:amd64",
            "zlib1g=1:1.2.13-1", "--python", folder.path("requirements.txt"),
        ]
        let result = try await script("sbom.py", arguments, environment: ["SOURCE_DATE_EPOCH": "1767225600"])
        try #require(result.end == .exited(0), "\(result.everything)")
        let document = try JSONText(parsing: result.output)
        #expect(document["bomFormat"].string == "CycloneDX" && document["specVersion"].string == "1.6")
        #expect(document["metadata"]["timestamp"].string == "2026-01-01T00:00:00Z")
        #expect(document["metadata"]["component"]["version"].string == "1.2.0")
        #expect(
            document["components"].elements.compactMap { $0["purl"].string } == [
                "pkg:deb/debian/libssl3@3.0.1-1%2Bdeb12u2?arch=amd64", "pkg:deb/debian/zlib1g@1%3A1.2.13-1",
                "pkg:github/swiftlang/swift@swift-6.3-RELEASE", "pkg:pypi/some-assets@1.0",
                "pkg:swift/github.com/apple/swift-log@1.2.3", "pkg:swift/github.com/apple/swift-nio@2.1.0",
            ])
        #expect(try await script("sbom.py", arguments, environment: ["SOURCE_DATE_EPOCH": "1767225600"]).output == result.output)
    }

    @Test("A package that was resolved and is not listed, or has another version, is named")
    func unlisted() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let real = TestPaths.repository.appending(path: ".build/workspace-state.json").path
        let now = try await script("check_packages.py", [real])
        #expect(now.end == .exited(0), "\(now.everything)")

        try folder.write(state([("swift-unheard-of", "1.0.0"), ("swift-nio", "2.0.0")]), to: "state.json")
        let result = try await script("check_packages.py", [folder.path("state.json")])
        #expect(result.end == .exited(1))
        for line in [
            "swift-unheard-of 1.0.0 comes in through another package", "and 2.0.0 was resolved",
            "nothing needs swift-log any more",
        ] {
            #expect(result.errors.contains(line), "\(result.everything)")
        }
    }

    @Test("A version that is not exact is named, with its line")
    func floating() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try FileManager.default.createDirectory(at: folder.url.appending(path: "scripts"), withIntermediateDirectories: false)
        try FileManager.default.copyItem(
            at: TestPaths.repository.appending(path: "scripts/check_packages.py"),
            to: folder.url.appending(path: "scripts/check_packages.py"))
        for (requirement, isExact) in [
            (#"exact: "1.0.0""#, true), (#"from: "1.0.0""#, false), (#"branch: "main""#, false), (#""1.0.0"..<"2.0.0""#, false),
            (#".upToNextMinor(from: "1.0.0")"#, false),
        ] {
            try folder.write(
                "// A manifest.\n.package(url: \"https://example.com/a\", \(requirement)),\n", to: "sub/Package.swift")
            try folder.write("", to: "Package.swift")
            let result = try await run(
                folder.url.appending(path: "scripts/check_packages.py"), [], environment: ["PATH": "/usr/bin:/bin"])
            #expect((result.end == .exited(0)) == isExact, "\(requirement): \(result.everything)")
            if !isExact { #expect(result.errors.contains("sub/Package.swift:2: "), "\(result.everything)") }
        }
    }

    @Test("Every Python package has a hash, so that pip refuses any other file")
    func hashes() throws {
        for name in ["build", "lint", "test", "web"] {
            let file = TestPaths.repository.appending(path: "scripts/requirements-\(name).txt")
            let text = try String(contentsOf: file, encoding: .utf8).replacing(/\\\n/, with: "")
            let packages = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(!packages.isEmpty)
            for package in packages {
                #expect(package.contains(/^[A-Za-z0-9._-]+==[^ ]+( +--hash=sha256:[0-9a-f]{64})+$/), "\(package)")
            }
        }
    }

    // MARK: The configuration that the container starts with

    @Test("Without its variables the container's gateway names each of them and does not start; with them it is right")
    func container() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let deploy = TestPaths.repository.appending(path: "deploy")
        let containerfile = try String(contentsOf: deploy.appending(path: "Containerfile"), encoding: .utf8)
        #expect(containerfile.contains("/src/dist/providers.production.yaml /etc/payment-gateway/providers.yaml"))
        let module = TestPaths.products.appending(path: "libStripeProvider.so")
        let digest = try await sha256(of: module)
        // As make release does; the modules here are not certified.
        let text = try String(contentsOf: deploy.appending(path: "providers.production.yaml"), encoding: .utf8)
            .replacing("sha256: null", with: "sha256: \(digest)").replacing(
                "require_certificates: true", with: "require_certificates: false"
            )
            .replacing("directory: null", with: "directory: \(TestPaths.products.path)")
        #expect(text.contains("environment: production\n") && text.contains(digest))
        try folder.write(text, to: "providers.yaml")
        func check(_ variables: [String: String]) async throws -> CommandResult {
            try await run(TestPaths.gateway, ["check", "--config", folder.path("providers.yaml")], environment: variables)
        }
        let bare = try await check([:])
        #expect(bare.end == .exited(78))
        for variable in ["GATEWAY_JWT_SECRET", "GATEWAY_PUBLIC_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"] {
            #expect(bare.errors.contains(variable), "\(bare.everything)")
        }
        let right = try await check([
            "GATEWAY_JWT_SECRET": Token.secret, "GATEWAY_PUBLIC_URL": "https://pay.example.com",
            "STRIPE_SECRET_KEY": "sk_live_9wVb3Tq7", "STRIPE_WEBHOOK_SECRET": "whsec_5f2c8e1b9a7d4036",
        ])
        #expect(right.end == .exited(0), "\(right.everything)")
    }
}
