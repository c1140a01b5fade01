/// What the host hands to a provider: everything a module needs and may not bring along.
public struct ProviderHost: Sendable {
    /// The provider's name in providers.yaml: in its URLs and in rows. One module may serve several.
    public var name: String
    /// The settings under that name, checked against the module's schema, defaults filled in.
    public var settings: ProviderSettings
    /// The HTTP client.
    public var http: any HTTPTransport
    /// The log. Lines bear the provider's name.
    public var log: any ProviderLog
    /// Time.
    public var clock: any ProviderClock
    /// Random numbers, for jitter and ids. Not for secrets of a protocol: those come from settings.
    public var random: any ProviderRandom
    /// Whether this is a gateway for real money or for development.
    public var environment: GatewayEnvironment
    /// Where the provider posts its webhooks: absolute, as the outside reaches it.
    public var webhookURL: String
    /// What the addresses of the provider's own pages start with: absolute, no slash at the end.
    public var pagesURL: String
    /// The folder that relative paths in settings start at: that of providers.yaml.
    public var baseDirectory: String

    /// The host's services for the provider called `name`.
    public init(
        name: String, settings: ProviderSettings, http: any HTTPTransport, log: any ProviderLog, clock: any ProviderClock,
        random: any ProviderRandom, environment: GatewayEnvironment, webhookURL: String, pagesURL: String, baseDirectory: String
    ) {
        self.name = name
        self.settings = settings
        self.http = http
        self.log = log
        self.clock = clock
        self.random = random
        self.environment = environment
        self.webhookURL = webhookURL
        self.pagesURL = pagesURL
        self.baseDirectory = baseDirectory
    }
}

/// What a gateway is run for.
public enum GatewayEnvironment: String, Sendable, Codable, Hashable {
    /// Test modules and made-up secrets are allowed.
    case development
    /// They are refused, and modules need a digest.
    case production
}

/// The host's log.
public protocol ProviderLog: Sendable {
    /// Writes a line. Never pass secrets, client secrets, card numbers or whole bodies.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - message: a constant sentence; what varies goes into `fields`.
    ///   - fields: names in snake_case and their values.
    func write(_ level: ProviderLogLevel, _ message: String, fields: [String: String])
}

/// How much a log line matters.
public enum ProviderLogLevel: String, Sendable, Codable, Hashable {
    /// For whoever writes the module.
    case debug
    /// Worth knowing in normal operation.
    case info
    /// Unexpected, and dealt with.
    case warning
    /// Someone has to look at it.
    case error
}

/// The host's time.
public protocol ProviderClock: Sendable {
    /// Wall-clock time.
    func now() -> Timestamp
    /// Waits.
    ///
    /// - Throws: `CancellationError` where the task is cancelled meanwhile.
    func sleep(for duration: Duration) async throws
}

/// The host's randomness.
public protocol ProviderRandom: Sendable {
    /// 64 random bits.
    func next() -> UInt64
}
