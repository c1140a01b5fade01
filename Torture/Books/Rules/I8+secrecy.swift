import Foundation
import GRDB

/// I8: no secret and no card number in logs, database and error bodies.
extension Comparison {
    func secrecyViolations(in copy: DatabaseQueue) throws -> [Violation] {
        var findings = Findings(.i8)
        let secrets = evidence.secrets.filter { !$0.isEmpty }
        let clientSecrets = Set(
            gateway.transactions.values.compactMap(\.clientSecret) + provider.intents.values.compactMap(\.clientSecret))
        for (index, log) in evidence.logs.enumerated() {
            check(log, "log \(index + 1)", secrets, &findings)
            for secret in clientSecrets where log.contains(secret) { findings.report("a client secret is in log \(index + 1)") }
        }
        for told in evidence.told {
            let place = "the answer to request \(told.requestID)"
            check(told.body, place, secrets, &findings)
            // It is handed out where the intent is created, and nowhere else.
            let isHandedOut = (200..<300).contains(told.status) && told.path.contains("create-payment-intent")
            if !isHandedOut, told.body.contains("_secret_") {
                for secret in clientSecrets where told.body.contains(secret) { findings.report("a client secret is in \(place)") }
            }
        }
        try checkFiles(secrets, &findings)
        try copy.read { try checkColumns(of: $0, &findings) }
        return findings.violations
    }

    private func check(_ text: String, _ place: String, _ secrets: [String], _ findings: inout Findings) {
        for (index, secret) in secrets.enumerated() where text.contains(secret) {
            findings.report("secret \(index + 1) is in \(place)")
        }
        if CardNumber.isContained(in: text) { findings.report("a card number is in \(place)") }
    }

    /// The files' bytes: what was deleted may still stand in a free page.
    private func checkFiles(_ secrets: [String], _ findings: inout Findings) throws {
        for path in [evidence.databasePath, evidence.databasePath + "-wal"] where FileManager.default.fileExists(atPath: path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            for (index, secret) in secrets.enumerated() where bytes.range(of: Data(secret.utf8)) != nil {
                findings.report("secret \(index + 1) is in \(URL(fileURLWithPath: path).lastPathComponent)")
            }
        }
    }

    private func checkColumns(of database: Database, _ findings: inout Findings) throws {
        for table in try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'") {
            for column in try database.columns(in: table).map(\.name) where column != "client_secret" {
                // SQLite leaves out what is too short for a number, so that the rest is quick.
                let sql = """
                    SELECT CAST("\(column)" AS TEXT) FROM "\(table)"
                    WHERE typeof("\(column)") IN ('text', 'blob') AND length("\(column)") >= 13
                    """
                let values = try String.fetchCursor(database, sql: sql)
                while let text = try values.next() {
                    if CardNumber.isContained(in: text) { findings.report("a card number is in \(table).\(column)") }
                }
            }
        }
    }
}
