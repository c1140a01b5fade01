import Foundation

/// How long tests and the torture wait for something that should happen soon before they call it a hang.
///
/// It is no measure of speed: what takes a second here may take a minute on a slow machine that does other work too. It is below the
/// ten minutes of a suite's `timeLimit`, so that the message says what was waited for.
package let hangLimit = Duration.seconds(300)

/// Runs blocking work on a thread of its own: the cooperative pool has one thread per core, and tests share it.
package func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
}

/// Asks again and again until there is a value, and gives up after `limit`.
///
/// - Parameter what: what is waited for, as in "*the webhook is stored* did not happen within 10 seconds".
/// - Throws: ``HarnessError`` at the limit, or what `probe` throws.
@discardableResult
package func eventually<Value>(
    _ what: String, within limit: Duration = hangLimit, every interval: Duration = .milliseconds(25),
    _ probe: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if let value = try await probe() { return value }
        if clock.now >= end { throw HarnessError("\(what): did not happen within \(limit)") }
        try await clock.sleep(for: interval)
    }
}

/// Asks again and again until `condition` holds, and gives up after `limit`.
package func eventually(_ what: String, within limit: Duration = hangLimit, _ condition: () async throws -> Bool) async throws {
    try await eventually(what, within: limit) { try await condition() ? true : nil }
}
