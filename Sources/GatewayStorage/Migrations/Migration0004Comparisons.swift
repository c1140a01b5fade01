import GRDB

/// Constraints over known values as comparisons, in place of lists.
///
/// For `status IN (...)` of more than two values, SQLite fills a temporary table with them at each run of a statement that has to check
/// it: a creation filled eleven, which took a quarter of its time in SQLite. What is allowed stays the same, and no row is read.
///
/// The text of the schema is written directly, the way that SQLite describes for constraints
/// (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes"). Never edited after a release; see
/// ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0004Comparisons {
    static let identifier = "0004-comparisons"

    /// Rewrites constraints, and the condition of one index.
    static func migrate(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA schema_version") ?? 0
        try database.execute(sql: "PRAGMA writable_schema = ON")
        defer { try? database.execute(sql: "PRAGMA writable_schema = OFF") }
        for (name, text) in try tables(of: database) {
            try rewrite(name, to: comparing(text), in: database)
        }
        // The same rows, told with two values.
        try database.execute(
            sql: """
                UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'index' AND name = 'operations_unsettled'
                """,
            arguments: ["state IN ('pending', 'unknown', 'manual_review')", unsettled])
        try database.execute(sql: "PRAGMA schema_version = \(version + 1)")
        // Has the new text read at once: one that SQLite can't read, or an index that does not fit, fails here, and with it all of this.
        try database.execute(sql: "PRAGMA writable_schema = RESET")
        _ = try Int.fetchOne(
            database,
            sql: "SELECT id FROM operations INDEXED BY operations_unsettled WHERE \(unsettled) AND deleted_at IS NULL LIMIT 1")
    }

    private static let unsettled = "state NOT IN ('succeeded', 'failed')"

    private static func tables(of database: Database) throws -> [(name: String, text: String)] {
        try Row.fetchAll(database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '% IN (%'")
            .map { ($0["name"], $0["sql"]) }
    }

    private static func rewrite(_ table: String, to text: String, in database: Database) throws {
        try database.execute(
            sql: "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", arguments: [text, table])
    }

    /// The text with every list of more than two values as comparisons. SQLite itself compares where there are two.
    static func comparing(_ text: String) -> String {
        text.replacing(#/\b(?!NOT\b)(\w+) IN \(\s*('\w+'(?:,\s*'\w+'){2,})\s*\)/#) { list in
            let comparisons = list.2.matches(of: #/'\w+'/#).map { "\(list.1) = \($0.0)" }
            return "(\(comparisons.joined(separator: " OR ")))"
        }
    }
}
