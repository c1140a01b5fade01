import NIOCore
import NIOPosix
import ProviderAPI
import ServiceLifecycle

/// Returns freed memory to the system after a flood of connections or bodies.
///
/// The C library keeps freed blocks for later use, wherever one that is still used lies above them. 2,000 half-sent webhooks left
/// 1 GB behind that the gateway used no more.
struct MemoryTrim: Service {
    /// How far the resident memory may be above its lowest value since the last return, in bytes.
    static let growth = 32 * 1_048_576.0
    private static let interval = Duration.seconds(10)

    let clock: any ProviderClock
    /// The resident memory in bytes; nil where the system does not say.
    let resident: @Sendable () -> Double?
    /// Returns freed memory. It may block for a while.
    let trim: @Sendable () -> Void

    /// Looks at the memory every ten seconds until the graceful shutdown.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var lowest = Double.infinity
            while !Task.isCancelled {
                try await clock.sleep(for: Self.interval)
                guard let now = resident() else { continue }
                lowest = min(lowest, now)
                guard now > lowest + Self.growth else { continue }
                try await NIOSingletons.posixBlockingThreadPool.runIfActive { trim() }
                // What is used counts from here on.
                lowest = resident() ?? now
            }
        }
    }
}
