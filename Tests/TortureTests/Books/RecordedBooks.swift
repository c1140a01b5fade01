import Foundation
import GRDB
import TortureBooks

/// The books of a gateway that went through one payment of each kind; see Fixtures/record_books.py. A test doctors them.
///
/// Operations: 1 create, 2 confirm, 3 and 4 refund of transaction 1; 5 create, 6 a declined confirm, 7 confirm, 8 refund of 2;
/// 9 create, 10 confirm, 11 capture of 3; 12 create, 13 cancel of 4; 14 create, 15 a declined confirm of 5; 16 create,
/// 17 a challenged confirm of 6; 18 create, 19 confirm, 20 a refund of 7 that fails later; 21 create, 22 confirm of 8, disputed.
struct RecordedBooks {
    let folder: TemporaryFolder
    /// The lines of the provider's journal.
    var journal: [String]
    var evidence: Evidence

    init() throws {
        folder = try TemporaryFolder()
        journal = try Fixture.text("journal.txt").split(separator: "\n").map(String.init)
        evidence = Evidence(databasePath: folder.path("books.db"), journalPath: folder.path("mock-journal.jsonl"))
        evidence.told = try Fixture.text("told.txt").split(separator: "\n").map {
            try JSONDecoder().decode(Told.self, from: Data($0.utf8))
        }
        evidence.sentRequestIDs = Set(evidence.told.map(\.requestID))
        let sql = try Fixture.text("books.sql") + Fixture.text("schema0013.sql")
        try write { try $0.execute(sql: sql) }
    }

    /// Changes the database, without the constraints that keep a sound one sound.
    func write(_ body: (Database) throws -> Void) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: evidence.databasePath, configuration: configuration)
        try queue.writeWithoutTransaction(body)
        try queue.close()
    }

    /// Executes SQL in a database whose triggers, checks and unique indexes are gone.
    func doctor(_ sql: String) throws {
        try write { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            let guards = try Row.fetchAll(
                database,
                sql: """
                    SELECT type, name FROM sqlite_master
                    WHERE type = 'trigger' OR (type = 'index' AND sql LIKE 'CREATE UNIQUE%')
                    """
            )
            for row in guards { try database.execute(sql: "DROP \(row[0] as String) \(row[1] as String)") }
            try database.execute(sql: sql)
        }
    }

    /// Changes a journal line: that of an operation, or the last of an effect.
    mutating func change(_ line: Line, _ body: (String) -> String) {
        guard let index = journal.lastIndex(where: line.matches) else { return }
        journal[index] = body(journal[index])
    }

    /// Takes a journal line out.
    mutating func remove(_ line: Line) {
        journal.removeAll(where: line.matches)
    }

    /// Changes an answer.
    mutating func retell(_ number: Int, _ body: (inout Told) -> Void) {
        guard let index = evidence.told.firstIndex(where: { $0.requestID == "request-\(number)" }) else { return }
        body(&evidence.told[index])
    }

    /// Writes the journal and compares.
    func violations() throws -> [Violation] {
        try journal.map { $0 + "\n" }.joined().write(toFile: evidence.journalPath, atomically: true, encoding: .utf8)
        return try BookCheck.violations(in: evidence)
    }
}

/// Which line of the journal.
enum Line: Sendable {
    case operation(Int)
    case effect(String)

    func matches(_ text: String) -> Bool {
        switch self {
        case .operation(let id):
            guard let start = text.range(of: #""idempotency_key":"gw-"#) else { return false }
            return text[start.upperBound...].prefix { $0 != "\"" }.hasSuffix("-\(id)")
        case .effect(let name):
            return text.contains(#""operation":"\#(name)""#)
        }
    }
}

extension String {
    /// The text with every occurrence replaced.
    func with(_ old: String, _ new: String) -> String { replacingOccurrences(of: old, with: new) }
}

extension RecordedBooks {
    /// The events in the inbox.
    func eventIDs() throws -> [String] {
        var ids: [String] = []
        try write { ids = try String.fetchAll($0, sql: "SELECT event_id FROM webhook_events") }
        return ids
    }
}
