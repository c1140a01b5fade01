import Synchronization

/// Hands the numbers of a list's elements to clients that work at the same time, each once.
final class PostQueue: Sendable {
    private let next = Mutex(0)
    private let end: Int

    /// All numbers below `end`.
    init(below end: Int) { self.end = end }

    /// How many were taken.
    var taken: Int { next.withLock { $0 } }

    /// The next number; nil once all are taken.
    func take() -> Int? {
        next.withLock { next in
            guard next < end else { return nil }
            defer { next += 1 }
            return next
        }
    }
}
