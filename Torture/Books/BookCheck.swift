import GRDB

/// Compares the gateway's books with the provider's and with what clients were told.
package struct BookCheck {
    /// What does not hold. In sound books nothing, once recovery has had its time.
    ///
    /// - Throws: where a book can't be read. That is a failure of the run, not an invariant's.
    package static func violations(in evidence: Evidence) throws -> [Violation] {
        let copy = try GatewayBooks.copy(of: evidence.databasePath)
        let gateway = try copy.read(GatewayBooks.init)
        let comparison = Comparison(
            gateway: gateway, provider: try ProviderBooks(journal: evidence.journalPath, provider: evidence.provider),
            evidence: evidence
        )
        return try copy.read(Damage.find) + comparison.violations + comparison.secrecyViolations(in: copy)
    }

    /// How many operations are pending or unknown.
    package static func openOperations(databasePath: String) throws -> Int {
        try count(
            "SELECT count(*) FROM operations WHERE state IN ('pending', 'unknown') AND deleted_at IS NULL", in: databasePath)
    }

    /// How many of the provider's events wait to be applied.
    package static func pendingWebhooks(databasePath: String) throws -> Int {
        try count("SELECT count(*) FROM webhook_events WHERE state = 'pending' AND deleted_at IS NULL", in: databasePath)
    }

    /// How many operations have been open for 72 hours.
    package static func overdueOperations(databasePath: String) throws -> Int {
        try count(
            "SELECT count(*) FROM operations WHERE state IN ('pending', 'unknown') AND is_overdue AND deleted_at IS NULL",
            in: databasePath)
    }

    /// The transactions with an open discrepancy.
    package static func reviewedTransactions(databasePath: String) throws -> Set<Int64> {
        try GatewayBooks.open(databasePath) {
            try Int64.fetchSet(
                $0, sql: "SELECT id FROM payment_transactions WHERE review_code IS NOT NULL AND deleted_at IS NULL")
        }
    }

    /// Until when the gateway has read the provider's list of events, in milliseconds since 1970; nil before its first reading.
    package static func eventsListed(databasePath: String) throws -> Int64? {
        try GatewayBooks.open(databasePath) { try Int64.fetchOne($0, sql: "SELECT max(listed_until) FROM event_listings") }
    }

    private static func count(_ sql: String, in path: String) throws -> Int {
        try GatewayBooks.open(path) { try Int.fetchOne($0, sql: sql) ?? 0 }
    }
}

/// Damage to the database file itself.
private enum Damage {
    static func find(in database: Database) throws -> [Violation] {
        var findings = Findings(.i2)
        for line in try String.fetchAll(database, sql: "PRAGMA integrity_check") where line != "ok" {
            findings.report("the database is damaged: \(line)")
        }
        for row in try Row.fetchAll(database, sql: "PRAGMA foreign_key_check") {
            findings.report("a row of \(row[0] as String? ?? "?") refers to a row of \(row[2] as String? ?? "?") that is missing")
        }
        return findings.violations
    }
}
