import ProviderAPI

/// Which line of the journal answers a repeat under an idempotency key, for 24 hours by the host's clock (as Stripe does).
///
/// A key is held as a hash, and the line itself tells whether it is the one: a memory of millions of keys stays small.
struct KeyMemory: Sendable {
    /// How long a key is remembered, from its first use.
    static let span: Duration = .seconds(24 * 60 * 60)

    private struct Use: Sendable {
        let time: Timestamp
        let slice: JournalSlice
    }

    private var uses: [Int: Use] = [:]
    /// The hashes in the order of use; those before ``firstKept`` have been dropped.
    private var order: [(key: Int, time: Timestamp)] = []
    private var firstKept = 0

    /// The line that the key was used for, where it is not too long ago.
    func slice(for key: String, at now: Timestamp) -> JournalSlice? {
        guard let use = uses[key.hashOfBytes], now.duration(since: use.time) < Self.span else { return nil }
        return use.slice
    }

    /// Remembers a use, and forgets what is too old.
    mutating func remember(_ key: String, used time: Timestamp, in slice: JournalSlice) {
        forget(before: time.advanced(by: .zero - Self.span))
        let hash = key.hashOfBytes
        uses[hash] = Use(time: time, slice: slice)
        order.append((hash, time))
    }

    private mutating func forget(before limit: Timestamp) {
        while firstKept < order.count, order[firstKept].time <= limit {
            let (key, time) = order[firstKept]
            // The key may have been used again since.
            if uses[key]?.time == time { uses[key] = nil }
            firstKept += 1
        }
        // Now and then, so that dropping one key never moves all of them.
        if firstKept > 1024, firstKept > order.count / 2 {
            order.removeFirst(firstKept)
            firstKept = 0
        }
    }
}
