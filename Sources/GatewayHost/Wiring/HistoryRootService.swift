import GatewayStorage
import Logging
import ProviderAPI
import ServiceLifecycle

/// Makes a root over the history once a day (UTC), and logs it: kept on another machine, the log proves what the history was.
struct HistoryRootService: Service {
    let store: SQLiteStore
    let clock: any ProviderClock
    let logger: Logger

    /// After the start, so that recovery comes first; then each hour, so that a day's root is made within an hour of midnight.
    static let firstDelay = Duration.seconds(60)
    static let interval = Duration.seconds(3600)

    func run() async throws {
        // Ended by the shutdown: a root that is not made today is made at the next start.
        try? await cancelWhenGracefulShutdown {
            try await clock.sleep(for: Self.firstDelay)
            while true {
                await makeRoot()
                try await clock.sleep(for: Self.interval)
            }
        }
    }

    func makeRoot() async {
        do {
            guard let root = try await store.makeHistoryRoot(now: clock.now(), pause: { try await clock.sleep(for: $0) }) else {
                return
            }
            logger.notice(
                "The history has its root of the day. Keep this line elsewhere: gateway audit --history --root compares.",
                metadata: ["day": "\(root.day)", "last_line": .stringConvertible(root.lastLine), "root": "\(root.hex)"])
        } catch is CancellationError {
            return
        } catch {
            logger.error("The history's root could not be made; it is tried again.", metadata: ["error": "\(type(of: error))"])
        }
    }
}
