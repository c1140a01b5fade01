import GatewayCore
import Logging
import ProviderAPI

extension ConfigurationSchema {
    static let defaultHost = "127.0.0.1"
    static let defaultPort: Int64 = 8080
    static let ports: ClosedRange<Int64> = 0...65535
    static let connections: ClosedRange<Int64> = 1...1_000_000
    /// At least 4, so that the largest body of a route fits into the eighth that one user has.
    static let bodyMemory: ClosedRange<Int64> = 4...65_536
    static let defaultBodyMemory: Int64 = 48
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
            Setting(
                "body_memory_mib", .integer(in: bodyMemory),
                help:
                    "How many MiB the bodies of all requests may take in memory, beyond the first 8 KiB of each; those without a token, such "
                    + "as webhooks, half of it, and those of one user an eighth. One more is answered with 503 and `Retry-After`."
            ).defaulting(to: .integer(defaultBodyMemory)),
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
    /// Machines read the log of a gateway in production, and people that of others.
    static func defaultLogFormat(in environment: GatewayEnvironment) -> LogFormat {
        environment == .production ? .json : .text
    }
    static let log = ConfigurationSection(
        "log", help: "The log, on standard error. No line of it holds a secret, a token or a card number.",
        [
            Setting("level", .oneOf(Logger.Level.allCases.map(\.rawValue)), help: "The least level of lines to write.")
                .defaulting(to: .string(defaultLogLevel.rawValue)),
            Setting(
                "format", .oneOf(LogFormat.allCases.map(\.rawValue)),
                help:
                    "`json`: one JSON object a line, see [docs/operators.md](operators.md#logs). `text`: a line for people. "
                    + "Default: `json` in production, else `text`."),
        ])

    static let defaultTokenLifetime = Duration.seconds(24 * 3600)
    static let tokenLifetimes: ClosedRange<Duration> = .seconds(60)...(.seconds(366 * 86_400))

    static let auth = ConfigurationSection(
        "auth", help: "The bearer tokens (JWT, RFC 7519) that clients send. Either a shared secret, or a set of public keys.",
        [
            Setting(
                "algorithm", .oneOf(GatewayConfiguration.Authentication.Algorithm.allCases.map(\.rawValue)),
                help:
                    "Of a shared secret `HS256`. Beside `jwks` the only one to accept. Default there: each key's own `alg`, else `RS256` for RSA, "
                    + "`ES256`, `ES384` or `ES512` by the curve, `EdDSA`."
            ),
            Setting(
                "secret", .secret,
                help:
                    "The key shared with whoever issues tokens, 32 bytes or more. Empty in development: one is made up, and kept in `var/`. "
                    + "Production needs it, or `jwks`."),
            Setting(
                "issuer", .string, help: "What a token's `iss` must be. Default: anything. Production needs it beside `jwks`."),
            Setting(
                "audience", .string,
                help: "What a token's `aud` must contain. Default: anything. Production needs it beside `jwks`."
            ),
            Setting(
                "type", .string,
                help: "What the `typ` of a token's header must be, such as `at+jwt` (RFC 9068). Default: anything."),
            Setting(
                "max_token_lifetime", .string,
                help:
                    "For how long a token may be valid, from its `iat`, or from now where it has none: a whole number with s, m, h or d."
            ).defaulting(to: .string("24h")),
            Setting(
                "jwks", .string,
                help:
                    "A JSON Web Key Set (RFC 7517) of public keys: a file, or an `https` URL. It is read again every five minutes, at SIGHUP, "
                    + "and when a token names a key that is not in it."),
        ])

    static let authorization = ConfigurationSection(
        "authorization",
        help:
            "Who may do what to a payment: `owner` is the order's owner and admins; `admin` admins only; `scope` the owner with a token whose "
            + "`scope` has the word, and admins. Payments of others do not exist to anyone but admins.",
        [
            rule("refund", .owner, "give money back, and needs `payments:refund` with `scope`. Production needs this key"),
            rule("cancel", .owner, "cancel, and needs `payments:cancel` with `scope`"),
            rule("capture", .admin, "capture, and needs `payments:capture` with `scope`"),
        ])

    private static func rule(_ key: String, _ standard: AuthorizationPolicy.Rule, _ meaning: String) -> Setting {
        Setting(key, .oneOf(AuthorizationPolicy.Rule.allCases.map(\.rawValue)), help: "Who may \(meaning).")
            .defaulting(to: .string(standard.rawValue))
    }

    static let productionRate: Int64 = 100
    static let rates: ClosedRange<Int64> = 0...1_000_000
    static let bursts: ClosedRange<Int64> = 1...1_000_000
    static let rateLimits = ConfigurationSection(
        "rate_limits",
        help: "How many requests one user (`sub`) may send; more are answered 429 with `Retry-After`. Admins have no limit.",
        [
            Setting(
                "requests_per_second", .integer(in: rates),
                help:
                    "Requests a second, in the long run; 0 for any number. Default: \(productionRate) in production, 0 in development."
            ),
            Setting("burst", .integer(in: bursts), help: "Requests at once after a pause. Default: twice as many."),
        ])

    static let payments = ConfigurationSection(
        "payments", help: "Rules for payments: idempotency keys, duplicates, repeats of confirmations.",
        [
            Setting(
                "require_idempotency_key", .bool,
                help:
                    "Whether a request that creates, confirms, captures, cancels or refunds a payment needs the header `Idempotency-Key`. "
                    + "Without it the gateway answers 400 then."
            ).defaulting(to: .bool(false)),
            Setting(
                "refund_duplicates", .bool,
                help:
                    "Whether a payment that was canceled, and is paid beside another payment of its order, is refunded at once. Otherwise an "
                    + "operator decides."
            ).defaulting(to: .bool(false)),
            Setting(
                "confirm_retry_window", .string,
                help:
                    "For how long after the client's request a confirmation without an outcome is sent again. Afterwards the gateway only "
                    + "looks what became of it. A whole number with s, m, h or d."
            ).defaulting(to: .string("2m")),
        ])

    /// Zero: a confirmation is never sent a second time.
    static let confirmRetryWindows: ClosedRange<Duration> = .zero...(.seconds(86_400))
}
