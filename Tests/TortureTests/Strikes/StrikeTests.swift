import Foundation
import GRDB
import GatewayHarness
import StrikeControl
import Testing

/// Each test strikes a real process.
@Suite("Strikes at system calls", .timeLimit(.minutes(10)))
struct StrikeTests {
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

    @Test("Nothing is counted until the page is armed, nor once it is disarmed")
    func disarmed() throws {
        let process = try StruckProcess(in: folder)
        #expect(try process.insert(atMost: 1) == 1)
        #expect(process.control.seen.isEmpty)
        process.control.arm(nil)
        #expect(try process.insert(atMost: 1) == 1)
        let seen = process.control.seen
        #expect(!seen.isEmpty)
        process.control.disarm()
        #expect(try process.insert(atMost: 1) == 1)
        #expect(process.control.seen == seen)
    }

    @Test("Without the variable nothing is counted and nothing struck")
    func notPreloaded() throws {
        let process = try StruckProcess(in: folder, preloads: false)
        process.control.arm((StrikePoint(kind: .sync, ordinal: 1, moment: .before), .kill))
        #expect(try process.insert(atMost: 2) == 2)
        #expect(process.control.seen.isEmpty)
        #expect(!process.control.hasStruck)
    }

    @Test("Each commit is seen as writes to the log and one sync after them, and arming starts anew")
    func counting() throws {
        let process = try StruckProcess(in: folder)
        #expect(try process.insert(atMost: 1) == 1)
        for commits in [3, 5] {
            process.control.arm(nil)
            #expect(try process.insert(atMost: commits) == commits)
            #expect(process.control.count(of: .sync) == commits)
            #expect(process.control.count(of: .walWrite) >= commits)
            #expect(process.control.count(of: .dbWrite) == process.control.count(of: .walWrite))
            #expect(process.control.seen.last == .sync)
            #expect(process.control.seen.filter { $0 == .sync }.count == commits)
        }
    }

    @Test("Writes to the mock's book are effects, and only what an accepted TCP connection sends is a reply")
    func effectsAndReplies() throws {
        let process = try StruckProcess(in: folder)
        process.control.arm(nil)
        #expect(try process.tell("append \(folder.path("mock-journal.jsonl"))") == "ok []")
        #expect(try process.tell("append \(folder.path("other.txt"))") == "ok []")
        #expect(try process.tell("reply") == "ok []")
        #expect(try process.tell("append \(folder.path("mock-journal.jsonl"))") == "ok []")
        #expect(process.control.seen == [.effect, .reply, .effect])
    }

    @Test(
        "A kill before the fourth commit's write leaves three commits, one after its sync leaves four",
        arguments: [
            (StrikePoint.Kind.walWrite, StrikePoint.Moment.before, 3), (.sync, .after, 4),
        ])
    func kill(kind: StrikePoint.Kind, moment: StrikePoint.Moment, left: Int) throws {
        let process = try StruckProcess(in: folder)
        #expect(try process.insert(atMost: 1) == 1)
        process.control.arm(nil)
        #expect(try process.insert(atMost: 1) == 1)
        let perCommit = process.control.count(of: kind)
        process.control.arm((StrikePoint(kind: kind, ordinal: perCommit + 1, moment: moment), .kill))
        #expect(try process.insert(atMost: 9) == 1)
        #expect(process.signal() == SIGKILL)
        #expect(process.control.hasStruck)
        #expect(try rows(process.databasePath) == left)
    }

    @Test("A failing sync fails one commit, and the next one goes through")
    func failOnce() throws {
        let process = try StruckProcess(in: folder)
        #expect(try process.insert(atMost: 1) == 1)
        process.control.arm((StrikePoint(kind: .sync, ordinal: 2, moment: .before), .fail(errno: EIO)))
        #expect(try process.tell("INSERT INTO t VALUES (1)") == "ok []")
        #expect(try process.tell("INSERT INTO t VALUES (2)") == "error disk I/O error")
        #expect(try process.tell("INSERT INTO t VALUES (3)") == "ok []")
    }

    @Test("A full disk stays full until the page is disarmed")
    func diskFull() throws {
        let process = try StruckProcess(in: folder)
        process.control.arm((StrikePoint(kind: .dbWrite, ordinal: 1, moment: .before), .failFromHereOn(errno: ENOSPC)))
        for _ in 0..<3 { #expect(try process.tell("INSERT INTO t VALUES (1)") == "error database or disk is full") }
        process.control.disarm()
        #expect(try process.tell("INSERT INTO t VALUES (1)") == "ok []")
        #expect(try rows(process.databasePath) == 1)
    }

    @Test("A call that reports a failure after it was made has been made")
    func failAfter() throws {
        let process = try StruckProcess(in: folder)
        let book = folder.path("journal.jsonl")
        for (moment, lines) in [(StrikePoint.Moment.before, 0), (.after, 1)] {
            process.control.arm((StrikePoint(kind: .effect, ordinal: 1, moment: moment), .fail(errno: EIO)))
            #expect(try process.tell("append \(book)")?.hasPrefix("error") == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: book)).filter { $0 == UInt8(ascii: "\n") }.count == lines)
        }
    }

    @Test("A held call goes on when it is released, disarmed or armed anew", arguments: ["release", "disarm", "arm"])
    func hold(ending: String) async throws {
        let process = try StruckProcess(in: folder)
        process.control.arm((StrikePoint(kind: .sync, ordinal: 1, moment: .before), .hold))
        try process.begin("INSERT INTO t VALUES (1)")
        while !process.control.hasStruck { try await Task.sleep(for: .milliseconds(1)) }
        switch ending {
        case "release": process.control.release()
        case "disarm": process.control.disarm()
        default: process.control.arm(nil)
        }
        #expect(process.end() == "ok []")
    }

    @Test("The wall clock runs ahead by the offset, for the process and for SQLite; the monotonic one doesn't")
    func clock() throws {
        let process = try StruckProcess(in: folder)
        func clocks() throws -> [Double] {
            let answer = try #require(try process.tell("clocks"))
            return try JSONDecoder().decode([Double].self, from: Data(answer.dropFirst(3).utf8))
        }
        let before = try clocks()
        process.control.advanceClock(by: .seconds(72 * 3600))
        process.control.advanceClock(by: .milliseconds(-1500))
        #expect(process.control.clockOffset == .milliseconds(72 * 3_600_000 - 1500))
        let after = try clocks()
        let ahead = 72.0 * 3600 - 1.5
        #expect((ahead..<(ahead + 30)).contains(after[0] - before[0]))
        #expect((0..<30).contains(after[1] - before[1]))
        #expect(((ahead - 1)..<(ahead + 30)).contains(after[2] - before[2]))
    }

    @Test("A page that can't be mapped ends the process instead of sparing it")
    func missingPage() async throws {
        let result = try await run(
            URL(fileURLWithPath: "/usr/bin/python3"), ["-c", ""],
            environment: ["LD_PRELOAD": try StrikeControl.library, "GATEWAY_STRIKES": folder.path("none")])
        #expect(result.end == .exited(120))
    }
}
