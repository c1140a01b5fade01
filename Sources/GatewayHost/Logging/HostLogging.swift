import Logging
import ProviderLoading

/// The log of the process, on standard error.
enum HostLogging {
    /// Sets the log up for the whole process. To be called once.
    static func bootstrap(level: Logger.Level, format: LogFormat = .text) {
        let output = DescriptorLogOutput(descriptor: 2)
        let clock = LogClock { HostClock().now() }
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: level, format: format, output: output, clock: clock)
        }
    }
}
