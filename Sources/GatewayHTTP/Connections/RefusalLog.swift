import GatewayCore
package import Logging
package import NIOCore
import NIOHTTP1
import Synchronization

/// Writes the lines of refused requests, and only a sample of them under load.
///
/// Anybody can cause such lines without a token: each of them must not cost a write to the disk.
package final class RefusalLog: Sendable {
    /// How many lines of refused requests are written in each second, before the rest of that second is sampled.
    static let fullLines = 50
    /// Of the rest, one line in so many is written.
    static let sampleInterval = 100

    private let logger: Logger
    private let now: @Sendable () -> NIODeadline
    private let state = Mutex(State())

    private struct State {
        var second: UInt64 = 0
        var count = 0
        var unwritten = 0
    }

    /// A log of refused requests.
    package init(logger: Logger, now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.logger = logger
        self.now = now
    }

    /// Counts a request that was refused before a route saw it, and perhaps writes its line.
    func refused(_ refusal: RequestRefusal) {
        refusal.event.count()
        line("Request refused.", ["status": .stringConvertible(Int(refusal.status.code)), "event": "\(refusal.event.rawValue)"])
    }

    /// Writes a line, or only counts it where there were too many in this second.
    ///
    /// The line says in `unwritten` how many lines were left out before it.
    func line(_ message: Logger.Message, _ metadata: @autoclosure () -> Logger.Metadata) {
        let second = now().uptimeNanoseconds / 1_000_000_000
        let unwritten = state.withLock { state -> Int? in
            if state.second != second {
                state.second = second
                state.count = 0
            }
            state.count += 1
            guard state.count <= Self.fullLines || state.count.isMultiple(of: Self.sampleInterval) else {
                state.unwritten += 1
                return nil
            }
            defer { state.unwritten = 0 }
            return state.unwritten
        }
        guard let unwritten else { return }
        var metadata = metadata()
        if unwritten > 0 { metadata["unwritten"] = "\(unwritten)" }
        logger.info(message, metadata: metadata)
    }
}
