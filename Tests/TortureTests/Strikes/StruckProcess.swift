import Foundation
import GatewayHarness
import StrikeControl
import Testing

/// Python with a database, under libStrikes.so: a small stand-in for the gateway.
final class StruckProcess {
    let control: StrikeControl
    let databasePath: String
    private let child: ChildProcess
    private let commands: FileHandle
    private let answers: FileHandle
    private var unread = Data()

    /// Makes a database with an empty table `t`, and starts the process with it.
    init(in folder: TemporaryFolder, keepsUndoLog: Bool = false, preloads: Bool = true) throws {
        control = try StrikeControl(page: folder.path("page"))
        control.keepUndoLog(keepsUndoLog)
        databasePath = folder.path("books.db")
        let fifo = folder.path("commands")
        try #require(mkfifo(fifo, 0o600) == 0)
        // For reading too: so that opening does not wait for the process, nor a command for one that is gone.
        let descriptor = open(fifo, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
        commands = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try #require(FileManager.default.createFile(atPath: folder.path("answers"), contents: nil))
        answers = try #require(FileHandle(forReadingAtPath: folder.path("answers")))
        child = try ChildProcess(
            URL(fileURLWithPath: "/usr/bin/python3"), [Fixture.path("sqlite_driver.py"), databasePath, fifo],
            environment: preloads ? try control.environment() : [:],
            folder: URL(fileURLWithPath: databasePath).deletingLastPathComponent(), output: folder.path("answers"),
            errors: folder.path("errors"))
        for sql in ["PRAGMA journal_mode = WAL", "CREATE TABLE t (a INTEGER)", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            try #require(tell(sql)?.hasPrefix("ok") == true)
        }
    }

    deinit {
        // Not by closing the FIFO: a blow may hold the process.
        child.send(SIGKILL)
        while end() != nil {}
    }

    /// Gives a command and waits for its answer. Nil: the process is gone.
    func tell(_ command: String) throws -> String? {
        try begin(command)
        return end()
    }

    /// Gives a command.
    func begin(_ command: String) throws {
        try commands.write(contentsOf: Data((command + "\n").utf8))
    }

    /// Waits for the answer to ``begin(_:)``. Nil: the process is gone, or hangs.
    func end() -> String? {
        let limit = ContinuousClock.now + hangLimit
        while ContinuousClock.now < limit {
            // Looked at before the last read: what it had written by its end is read then.
            let isGone = child.ended != nil
            unread += (try? answers.readToEnd()) ?? Data()
            if let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<newline], as: UTF8.self)
                unread = Data(unread[(newline + 1)...])
                return line
            }
            if isGone { return nil }
            usleep(500)
        }
        return nil
    }

    /// Inserts rows until the process is gone. Returns how many it said were committed.
    func insert(atMost limit: Int) throws -> Int {
        for row in 0..<limit {
            guard let answer = try tell("INSERT INTO t VALUES (\(row))") else { return row }
            try #require(answer == "ok []")
        }
        return limit
    }

    /// Which signal ended it; nil where it ended by itself, or runs.
    func signal() -> Int32? {
        while end() != nil {}
        guard case .signaled(let signal) = child.ended else { return nil }
        return signal
    }
}
