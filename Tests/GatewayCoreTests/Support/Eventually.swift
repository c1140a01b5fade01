import Synchronization
import Testing

/// Waits until `condition` holds, and takes it for a hang where it does not within five minutes.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let limit = ContinuousClock.now.advanced(by: .seconds(300))
    while try await !condition() {
        try #require(ContinuousClock.now < limit, what)
        await Task.yield()
    }
}

/// What happened, in order.
final class Course: Sendable {
    private let kept = Mutex<[String]>([])

    /// What happened so far.
    var notes: [String] { kept.withLock { $0 } }

    func note(_ what: String) {
        kept.withLock { $0.append(what) }
    }
}
