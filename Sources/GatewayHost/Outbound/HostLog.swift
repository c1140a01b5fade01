import Logging
import ProviderAPI

/// The host's log, as handed to one provider. Its lines bear the provider's name.
struct HostLog: ProviderLog {
    private let logger: Logger
    private let provider: Logger.MetadataValue

    /// The log of the provider called `provider` in providers.yaml.
    init(_ logger: Logger, provider: String) {
        self.logger = logger
        self.provider = .string(provider)
    }

    /// Writes a line; a field called `provider` can't stand in for the name.
    func write(_ level: ProviderLogLevel, _ message: String, fields: [String: String]) {
        var metadata = fields.mapValues { Logger.MetadataValue.string($0) }
        metadata["provider"] = provider
        logger.log(level: Logger.Level(level), "\(message)", metadata: metadata)
    }
}

extension Logger.Level {
    /// The level of the same name; a level that a newer SDK may add counts as information.
    fileprivate init(_ level: ProviderLogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            @unknown default: .info
            }
    }
}
