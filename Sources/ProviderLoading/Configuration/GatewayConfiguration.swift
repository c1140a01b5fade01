package import GatewayCore
package import Logging
package import ProviderAPI

/// providers.yaml, read and checked: references replaced, overrides applied, paths absolute.
///
/// Only ``read(path:variables:overrides:executableDirectory:)`` makes one, so that whoever holds one holds a valid one.
package struct GatewayConfiguration: Sendable {
    /// What the gateway is run for.
    package let environment: GatewayEnvironment
    /// Where the gateway listens and is reached.
    package private(set) var server: Server
    /// Where transactions are kept.
    package let database: Database
    /// How bearer tokens are checked.
    package let authentication: Authentication
    /// Who may refund, cancel and capture.
    package let authorization: AuthorizationPolicy
    /// How many requests a user may send; nil for any number.
    package let rateLimit: SubjectRateLimit?
    /// What requests about payments need.
    package let payments: Payments
    /// The folder that modules are loaded from, absolute.
    package let modulesDirectory: String
    /// Whether a module without a certificate is refused.
    package let requiresCertificates: Bool
    /// The providers in the order of the file, those that are off too.
    package let providers: [ProviderConfiguration]
    /// Which provider takes a payment.
    package let routing: Routing
    /// What is logged, and how.
    package let log: Log
    /// How long the books keep data that payments no longer need.
    package let retention: RetentionPolicy
    /// The file, as the operator named it.
    package let file: String
    /// The folder of the file, absolute: relative paths start here.
    package let baseDirectory: String
    /// What is allowed and yet worth a look.
    package let warnings: [ConfigurationProblem]

    /// Where the gateway listens and is reached.
    package struct Server: Sendable, Hashable {
        /// The address to listen on: a name, an IPv4 or an IPv6 address.
        package let host: String
        /// The port to listen on.
        package fileprivate(set) var port: Int
        /// Where providers and browsers reach the gateway, without a slash at the end; nil where the file does not say.
        package let publicURL: String?
        /// Where health checks and metrics are answered on a listener of their own; nil for no such listener.
        package let management: ListenAddress?
        /// The most connections that clients may have open; nil for what the descriptor limit allows.
        package let maximumConnections: Int?
        /// How many bytes the bodies of all requests may take in memory.
        package let bodyMemory: Int

        /// Where to listen, and what others know of it.
        package init(
            host: String, port: Int, publicURL: String?, management: ListenAddress? = nil, maximumConnections: Int? = nil,
            bodyMemory: Int = Int(ConfigurationSchema.defaultBodyMemory) << 20
        ) {
            self.host = host
            self.port = port
            self.publicURL = publicURL
            self.management = management
            self.maximumConnections = maximumConnections
            self.bodyMemory = bodyMemory
        }

        /// ``publicURL``, else the address it listens on, as seen from this machine.
        package var reachableURL: String {
            if let publicURL { return publicURL }
            return switch host {
            case "0.0.0.0": "http://127.0.0.1:\(port)"
            case "::": "http://[::1]:\(port)"
            case let address where address.contains(":"): "http://[\(address)]:\(port)"
            default: "http://\(host):\(port)"
            }
        }
    }

    /// Where transactions are kept.
    package struct Database: Sendable, Hashable {
        /// The SQLite file, absolute.
        package let path: String
    }

    /// How bearer tokens (JWT, RFC 7519) are checked.
    package struct Authentication: Sendable, Hashable {
        /// An algorithm of RFC 7518 or 8037.
        package enum Algorithm: String, Sendable, Hashable, CaseIterable {
            /// HMAC with SHA-256.
            case hs256 = "HS256"
            /// RSASSA-PKCS1-v1_5 with SHA-256.
            case rs256 = "RS256"
            /// RSASSA-PKCS1-v1_5 with SHA-384.
            case rs384 = "RS384"
            /// RSASSA-PKCS1-v1_5 with SHA-512.
            case rs512 = "RS512"
            /// RSASSA-PSS with SHA-256.
            case ps256 = "PS256"
            /// RSASSA-PSS with SHA-384.
            case ps384 = "PS384"
            /// RSASSA-PSS with SHA-512.
            case ps512 = "PS512"
            /// ECDSA on P-256 with SHA-256.
            case es256 = "ES256"
            /// ECDSA on P-384 with SHA-384.
            case es384 = "ES384"
            /// ECDSA on P-521 with SHA-512.
            case es512 = "ES512"
            /// Edwards curves.
            case edDSA = "EdDSA"
        }

        /// Where the keys are.
        package enum Keys: Sendable, Hashable {
            /// One key shared with whoever issues tokens, for HS256. Nil in a development gateway that has to make one up:
            /// see ``DevelopmentSecrets/signingSecret(for:)``.
            case sharedSecret(SecretText?)
            /// A JSON Web Key Set (RFC 7517) of public keys in a file, by its absolute path.
            case keySetFile(path: String, algorithm: Algorithm?)
            /// A JSON Web Key Set of public keys at an `https` URL.
            case keySetURL(String, algorithm: Algorithm?)
        }

        /// Where the keys are. The algorithm beside a key set, where there is one, is the only one to accept; HS256 is never
        /// accepted with a key set, for a public key must not serve as a shared secret.
        package let keys: Keys
        /// What a token's `iss` must be; nil for anything.
        package let issuer: String?
        /// What a token's `aud` must contain; nil for anything.
        package let audience: String?
        /// What a token's `typ` must be; nil for anything.
        package let type: String?
        /// For how long a token may be valid.
        package let maximumTokenLifetime: Duration
    }

    /// Rules for payments: idempotency keys, duplicates, repeats of confirmations.
    package struct Payments: Sendable, Hashable {
        /// Whether a request that changes a payment needs the header `Idempotency-Key`.
        package var requiresIdempotencyKey = false
        /// Whether a payment that is paid beside another one of its order is refunded at once.
        package var refundsDuplicates = false
        /// For how long after the client's request a confirmation is sent again.
        package var confirmRetryWindow = Duration.seconds(120)

        /// The defaults.
        package init() {}
    }

    /// What is logged, and how.
    package struct Log: Sendable, Hashable {
        /// The least level of lines to write.
        package let level: Logger.Level
        /// The form of a line.
        package let format: LogFormat
    }

    /// Which provider takes a payment.
    package struct Routing: Sendable, Hashable {
        /// The provider of requests that name none. It is one of those that are on and accept new payments.
        package let defaultProvider: String
    }

    /// The same configuration with the port that the gateway took for `server.port: 0`.
    package func listening(onPort port: Int) -> GatewayConfiguration {
        var copy = self
        copy.server.port = port
        return copy
    }

    /// The providers that are on.
    package var enabledProviders: [ProviderConfiguration] { providers.filter(\.isEnabled) }
}

/// The form of a log line.
package enum LogFormat: String, Sendable, Hashable, CaseIterable {
    /// For people.
    case text
    /// One JSON object a line, for programs.
    case json
}

/// One provider of providers.yaml.
package struct ProviderConfiguration: Sendable, Hashable {
    /// The name in URLs and rows.
    package let name: String
    /// The module's file name within the modules directory.
    package let module: String
    /// What the SHA-256 of the module's file must be, in lower-case hexadecimal; nil for anything.
    package let sha256: String?
    /// How many calls that clients ask for may be under way at once.
    package let maximumConcurrentCalls: Int
    /// Whether it is on. One that is off is not loaded, and its settings are not checked.
    package let isEnabled: Bool
    /// Whether new payments may be made at it.
    package let acceptsNewPayments: Bool
    /// The settings as they stand in the file, references replaced; nil where there are none or the provider is off.
    package let settings: ConfigurationNode?
    /// The provider's entry in the file, for messages.
    package let node: ConfigurationNode
}
