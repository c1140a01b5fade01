import GatewayCore
package import ProviderAPI

/// A root over all lines of history up to a point: one for each day on which a gateway runs.
///
/// A root covers the lines after those of the root before it, and that root. An operator who keeps one elsewhere, such as in the logs of another
/// machine, can tell whether any line up to it was changed since, hashes included.
///
/// # Format
///
/// The fold over lines is 32 zero bytes at first, and with each line the SHA-256 of: the text `payment-gateway fold 1` and a line feed, the fold
/// so far, the line's id, its hash. A line from before the chain counts with ``HistoryLine/hashBeforeChain(terms:)``.
/// The root is the SHA-256 of: the text `payment-gateway root 1` and a line feed, the root before it (32 zero bytes for the first), the day, the first
/// id of the chain, the first and the last id of its lines, the fold. Values are written as ``HistoryLine`` says; hashes as they are.
package struct HistoryRoot: Sendable, Hashable {
    /// The day (UTC) on which it was made, such as `2026-01-08`.
    package let day: String
    /// Its lines, by their ids; `lastLine` is one less than `firstLine` where there was none.
    package let firstLine: Int64
    package let lastLine: Int64
    /// The root in lower-case hexadecimal.
    package var hex: String { bytes.lowercaseHexText }
    let bytes: [UInt8]
}

/// Makes and checks roots.
struct HistoryFold {
    private(set) var bytes = HistoryLine.noHash

    /// Adds a line.
    mutating func add(id: Int64, hash: [UInt8]) {
        var canonical = CanonicalBytes("payment-gateway fold 1\n")
        canonical.append(raw: bytes)
        canonical.append(id)
        canonical.append(raw: hash)
        bytes = SHA256Digest.digest(of: canonical.bytes)
    }

    /// The root over the lines so far.
    func root(after previous: [UInt8]?, day: String, chainStart: Int64, firstLine: Int64, lastLine: Int64) -> [UInt8] {
        var canonical = CanonicalBytes("payment-gateway root 1\n")
        canonical.append(raw: previous ?? HistoryLine.noHash)
        canonical.append(day)
        canonical.append(chainStart)
        canonical.append(firstLine)
        canonical.append(lastLine)
        canonical.append(raw: bytes)
        return SHA256Digest.digest(of: canonical.bytes)
    }
}

extension SQLiteStore {
    /// How many lines are read at once: payments wait for no reader, and the log is moved between two batches.
    private static let batch = 2000

    /// Makes the root of a day where there is none yet.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - pause: called after each batch of lines, so that a first root over millions of lines takes half of one core at most.
    /// - Returns: nil where the day has its root.
    /// - Throws: ``GatewayCore/StoreError``.
    package func makeHistoryRoot(
        now: Timestamp, pause: @Sendable (Duration) async throws -> Void = { _ in }
    ) async throws -> HistoryRoot? {
        let day = String(now.rfc3339.prefix(10))
        let (last, chainStart, end) = try await query { transaction in
            (
                try transaction.lastHistoryRoot(), try transaction.historyChainStart(),
                try HighestNumbers.read(in: transaction).history
            )
        }
        if try await query({ try $0.hasHistoryRoot(of: day) }) { return nil }
        // Somebody may have written it who wants the next one to be impossible.
        let (firstLine, isTooHigh) = (last?.lastLine ?? 0).addingReportingOverflow(1)
        guard !isTooHigh, firstLine >= 1, firstLine - 1 <= end else {
            throw StoreError.constraint("history_roots: the last root ends behind the history")
        }
        var fold = HistoryFold()
        var next = firstLine
        while next <= end {
            let start = ContinuousClock.now
            let hashes = try await query { [next] in try $0.lineHashes(from: next, through: end, limit: Self.batch) }
            guard let lastID = hashes.last?.id else { break }
            for line in hashes { fold.add(id: line.id, hash: line.hash) }
            next = lastID + 1
            try await pause(.now - start)
        }
        let root = HistoryRoot(
            day: day, firstLine: firstLine, lastLine: max(end, firstLine - 1),
            bytes: fold.root(
                after: last?.bytes, day: day, chainStart: chainStart, firstLine: firstLine, lastLine: max(end, firstLine - 1)))
        let isNew = try await write(in: .patient) { writer in
            guard let transaction = writer as? SQLiteTransaction else { throw StoreError.unavailable("it is no SQLite database") }
            return try transaction.insertHistoryRoot(root, at: now)
        }
        return isNew ? root : nil
    }

    /// Reads from the tables that no port has.
    func query<Value: Sendable>(_ work: @escaping @Sendable (SQLiteTransaction) throws -> Value) async throws -> Value {
        try await read { reader in
            guard let transaction = reader as? SQLiteTransaction else { throw StoreError.unavailable("it is no SQLite database") }
            return try work(transaction)
        }
    }
}

extension SQLiteTransaction {
    /// Where the chain begins.
    func historyChainStart() throws -> Int64 {
        try first("SELECT first_id FROM history_chain WHERE id = 1", []) { $0[0] as Int64 } ?? 1
    }

    func lastHistoryRoot() throws -> HistoryRoot? {
        try first(
            "SELECT day, first_id, last_id, root FROM history_roots ORDER BY id DESC LIMIT 1", [], Self.root)
    }

    func hasHistoryRoot(of day: String) throws -> Bool {
        try first("SELECT 1 FROM history_roots INDEXED BY history_roots_day WHERE day = ?", [day]) { $0[0] as Bool } ?? false
    }

    /// Roots in the order in which they were made.
    func historyRoots(after last: Int64, limit: Int) throws -> [(number: Int64, root: HistoryRoot)] {
        try all(
            "SELECT day, first_id, last_id, root, id FROM history_roots WHERE id > ? ORDER BY id LIMIT ?", [last, limit]
        ) { ($0[4], try Self.root($0)) }
    }

    /// - Returns: false where another has made the day's root.
    func insertHistoryRoot(_ root: HistoryRoot, at now: Timestamp) throws -> Bool {
        try insertUnlessThere(
            """
            INSERT INTO history_roots (day, first_id, last_id, root, created_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (day) DO NOTHING
            """,
            [root.day, root.firstLine, root.lastLine, root.bytes, now.unixMilliseconds]) != nil
    }

    /// The hashes of lines for a root: of those from before the chain the one that they would have.
    func lineHashes(from first: Int64, through last: Int64, limit: Int) throws -> [(id: Int64, hash: [UInt8])] {
        try all(
            """
            SELECT \(HistoryLineRow.columns), \(HistoryLineRow.terms)
            FROM transaction_events JOIN payment_transactions ON payment_transactions.id = transaction_id
            WHERE transaction_events.id BETWEEN ? AND ? ORDER BY transaction_events.id LIMIT ?
            """,
            [first, last, limit]
        ) { row in
            let line = HistoryLineRow.decode(row)
            return (line.id, line.hash ?? line.hashBeforeChain(terms: HistoryLineRow.decodeTerms(row)))
        }
    }

    private static func root(_ row: SQLiteRow) throws -> HistoryRoot {
        HistoryRoot(day: row[0], firstLine: row[1], lastLine: row[2], bytes: row[3])
    }
}

extension [UInt8] {
    /// Two digits a byte.
    var lowercaseHexText: String {
        let digits = [UInt8]("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
