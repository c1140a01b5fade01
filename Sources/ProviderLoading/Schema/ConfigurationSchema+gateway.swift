import Logging
import ProviderAPI

extension ConfigurationSchema {
    static let defaultHost = "127.0.0.1"
    static let defaultPort: Int64 = 8080
    static let ports: ClosedRange<Int64> = 0...65535
    static let connections: ClosedRange<Int64> = 1...1_000_000
    static let bodyMemory: ClosedRange<Int64> = 1...65_536
    static let defaultBodyMemory: Int64 = 64
    static let server = ConfigurationSection(
        "server", help: "Where the gateway listens, without TLS, and where others reach it.",
        [
            Setting("host", .string, help: "The name or address to listen on, such as `127.0.0.1`, `0.0.0.0` or `::1`.")
                .defaulting(to: .string(defaultHost)),
            Setting(
                "port", .integer(in: ports),
                help: "The port to listen on. `0` takes a free one; the first line of standard output names it."
            ).defaulting(to: .integer(defaultPort)),
            Setting(
                "public_url", .url,
                help:
                    "Where providers and browsers reach the gateway, such as `https://pay.example.com`. Default: where it listens."
            ),
            Setting(
                "body_memory_mib", .integer(in: bodyMemory),
                help:
                    "How many MiB the bodies of all requests may take in memory; those without a token, such as webhooks, half of it. "
                    + "One more is answered with 503 and `Retry-After`."
            ).defaulting(to: .integer(defaultBodyMemory)),
            Setting(
                "management", .string,
                help:
                    "A second listener for `/healthz`, `/readyz` and `/metrics`, such as `127.0.0.1:9090`. It answers when `server.port` is "
                    + "full. `/metrics` leaves `server.port` then. Default: none."
            ),
            Setting(
                "max_connections", .integer(in: connections),
                help:
                    "The most connections that clients may have open at `server.port`. Beyond it the gateway closes the oldest idle ones. "
                    + "Default: what the descriptor limit allows beside the database and the providers, at most 10000."
            ),
        ])

    static let defaultDatabase = "var/gateway.db"
    static let database = ConfigurationSection(
        "database", help: "The books: one SQLite file, and at most one gateway on it.",
        [
            Setting(
                "url", .string,
                help:
                    "`sqlite:` and a path; a relative one starts at the folder of providers.yaml. The folder is made where there is none."
            ).defaulting(to: .string("sqlite:\(defaultDatabase)"))
        ])

    static let defaultLogLevel = Logger.Level.info

    static let auth = ConfigurationSection(
        "auth", help: "The bearer tokens (JWT, RFC 7519) that clients send. Either a shared secret, or a set of public keys.",
        [
            Setting(
                "algorithm", .oneOf(GatewayConfiguration.Authentication.Algorithm.allCases.map(\.rawValue)),
                help:
                    "Of a shared secret `HS256`. Beside `jwks` the only one to accept; without it, what each key says. Default: as needed."
            ),
            Setting(
                "secret", .secret,
                help:
                    "The key shared with whoever issues tokens, 32 bytes or more. Empty in development: one is made up, and kept in `var/`. "
                    + "Production needs it, or `jwks`."),
            Setting("issuer", .string, help: "What a token's `iss` must be. Default: anything."),
            Setting("audience", .string, help: "What a token's `aud` must contain. Default: anything."),
            Setting("jwks", .string, help: "A JSON Web Key Set (RFC 7517) of public keys: a file, or an `https` URL."),
        ])
}
