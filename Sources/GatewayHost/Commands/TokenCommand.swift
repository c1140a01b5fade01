import ArgumentParser
import GatewayCore
import GatewayHTTP
import Logging
import ProviderAPI
import ProviderLoading

/// `gateway token`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Prints a bearer token, signed with the configured secret.",
        discussion: """
            For development, and for services that share the secret:

              token=$(gateway token --subject 42)
              curl http://127.0.0.1:8080/api/v1/orders -H "Authorization: Bearer $token"
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "The user: the token's sub.")
    var subject: String

    @Option(name: .long, help: "The role; admin is the only one.")
    var role: Role?

    @Option(name: .long, help: "What it allows besides, such as payments:refund; may be repeated.")
    var scope: [Scope] = []

    @Option(name: .long, help: "How long it is valid: a whole number with s, m, h or d, at most auth.max_token_lifetime.")
    var ttl: Lifetime = Lifetime(.seconds(3600))

    func validate() throws {
        do throws(Subject.Refusal) {
            _ = try Subject(checking: subject)
        } catch {
            throw ValidationError("--subject \(error.explanation)")
        }
    }

    func run() async throws {
        let configuration = try options.load()
        HostLogging.bootstrap(level: .warning)
        let secret: SecretText?
        do {
            let secrets = DevelopmentSecrets(
                environment: configuration.environment, baseDirectory: configuration.baseDirectory,
                logger: Logger(label: "gateway")
            )
            secret = try secrets.signingSecret(for: configuration)
        } catch {
            throw Failure.configuration(error)
        }
        guard let secret else {
            throw Failure.runtime(
                "gateway token: tokens are checked with a key set (auth.jwks); the holder of its private key makes them")
        }
        let rules = TokenRules(configuration.authentication)
        guard ttl.duration <= rules.maximumLifetime else {
            let most = DurationText.text(rules.maximumLifetime)
            throw Failure.runtime(
                "gateway token: --ttl must be at most \(most); the gateway refuses tokens that are valid for longer than auth.max_token_lifetime"
            )
        }
        let token = try await TokenIssuer.token(
            subject: try Subject(checking: subject), isAdmin: role == .admin, scopes: scope, lifetime: ttl.duration,
            secret: secret.revealed, rules: rules, now: HostClock().now()
        )
        print(token)
    }

    /// What a token's bearer is besides a user.
    enum Role: String, ExpressibleByArgument, CaseIterable {
        case admin
    }
}

/// How long a token is valid, as the command line has it: `90s`, `15m`, `1h`, `30d`.
struct Lifetime: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = DurationText.duration(argument), duration > .zero else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { DurationText.text(duration) }
}

extension Scope: ExpressibleByArgument {}
