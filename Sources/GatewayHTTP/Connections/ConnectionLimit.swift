import GatewayCore
import HummingbirdCore
package import Logging
package import NIOCore
import Synchronization

/// The most connections that a listener keeps open, and which of them end when more come.
///
/// A new connection beyond the limit ends the oldest idle one. Where none is idle, it ends the one whose body has been arriving for the
/// longest time. A request that is being worked on is never cut off: where only such connections are left, new ones wait in the kernel's
/// backlog until one ends.
package final class ConnectionLimit: Sendable {
    /// The most connections.
    package let maximum: Int
    private let listener: String
    private let logger: Logger
    private let now: @Sendable () -> NIODeadline
    private let state: Mutex<State>

    private struct State {
        var count = 0
        var table = ConnectionTable()
        var ended = 0
        var lastLogged: NIODeadline?
    }

    /// How often the log says that the limit is reached.
    static let logInterval = TimeAmount.minutes(1)

    /// A limit for one listener.
    ///
    /// - Parameters:
    ///   - maximum: the most connections, at least 1.
    ///   - listener: the listener's name in the log.
    ///   - now: the time.
    package init(
        _ maximum: Int, listener: String = "server", logger: Logger, now: @escaping @Sendable () -> NIODeadline = { .now() }
    ) {
        self.maximum = max(1, maximum)
        self.listener = listener
        self.logger = logger
        self.now = now
        state = Mutex(State())
    }

    /// How many connections are open.
    package var count: Int { state.withLock { $0.count } }

    /// How many connections beyond the limit may be open while others end, and how many end at once under a flood.
    package static func overshoot(of maximum: Int) -> Int { min(32, max(1, maximum / 32)) }

    private var overshoot: Int { Self.overshoot(of: maximum) }

    // MARK: The listener

    /// Counts a connection that was accepted. It gets its place with ``register(close:)``.
    func opened() { state.withLock { $0.count += 1 } }

    /// Counts the end of a connection.
    func closed() { state.withLock { $0.count -= 1 } }

    /// Whether the listener accepts more connections now.
    var hasRoom: Bool { state.withLock { $0.count < maximum + overshoot } }

    /// Ends some connections, because the process has no file descriptor left.
    func descriptorsExhausted() {
        makeRoom(for: .descriptorLimit) { state in Self.victims(&state, excess: 0, spare: overshoot) }
    }

    private func makeRoom(for event: SecurityEvent, _ choose: (inout State) -> [@Sendable () -> Void]?) {
        let now = now()
        let (victims, line) = state.withLock { state -> ([@Sendable () -> Void]?, Logger.Metadata?) in
            guard let victims = choose(&state) else { return (nil, nil) }
            state.ended += victims.count
            if let last = state.lastLogged, now - last < Self.logInterval { return (victims, nil) }
            defer {
                state.ended = 0
                state.lastLogged = now
            }
            let line: Logger.Metadata = [
                "listener": "\(listener)", "limit": .stringConvertible(maximum), "open": .stringConvertible(state.count),
                "ended": .stringConvertible(state.ended),
            ]
            return (victims, line)
        }
        guard let victims else { return }
        event.count()
        for close in victims { close() }
        guard let line else { return }
        switch event {
        case .descriptorLimit:
            logger.error("No file descriptor is left for a new connection. Raise the limit of open files.", metadata: line)
        default:
            logger.warning("The limit of connections is reached; the oldest idle connections are closed.", metadata: line)
        }
    }

    /// The connections that end because there are more than `maximum` besides those that are ending.
    private static func victims(_ state: inout State, beyond maximum: Int) -> [@Sendable () -> Void] {
        let excess = state.table.open - maximum
        guard excess > 0 else { return [] }
        let victims = victims(&state, excess: excess, spare: 0)
        state.ended += victims.count
        return victims
    }

    private static func victims(_ state: inout State, excess: Int, spare: Int) -> [@Sendable () -> Void] {
        let idle = state.table.takeOldest(excess + spare, .idle)
        guard idle.count < excess else { return idle }
        return idle + state.table.takeOldest(excess - idle.count, .receiving)
    }

    // MARK: Its connections

    /// Adds a connection, which is idle, and ends others where there are too many.
    ///
    /// Only connections that are set up count here. How many the listener has accepted changes at other moments: a connection that has
    /// just ended would be made up for twice, and the newest one would end for it.
    ///
    /// - Parameter close: closes it unless a request on it is being worked on; then it calls ``keepsWorking(_:)``.
    /// - Returns: its slot.
    func register(close: @escaping @Sendable () -> Void) -> Int {
        var slot = 0
        makeRoom(for: .connectionLimit) { state in
            let excess = state.table.open + 1 - maximum
            // Before it is there itself: it must not end for connections that are being worked on.
            defer { slot = state.table.insert(close: close) }
            guard excess > 0 else { return nil }
            // Some more than needed: under a flood, accepting must not stop for each of them.
            return Self.victims(&state, excess: excess, spare: overshoot - 1)
        }
        return slot
    }

    /// Notes what a connection does now. Where there are too many connections and this one is idle, the oldest one ends.
    func set(_ slot: Int, _ activity: ConnectionActivity) {
        let victims = state.withLock { state -> [@Sendable () -> Void] in
            state.table.move(slot, to: activity)
            return activity == .working ? [] : Self.victims(&state, beyond: maximum)
        }
        for close in victims { close() }
    }

    /// Takes back the end of a connection, because a request arrived on it meanwhile, and ends another where there are too many.
    func keepsWorking(_ slot: Int) {
        let victims = state.withLock { state -> [@Sendable () -> Void] in
            state.table.move(slot, to: .working)
            return Self.victims(&state, beyond: maximum)
        }
        for close in victims { close() }
    }

    /// Removes a connection.
    func remove(_ slot: Int) { state.withLock { $0.table.remove(slot) } }
}

/// Lets a listener accept connections within a limit.
///
/// Hummingbird calls it on the listener's event loop. A listener without room stops reading its socket, so it neither spins nor refuses.
package struct ConnectionAdmission: AvailableConnectionsDelegate {
    let limit: ConnectionLimit

    /// Admission within a limit.
    package init(_ limit: ConnectionLimit) { self.limit = limit }

    /// Counts a connection.
    package func connectionOpened() { limit.opened() }
    /// Counts its end.
    package func connectionClosed() { limit.closed() }
    /// Whether there is room.
    package func isAcceptingNewConnections() -> Bool { limit.hasRoom }
}
