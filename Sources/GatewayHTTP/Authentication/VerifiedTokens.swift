import GatewayCore
import ProviderAPI
import Synchronization

/// Tokens whose signature was found good lately, and whom they stand for: a client sends the same token with each of its requests, and
/// verifying HS256 halves the rate of a small JSON route.
///
/// A token is known by its SHA-256, so that none is kept in memory. Whether it has expired is asked at each use.
final class VerifiedTokens: Sendable {
    private struct Entry {
        let principal: Principal
        let expires: Timestamp
    }

    /// Two generations in place of a list by age: when the young one is full it becomes the old one, and the old one is forgotten.
    private struct Generations {
        var young: [[UInt8]: Entry] = [:]
        var old: [[UInt8]: Entry] = [:]
    }

    private static let generation = 4096

    private let generations = Mutex(Generations())

    /// Whom a token stands for; nil where it is not known, or has expired.
    func principal(of token: String, at now: Timestamp) -> Principal? {
        let digest = SHA256Digest.digest(of: Array(token.utf8))
        let entry = generations.withLock { $0.young[digest] ?? $0.old[digest] }
        guard let entry, now < entry.expires else { return nil }
        return entry.principal
    }

    /// Keeps a token that was verified.
    func insert(_ token: String, of principal: Principal, expires: Timestamp) {
        let digest = SHA256Digest.digest(of: Array(token.utf8))
        generations.withLock { generations in
            if generations.young.count >= Self.generation {
                generations.old = generations.young
                generations.young = [:]
            }
            generations.young[digest] = Entry(principal: principal, expires: expires)
        }
    }
}
