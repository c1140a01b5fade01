import GRDB

/// The statements that a transaction has run, found by where their text is in memory.
///
/// A commit runs the same few statements for many payments. GRDB finds a prepared one by the hash of its text, which takes longer than
/// some of the statements do. For one transaction; the next one finds them at GRDB again.
final class PreparedStatements {
    private struct Entry {
        /// Held here, so that no other text can come to this address.
        let text: String
        let address: UnsafePointer<UInt8>
        let statement: Statement
    }

    private var entries: [Entry?] = []

    /// The statement of a text, prepared.
    ///
    /// - Throws: `DatabaseError` where SQLite refuses the text.
    func statement(_ text: String, on database: Database) throws -> Statement {
        // A short text is part of the value, and at another address each time.
        let address = text.utf8.count < 32 ? nil : text.utf8.withContiguousStorageIfAvailable { $0.baseAddress } ?? nil
        guard let address else { return try database.cachedStatement(sql: text) }
        if entries.isEmpty { entries = Array(repeating: nil, count: 64) }
        let place = Int(bitPattern: address) >> 4 & 63
        if let entry = entries[place], entry.address == address, entry.text.utf8.count == text.utf8.count {
            return entry.statement
        }
        let statement = try database.cachedStatement(sql: text)
        entries[place] = Entry(text: text, address: address, statement: statement)
        return statement
    }
}
