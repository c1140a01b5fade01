import Foundation
import GRDB
import GatewayCore

/// Where SQLite reported an error: the same code means other things before a commit and during it.
enum DatabasePhase {
    /// Nothing is on disk yet, whatever the code.
    case statement
    /// The commit itself.
    case commit
}

extension StoreError {
    /// What an SQLite error means for the books. Only SQLite's code and names of the schema go into the message, never SQL or values.
    init(_ error: DatabaseError, during phase: DatabasePhase) {
        switch error.resultCode {
        case .SQLITE_CONSTRAINT:
            self = .constraint(Self.constraintName(error))
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .unavailable("the database is locked by another process (\(Self.code(error)))")
        case .SQLITE_FULL:
            self = .unavailable("the disk is full (\(Self.code(error)))")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self = .unavailable("the database can't be written (\(Self.code(error)))")
        case .SQLITE_CANTOPEN:
            self = .unavailable("the database file can't be opened (\(Self.code(error)))")
        case .SQLITE_INTERRUPT, .SQLITE_ABORT:
            self = .unavailable("the transaction was ended early (\(Self.code(error)))")
        default:
            switch phase {
            case .statement: self = .unavailable("the database failed (\(Self.code(error)))")
            // Anything else while committing leaves open whether the commit record reached the disk.
            case .commit: self = .inDoubt("the commit failed (\(Self.code(error)))")
            }
        }
    }

    /// SQLite's extended result code, such as `SQLite 1034`.
    private static func code(_ error: DatabaseError) -> String { "SQLite \(error.extendedResultCode.rawValue)" }

    /// The name of the constraint that refused: its own where it has one, else the columns it is over.
    ///
    /// SQLite's messages are `UNIQUE constraint failed: table.column`, `CHECK constraint failed: name`,
    /// `FOREIGN KEY constraint failed`, a trigger's own words, or `cannot store TEXT value in INTEGER column table.column`.
    private static func constraintName(_ error: DatabaseError) -> String {
        guard let message = error.message else { return "a constraint (\(code(error)))" }
        guard let separator = message.range(of: "constraint failed: ") else { return message }
        return String(message[separator.upperBound...])
    }
}
