/// The clock of leases and checks: the database's own, in SQL, so that every process and every statement reads the same one.
enum DatabaseClock {
    /// An SQL expression: milliseconds since 1970-01-01T00:00:00Z. 2440587.5 is that instant's Julian day;
    /// `unixepoch('subsec')` would be shorter, but needs SQLite 3.42.
    static let now = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
}

extension Duration {
    /// Whole milliseconds, rounded toward zero.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
