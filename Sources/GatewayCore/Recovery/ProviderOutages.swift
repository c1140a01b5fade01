import ProviderAPI
import Synchronization

/// Which providers did not answer when they were last asked. Shared by all that ask them in the background.
///
/// The schedule of an operation grows to an hour, and a provider that is back after two must not be kept waiting for that long:
/// see ``OutageProbe``.
package final class ProviderOutages: Sendable {
    /// How often a provider that does not answer is tried with one question.
    static let probeInterval = Duration.seconds(5)

    private let nextProbes = Mutex<[String: Timestamp]>([:])

    /// No outages.
    package init() {}

    /// Notes that a provider did not answer.
    func begin(_ provider: String, at now: Timestamp) {
        nextProbes.withLock { probes in
            if probes[provider] == nil { probes[provider] = now.advanced(by: Self.probeInterval) }
        }
    }

    /// Notes that a provider answered.
    ///
    /// - Returns: whether it did not before.
    func end(_ provider: String) -> Bool {
        nextProbes.withLock { $0.removeValue(forKey: provider) != nil }
    }

    /// The providers that are to be tried now; each is due again one interval later.
    func takeDue(at now: Timestamp) -> [String] {
        nextProbes.withLock { probes in
            let due = probes.filter { $0.value <= now }.keys.sorted()
            for provider in due { probes[provider] = now.advanced(by: Self.probeInterval) }
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
