import Synchronization

/// Tells the clients of a storm when to wait and when to go home.
final class StormControl: Sendable {
    private struct State {
        var isPaused = false
        var isOver = false
    }

    private let state = Mutex(State())

    /// Whether clients are to begin nothing more.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Lets clients finish what they are at, and go.
    func end() { state.withLock { $0 = State(isPaused: false, isOver: true) } }

    /// Keeps clients from sending, so that a recovery can be measured.
    func pause() { state.withLock { $0.isPaused = true } }

    /// Lets them send again.
    func resume() { state.withLock { $0.isPaused = false } }

    /// Returns once clients may send.
    func pass() async throws {
        while state.withLock({ $0.isPaused }) { try await Task.sleep(for: .milliseconds(5)) }
    }
}
