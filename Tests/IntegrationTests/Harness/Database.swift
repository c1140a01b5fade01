import Foundation
import GatewayHarness
import Testing

/// A look into a gateway's database from outside, read-only, through Python's sqlite3.
struct Database: Sendable {
    /// The file.
    let path: String

    /// The rows of a query, each an object by column name. Blobs are read as text.
    func rows(_ sql: String) async throws -> [JSONText] {
        try JSONText(parsing: try await runPython("query_sqlite.py", [path, sql])).elements
    }

    /// The one value of a query.
    func value(_ sql: String) async throws -> JSONText {
        guard case .object(let row) = try #require(try await rows(sql).first, "no row: \(sql)"), let value = row.values.first
        else {
            throw HarnessError("no value: \(sql)")
        }
        return value
    }

    /// The one integer of a query.
    func count(_ sql: String) async throws -> Int {
        try #require(try await value(sql).integer, "\(sql)")
    }

    /// Runs a statement that changes the file, while no gateway has it open.
    func execute(_ sql: String) async throws {
        _ = try await runPython("query_sqlite.py", ["--write", path, sql])
    }
}

extension GatewayProcess {
    /// Its database.
    var database: Database { Database(path: folder.path("var/gateway.db")) }
}
