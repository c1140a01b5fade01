import Foundation
import ProviderAPI
import Testing

@testable import ProviderLoading

@Suite("Secrets of a development gateway")
struct DevelopmentSecretsTests {
    /// The same numbers each time.
    private struct Counter: RandomNumberGenerator {
        var value: UInt64
        mutating func next() -> UInt64 {
            value &+= 0x0101_0101_0101_0101
            return value
        }
    }

    @Test("A secret is made at random, kept for its owner only, and the same the next time; the log does not show it")
    func madeAndKept() throws {
        let folder = try TemporaryFolder()
        let log = LogRecorder()
        let secrets = DevelopmentSecrets(environment: .development, baseDirectory: folder.path, logger: log.logger())

        let first = try secrets.secret(named: "jwt-secret").revealed
        #expect(first.utf8.count == 64)
        #expect(try folder.mode(of: "var/secrets") == 0o700)
        #expect(try folder.mode(of: "var/secrets/jwt-secret") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/var/secrets") == ["jwt-secret"])

        #expect(try secrets.secret(named: "jwt-secret").revealed == first)
        #expect(try secrets.secret(named: "mock.webhook_secret").revealed != first)
        #expect(log.lines.count == 3)
        #expect(log.lines[0].hasPrefix("notice made a random secret"))
        #expect(log.lines[1].hasPrefix("info using a secret made up"))
        #expect(log.lines.allSatisfy { $0.contains("var/secrets/") && !$0.contains(first) })
    }

    @Test("Randomness comes from the source that is given")
    func injectedRandomness() throws {
        let here = try TemporaryFolder()
        let there = try TemporaryFolder()
        let make: @Sendable () -> any RandomNumberGenerator = { Counter(value: 0) }
        let logger = LogRecorder().logger()
        let one = DevelopmentSecrets(environment: .development, baseDirectory: here.path, logger: logger, makeRandom: make)
        let other = DevelopmentSecrets(environment: .development, baseDirectory: there.path, logger: logger, makeRandom: make)
        #expect(try one.secret(named: "a") == other.secret(named: "a"))
    }

    @Test("Many who ask at once get the same secret", .timeLimit(.minutes(10)))
    func concurrent() async throws {
        let folder = try TemporaryFolder()
        let secrets = DevelopmentSecrets(
            environment: .development, baseDirectory: folder.path, logger: LogRecorder().logger())
        let made = try await withThrowingTaskGroup(of: SecretText.self) { group in
            for _ in 0..<32 { group.addTask { try secrets.secret(named: "shared") } }
            return try await group.reduce(into: Set<SecretText>()) { $0.insert($1) }
        }
        #expect(made.count == 1)
    }

    @Test("Production makes up no secret and leaves no trace")
    func production() throws {
        let folder = try TemporaryFolder()
        let secrets = DevelopmentSecrets(environment: .production, baseDirectory: folder.path, logger: LogRecorder().logger())
        #expect(throws: DevelopmentSecretError.self) { try secrets.secret(named: "jwt-secret") }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/var"))
    }

    @Test("A kept secret that others may read, is empty or is a link is refused with the correction")
    func badFiles() throws {
        let folder = try TemporaryFolder()
        let secrets = DevelopmentSecrets(
            environment: .development, baseDirectory: folder.path, logger: LogRecorder().logger())
        _ = try secrets.secret(named: "first")
        try folder.write("readable", to: "var/secrets/open")
        try folder.setMode(0o644, of: "var/secrets/open")
        try folder.write("\n", to: "var/secrets/empty")
        try folder.setMode(0o600, of: "var/secrets/empty")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/var/secrets/link", withDestinationPath: folder.path + "/var/secrets/first")

        for (name, words) in [
            ("open", "chmod 600"), ("empty", "is empty"), ("link", "can't open"), ("../x", "can't be that of a file"),
        ] {
            let error = #expect(throws: DevelopmentSecretError.self) { try secrets.secret(named: name) }
            #expect(error?.message.contains(words) == true, "\(name): \(error?.message ?? "")")
        }
    }

    @Test("The signing key is the configured one, else the made-up one, and none beside a key set")
    func signingSecret() throws {
        let folder = try TemporaryFolder()
        let secrets = DevelopmentSecrets(
            environment: .development, baseDirectory: folder.path, logger: LogRecorder().logger())
        let empty = try ConfigurationFixture.read(ConfigurationFixture.valid)
        #expect(try secrets.signingSecret(for: empty) == secrets.secret(named: DevelopmentSecrets.signingSecretName))
        let configured = try ConfigurationFixture.read(
            ConfigurationFixture.valid, overrides: ConfigurationOverrides(variables: ["GATEWAY_JWT_SECRET": "configured"]))
        #expect(try secrets.signingSecret(for: configured)?.revealed == "configured")
        let keySet = try ConfigurationFixture.read(
            ConfigurationFixture.valid + "\nauth: { jwks: \"https://id.example.com/jwks\" }")
        #expect(try secrets.signingSecret(for: keySet) == nil)
    }
}
