import Logging
import ProviderAPI
import ProviderLoading
import Synchronization

/// The least host there is: nothing can be sent through it.
enum HostFakes {
    static func host(for provider: ProviderConfiguration, settings: ProviderSettings) -> ProviderHost {
        ProviderHost(
            name: provider.name, settings: settings, http: Offline(), log: Silence(), clock: StoppedClock(), random: Four(),
            environment: .development, webhookURL: "http://127.0.0.1/webhooks/\(provider.name)",
            pagesURL: "http://127.0.0.1/pages/\(provider.name)", baseDirectory: "/etc/gateway")
    }

    private struct Offline: HTTPTransport {
        func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
            throw .notSent(CallFailure("tests are offline"))
        }
    }

    private struct Silence: ProviderLog {
        func write(_ level: ProviderLogLevel, _ message: String, fields: [String: String]) {}
    }

    private struct StoppedClock: ProviderClock {
        func now() -> Timestamp { Timestamp(unixSeconds: 0) }
        func sleep(for duration: Duration) async throws {}
    }

    private struct Four: ProviderRandom {
        func next() -> UInt64 { 4 }
    }
}

/// A log that keeps its lines, metadata included.
final class LogRecorder: Sendable {
    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }

    func logger() -> Logger {
        Logger(label: "test") { _ in Handler(recorder: self) }
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level) \(event.message) \(event.metadata ?? [:])"
            recorder.recorded.withLock { $0.append(line) }
        }
    }
}
