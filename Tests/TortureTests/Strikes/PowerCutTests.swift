import Foundation
import GRDB
import StrikeControl
import Testing

@Suite("Power cuts", .timeLimit(.minutes(10)))
struct PowerCutTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func rows(_ path: String) throws -> Int {
        try DatabaseQueue(path: path).read { database in
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM t") ?? -1
        }
    }

    /// Commits five rows, then cuts the power at a point of the sixth.
    private func cut(synchronous: String, seed: UInt64, at kind: StrikePoint.Kind, _ moment: StrikePoint.Moment) throws -> Int {
        let process = try StruckProcess(in: folder, keepsUndoLog: true)
        #expect(try process.tell("PRAGMA synchronous = \(synchronous)") == "ok []")
        #expect(try process.insert(atMost: 5) == 5)
        process.control.arm((StrikePoint(kind: kind, ordinal: 1, moment: moment), .powerCut(seed: seed)))
        #expect(try process.insert(atMost: 1) == 0)
        #expect(process.signal() == SIGKILL)
        #expect(!FileManager.default.fileExists(atPath: process.databasePath + "-shm"))
        return try rows(process.databasePath)
    }

    @Test("What was never synced is lost")
    func off() throws {
        #expect(try cut(synchronous: "OFF", seed: 0, at: .walWrite, .after) == 0)
    }

    @Test("The seed decides which writes the disk made: some of them, and for the same seed the same")
    func coins() throws {
        func survivors(seed: UInt64) throws -> [Bool] {
            let folder = try TemporaryFolder()
            let process = try StruckProcess(in: folder, keepsUndoLog: true)
            #expect(try process.tell("scatter \(folder.path("other.db"))") == "ok []")
            process.control.arm((StrikePoint(kind: .sync, ordinal: 1, moment: .before), .powerCut(seed: seed)))
            #expect(try process.insert(atMost: 1) == 0)
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("other.db"))))
            return (0..<64).map { sector in
                let start = sector * 512
                return start + 512 <= bytes.count && bytes[start..<(start + 512)].allSatisfy { $0 == UInt8(sector + 1) }
            }
        }
        let first = try survivors(seed: 7)
        #expect((10...54).contains(first.count { $0 }))
        #expect(try survivors(seed: 7) == first)
        #expect(try survivors(seed: 8) != first)
        #expect(try survivors(seed: 0) == Array(repeating: false, count: 64))
    }

    @Test("What was synced survives, whatever else the disk wrote", arguments: 0..<UInt64(12))
    func full(seed: UInt64) throws {
        let left = try cut(synchronous: "FULL", seed: seed, at: .sync, .before)
        #expect(seed == 0 ? left == 5 : (5...6).contains(left))
    }

    @Test("A commit whose sync has returned survives")
    func afterSync() throws {
        #expect(try cut(synchronous: "FULL", seed: 0, at: .sync, .after) == 6)
    }

    @Test("A cut in the middle of a checkpoint loses nothing", arguments: 0..<UInt64(12))
    func checkpoint(seed: UInt64) throws {
        let process = try StruckProcess(in: folder, keepsUndoLog: true)
        #expect(try process.insert(atMost: 200) == 200)
        // The log's sync comes first, then the pages are written to the database and it is synced.
        process.control.arm((StrikePoint(kind: .sync, ordinal: 2, moment: .before), .powerCut(seed: seed)))
        #expect(try process.tell("PRAGMA wal_checkpoint(TRUNCATE)") == nil)
        #expect(process.signal() == SIGKILL)
        #expect(try rows(process.databasePath) == 200)
    }

    @Test("Without the undo log nothing is taken back")
    func withoutLog() throws {
        let process = try StruckProcess(in: folder)
        #expect(try process.tell("PRAGMA synchronous = OFF") == "ok []")
        #expect(try process.insert(atMost: 5) == 5)
        process.control.arm((StrikePoint(kind: .walWrite, ordinal: 1, moment: .before), .powerCut(seed: 0)))
        #expect(try process.insert(atMost: 1) == 0)
        #expect(try rows(process.databasePath) == 5)
    }
}
