import GatewayCore
package import Logging
import Metrics
package import ProviderAPI
import ServiceLifecycle
import Synchronization

/// Reads a key set again: every five minutes, on request, and when a token names a key that is not in it. Keys that were withdrawn verify
/// nothing from then on.
///
/// A set that cannot be read or used changes nothing: the last good one stays in use, and the log and a metric tell it.
package final class KeySetRefresh: Service {
    private struct State {
        /// The text of the set in use.
        var text: String
        var lastAttempt: Timestamp
        var isReading = false
        var isEnded = false
        /// The callers that wait for the reading under way.
        var present: [CheckedContinuation<Void, Never>] = []
        /// The callers that wait for the next reading.
        var next: [CheckedContinuation<Void, Never>] = []
    }

    /// How often the set is read.
    package static let interval = Duration.seconds(300)

    /// The shortest time between two readings for unknown keys: strangers can name as many as they like.
    static let unknownKeyInterval = Duration.seconds(30)

    private let keys: TokenKeys
    private let place: String
    private let algorithm: String?
    private let clock: any ProviderClock
    private let logger: Logger
    private let load: @Sendable () async throws -> String
    private let state: Mutex<State>
    private let requests: AsyncStream<Void>
    private let request: AsyncStream<Void>.Continuation

    /// A refresh of `keys`, which were made of `text` just now.
    ///
    /// - Parameters:
    ///   - place: the file or URL, for the log.
    ///   - algorithm: the only one to accept, as for ``KeySet/read(_:algorithm:)``.
    ///   - load: returns the set's text, or throws where it cannot be had within some seconds.
    package init(
        _ keys: TokenKeys, text: String, place: String, algorithm: String?, clock: any ProviderClock, logger: Logger,
        load: @escaping @Sendable () async throws -> String
    ) {
        self.keys = keys
        self.place = place
        self.algorithm = algorithm
        self.clock = clock
        self.logger = logger
        self.load = load
        state = Mutex(State(text: text, lastAttempt: clock.now()))
        (requests, request) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads the set every ``interval`` and whenever asked, one reading at a time, until the graceful shutdown.
    package func run() async throws {
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    do { try await self.clock.sleep(for: Self.interval) } catch { return }
                    self.request.yield()
                }
            }
            for await _ in requests.cancelOnGracefulShutdown() { await read() }
            group.cancelAll()
        }
        let waiting = state.withLock { state in
            defer { (state.present, state.next) = ([], []) }
            state.isEnded = true
            return state.present + state.next
        }
        for caller in waiting { caller.resume() }
    }

    /// Reads the set, and returns when that has succeeded or failed.
    package func refresh() async {
        await wait { state, caller in
            state.next.append(caller)
            return true
        }
    }

    /// Reads the set unless that was done within the last ``unknownKeyInterval``. Callers that come during a reading wait for its end.
    func refreshForUnknownKey() async {
        let now = clock.now()
        await wait { state, caller in
            if state.isReading {
                state.present.append(caller)
                return false
            }
            let sinceLast = now.duration(since: state.lastAttempt)
            // A clock that was set back must not stop readings for long.
            guard !state.next.isEmpty || sinceLast >= Self.unknownKeyInterval || sinceLast < .zero else {
                caller.resume()
                return false
            }
            state.next.append(caller)
            return true
        }
    }

    /// Waits until `enter` has the continuation resumed. `enter` returns whether a reading is needed.
    private func wait(_ enter: (inout State, CheckedContinuation<Void, Never>) -> Bool) async {
        await withCheckedContinuation { continuation in
            let needsReading = state.withLock { state in
                guard !state.isEnded else {
                    continuation.resume()
                    return false
                }
                return enter(&state, continuation)
            }
            if needsReading { request.yield() }
        }
    }

    private func read() async {
        let now = clock.now()
        let text = state.withLock { state in
            state.isReading = true
            state.lastAttempt = now
            state.present = state.next
            state.next = []
            return state.text
        }
        let read = await exchange(ifOtherThan: text)
        let waiting = state.withLock { state in
            defer { state.present = [] }
            state.isReading = false
            if let read { state.text = read }
            return state.present
        }
        for caller in waiting { caller.resume() }
    }

    /// Returns the new text where the set has changed and is in use now.
    private func exchange(ifOtherThan text: String) async -> String? {
        do {
            let new = try await load()
            guard !new.isIdentical(to: text) else {
                count("unchanged")
                return nil
            }
            let reading = try await KeySet.read(new, algorithm: algorithm)
            keys.replace(with: reading.keys)
            count("changed")
            logger.notice(
                "The key set has changed, and the new one is in use.",
                metadata: [
                    "place": "\(place)", "keys": .stringConvertible(reading.keys.count),
                    "skipped": "\(reading.skipped.joined(separator: "; "))",
                ])
            return new
        } catch {
            count("failed")
            logger.error(
                "The key set cannot be read again; the last good one stays in use.",
                metadata: ["place": "\(place)", "reason": "\(error)"])
            return nil
        }
    }

    private func count(_ result: String) {
        Counter(label: "gateway_key_set_refreshes_total", dimensions: [("result", result)]).increment()
    }
}
