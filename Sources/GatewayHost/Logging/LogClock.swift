import ProviderAPI
import Synchronization

/// The times of log lines, in RFC 3339: in UTC, with milliseconds. All but the milliseconds is written once a second.
final class LogClock: Sendable {
    /// A time in two parts.
    struct Text: Sendable {
        /// Such as `2026-01-08T01:00:00`.
        let second: [UInt8]
        /// Those of the second that have passed.
        let milliseconds: Int64
    }

    private let read: @Sendable () -> Timestamp
    private let last: Mutex<(second: Int64, text: [UInt8])>

    /// - Parameter read: the wall clock.
    init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
        last = Mutex((.min, []))
    }

    /// The time now.
    func now() -> Text {
        let now = read()
        let second = now.unixSeconds
        return last.withLock { last in
            if last.second != second {
                last = (second, Array(now.rfc3339.utf8.dropLast(".000Z".utf8.count)))
            }
            return Text(second: last.text, milliseconds: now.unixMilliseconds - second * 1000)
        }
    }
}
