/// Values that win over providers.yaml: those of flags, and below them those of `GATEWAY_...` variables.
///
/// They are texts here and checked together with the file, by the same rules, so that a mistake in one names its flag or variable.
package struct ConfigurationOverrides: Sendable {
    /// What can be overridden.
    package enum Key: String, Sendable, Hashable, CaseIterable {
        /// The address to listen on.
        case host = "server.host"
        /// The port to listen on.
        case port = "server.port"
        /// The address of the management listener.
        case management = "server.management"
        /// Where transactions are kept.
        case database = "database.url"
        /// The key that signs bearer tokens.
        case jwtSecret = "auth.secret"
        /// The least level of log lines to write.
        case logLevel = "log.level"
        /// The form of a log line.
        case logFormat = "log.format"

        /// The flag that sets it; nil where none does.
        package var flag: String? {
            switch self {
            case .host: "--host"
            case .port: "--port"
            case .management: "--management"
            case .database: "--database"
            case .jwtSecret, .logLevel, .logFormat: nil
            }
        }

        /// The environment variable that sets it.
        package var variable: String {
            switch self {
            case .host: "GATEWAY_HOST"
            case .port: "GATEWAY_PORT"
            case .management: "GATEWAY_MANAGEMENT"
            case .database: "GATEWAY_DATABASE"
            case .jwtSecret: "GATEWAY_JWT_SECRET"
            case .logLevel: "GATEWAY_LOG_LEVEL"
            case .logFormat: "GATEWAY_LOG_FORMAT"
            }
        }
    }

    private var values: [Key: ConfigurationNode] = [:]

    /// No overrides.
    package init() {}

    /// Those of the environment, `.env` merged in. An empty variable overrides nothing.
    package init(variables: [String: String]) {
        for key in Key.allCases {
            guard let text = variables[key.variable], !text.isEmpty else { continue }
            set(key, to: text, origin: key.variable)
        }
    }

    /// Overrides a value.
    ///
    /// - Parameter origin: what the operator wrote it as, such as `--port`, for messages.
    package mutating func set(_ key: Key, to text: String, origin: String) {
        // Treated like a whole reference: numbers are numbers, and the text never shows in a message.
        let scalar = ConfigurationScalar(text: text, isPlain: false, substitution: .whole)
        values[key] = ConfigurationNode(content: .scalar(scalar), origin: .override(origin), keyPath: key.rawValue)
    }

    /// The overriding value, else the file's.
    func node(for key: Key, else node: ConfigurationNode?) -> ConfigurationNode? {
        values[key] ?? node
    }
}
