import Foundation
import MockProvider
import ProviderAPI
import Synchronization
import Testing

/// The setting `scenarios`, written as JSON.
func scenarios(_ json: String) throws -> [String: SettingValue] {
    ["scenarios": try JSONDecoder().decode(SettingJSON.self, from: Data(json.utf8)).value]
}

/// A clock whose sleeps last as long as `nap` does, which learns how long they were meant to be. Its time passes only by them.
final class ObservedClock: ProviderClock {
    private let time = Mutex(Timestamp(unixSeconds: 1_767_834_000))
    private let nap: @Sendable (Duration) async throws -> Void

    init(nap: @escaping @Sendable (Duration) async throws -> Void) {
        self.nap = nap
    }

    /// A clock that passes over short waits at once, and never over one of more than a minute: the mock waits seven days for an
    /// authorization to lapse, which must not come about while a test is still at work with it.
    static func withoutLongWaits() -> ObservedClock {
        ObservedClock { if $0 > .seconds(60) { try await Task.sleep(for: .seconds(86_400)) } }
    }

    func now() -> Timestamp { time.withLock { $0 } }

    func sleep(for duration: Duration) async throws {
        try await nap(duration)
        time.withLock { $0 = $0.advanced(by: duration) }
    }
}

/// A counter of a test's.
final class Tally: Sendable {
    private let state = Mutex<[Duration]>([])

    var all: [Duration] { state.withLock { $0 } }

    func add(_ duration: Duration) {
        state.withLock { $0.append(duration) }
    }
}

/// The failure of a call that was not sent, with all its case's parts checked by the caller.
func notSent(
    _ body: () async throws -> some Sendable, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> CallFailure {
    let error = await #expect(throws: ProviderError.self, sourceLocation: sourceLocation) { _ = try await body() }
    guard case .notSent(let failure) = error else { throw error ?? .unknown(CallFailure("nothing was thrown")) }
    return failure
}

/// The failure of a call whose outcome is unknown.
func unknown(
    _ body: () async throws -> some Sendable, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> CallFailure {
    let error = await #expect(throws: ProviderError.self, sourceLocation: sourceLocation) { _ = try await body() }
    guard case .unknown(let failure) = error else { throw error ?? .notSent(CallFailure("nothing was thrown")) }
    return failure
}
