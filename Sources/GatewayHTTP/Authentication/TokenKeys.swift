import GatewayCore
import ProviderAPI
import Synchronization

/// The keys in use, and the tokens that were verified with them lately. Both are exchanged together: a token of a withdrawn key must not
/// outlive the key.
///
/// A client sends the same token with each of its requests, and verifying HS256 halves the rate of a small JSON route. A token is known
/// by its SHA-256, so that none is kept in memory. Each use compares its expiry with the clock.
package final class TokenKeys: Sendable {
    private struct Entry {
        let principal: Principal
        let expires: Timestamp
    }

    private struct State {
        var keys: VerificationKeys
        /// Counts the exchanges.
        var generation = 0
        /// Two tables in place of a list by age: when the young one is full it becomes the old one, and the old one is forgotten.
        var young: [[UInt8]: Entry] = [:]
        var old: [[UInt8]: Entry] = [:]
    }

    /// How many tokens a table holds.
    private static let tableSize = 4096

    private let state: Mutex<State>

    /// These keys, and no verified token.
    package init(_ keys: VerificationKeys) {
        state = Mutex(State(keys: keys))
    }

    /// The keys in use, and their number for ``insert(_:of:expires:verifiedWith:)``.
    var current: (keys: VerificationKeys, generation: Int) {
        state.withLock { ($0.keys, $0.generation) }
    }

    /// Uses other keys from now on, and forgets every verified token.
    package func replace(with keys: VerificationKeys) {
        state.withLock { $0 = State(keys: keys, generation: $0.generation + 1) }
    }

    /// The caller of a token that was verified with the keys in use; nil where it was not, or has expired.
    func principal(ofDigest digest: [UInt8], at now: Timestamp) -> Principal? {
        let entry = state.withLock { $0.young[digest] ?? $0.old[digest] }
        guard let entry, now < entry.expires else { return nil }
        return entry.principal
    }

    /// Keeps a verified token, unless the keys were exchanged since it was verified.
    func insert(_ digest: [UInt8], of principal: Principal, expires: Timestamp, verifiedWith generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.young.count >= Self.tableSize {
                state.old = state.young
                state.young = [:]
            }
            state.young[digest] = Entry(principal: principal, expires: expires)
        }
    }
}
