import Foundation
import StrikeControl
import Testing

/// Python with a database, under libStrikes.so: a small stand-in for the gateway.
final class StruckProcess {
    let control: StrikeControl
    let databasePath: String
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private var unread = Data()

    /// Makes a database with an empty table `t`, and starts the process with it.
    init(in folder: TemporaryFolder, keepsUndoLog: Bool = false, preloads: Bool = true) throws {
        control = try StrikeControl(page: folder.path("page"))
        control.keepUndoLog(keepsUndoLog)
        databasePath = folder.path("books.db")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [Fixture.path("sqlite_driver.py"), databasePath]
        process.environment = preloads ? try control.environment() : [:]
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        for sql in ["PRAGMA journal_mode = WAL", "CREATE TABLE t (a INTEGER)", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            try #require(tell(sql)?.hasPrefix("ok") == true)
        }
    }

    deinit {
        try? commands.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Gives a command and waits for its answer. Nil: the process is gone.
    func tell(_ command: String) throws -> String? {
        try begin(command)
        return end()
    }

    /// Gives a command.
    func begin(_ command: String) throws {
        try commands.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
    }

    /// Waits for the answer to ``begin(_:)``.
    func end() -> String? {
        while true {
            if let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<newline], as: UTF8.self)
                unread = Data(unread[(newline + 1)...])
                return line
            }
            let more = answers.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            unread += more
        }
    }

    /// Inserts rows until the process is gone. Returns how many it said were committed.
    func insert(atMost limit: Int) throws -> Int {
        for row in 0..<limit {
            guard let answer = try tell("INSERT INTO t VALUES (\(row))") else { return row }
            try #require(answer == "ok []")
        }
        return limit
    }

    /// Which signal ended it; nil where it ended by itself.
    func signal() -> Int32? {
        process.waitUntilExit()
        return process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil
    }
}
