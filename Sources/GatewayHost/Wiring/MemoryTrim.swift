import NIOCore
import NIOPosix
import ProviderAPI
import ServiceLifecycle

/// Returns freed memory to the system after a flood of connections or bodies.
///
/// The C library keeps freed blocks for later use, wherever one that is still used lies above them. 2,000 half-sent webhooks left
/// 1 GB behind that the gateway used no more.
///
/// What counts is the memory that the process has and has not allocated, not how much it has: during a flood there is nothing to return.
struct MemoryTrim: Service {
    /// How far the unused memory may be above its lowest value since the last return, in bytes.
    static let growth = 16 * 1_048_576.0
    private static let interval = Duration.seconds(10)

    let clock: any ProviderClock
    /// The memory that the process has and has not allocated, in bytes; nil where the system does not say.
    let unused: @Sendable () -> Double?
    /// Returns freed memory. It may block for a while.
    let trim: @Sendable () -> Void

    /// Looks at the memory every ten seconds until the graceful shutdown.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            // Of a process that has just begun it is small.
            var lowest = unused() ?? 0
            while !Task.isCancelled {
                try await clock.sleep(for: Self.interval)
                guard let now = unused() else { continue }
                lowest = min(lowest, now)
                guard now > lowest + Self.growth else { continue }
                try await NIOSingletons.posixBlockingThreadPool.runIfActive { trim() }
                // What lies between blocks in use cannot be returned: it is not tried again for that.
                lowest = unused() ?? now
            }
        }
    }
}
