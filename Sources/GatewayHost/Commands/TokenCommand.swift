import ArgumentParser
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

    @Option(name: .long, help: "How long it is valid: a whole number from 1 to 36500 with s, m, h or d.")
    var ttl: Lifetime = Lifetime(seconds: 3600)

    func validate() throws {
        guard (1...255).contains(subject.utf8.count) else { throw ValidationError("--subject must have 1 to 255 characters.") }
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
                "gateway token: tokens are checked with a key set (auth.jwks); whoever holds its private key makes them")
        }
        let token = try await TokenIssuer.token(
            subject: subject, isAdmin: role == .admin, lifetime: .seconds(ttl.seconds), secret: secret.revealed,
            issuer: configuration.authentication.issuer, audience: configuration.authentication.audience, now: HostClock().now()
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
    let seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = argument.last, let unit = units[last], let count = Int64(argument.dropLast()),
            (1...36_500).contains(count)
        else {
            return nil
        }
        seconds = count * unit
    }

    var defaultValueDescription: String { "\(seconds / 3600)h" }
}
