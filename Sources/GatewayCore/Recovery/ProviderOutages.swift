import ProviderAPI
import Synchronization

/// Which providers did not answer when they were last asked. Shared by all that ask them in the background.
///
/// The schedule of an operation grows to an hour, and a provider that is back after two must not be kept waiting for that long:
/// see ``OutageProbe``.
package final class ProviderOutages: Sendable {
    /// How often a provider that does not answer is tried with one question.
    static let probeInterval = Duration.seconds(5)

    private struct State {
        var nextProbes: [String: Timestamp] = [:]
        var ended: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// No outages.
    package init() {}

    /// Notes that a provider did not answer.
    func begin(_ provider: String, at now: Timestamp) {
        state.withLock { state in
            if state.nextProbes[provider] == nil { state.nextProbes[provider] = now.advanced(by: Self.probeInterval) }
        }
    }

    /// Notes that a provider answered.
    ///
    /// - Returns: whether it did not before.
    func end(_ provider: String) -> Bool {
        state.withLock { state in
            guard state.nextProbes.removeValue(forKey: provider) != nil else { return false }
            state.ended[provider, default: 0] += 1
            return true
        }
    }

    /// How many outages of a provider have ended.
    func ended(at provider: String) -> Int {
        state.withLock { $0.ended[provider, default: 0] }
    }

    /// The providers that are to be tried now; each is due again one interval later.
    func takeDue(at now: Timestamp) -> [String] {
        state.withLock { state in
            let due = state.nextProbes.filter { $0.value <= now }.keys.sorted()
            for provider in due { state.nextProbes[provider] = now.advanced(by: Self.probeInterval) }
            return due
        }
    }
}

extension ProviderError {
    /// Whether the provider said anything that tells of its objects. A refusal of the gateway's credentials does not.
    var isAnAnswer: Bool {
        switch self {
        case .declined: true
        case .rejected(let rejection): rejection.reason != .authentication
        case .notSent, .unknown: false
        // An error of a later contract.
        @unknown default: false
        }
    }
}
