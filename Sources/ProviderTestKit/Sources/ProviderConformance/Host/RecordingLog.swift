public import ProviderAPI
import Synchronization

/// A log that keeps its lines, to look for what must and what must not be in them.
public final class RecordingLog: ProviderLog {
    private let state = Mutex<[String]>([])

    /// An empty log.
    public init() {}

    /// The lines so far: `level message key=value ...`, keys sorted.
    public var lines: [String] {
        state.withLock { $0 }
    }

    /// Keeps the line.
    public func write(_ level: ProviderLogLevel, _ message: String, fields: [String: String]) {
        let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        state.withLock { $0.append("\(level.rawValue) \(message)\(pairs)") }
    }
}
