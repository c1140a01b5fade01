import Foundation
import GatewayHarness
import Glibc
import StrikeControl

/// The disk is full, or a sync fails, while each kind of request is at T1 and at T2; and the database is locked from outside.
struct Disk: Check {
    let name = "disk"
    let summary = "a full disk and a failing sync at T1 and T2 of every kind of request, and a database locked from outside"

    func run(on stage: Stage) async throws -> Outcome {
        let deeds = Deed.allCases.filter { $0 != .order && $0 != .webhook }
        var outcome = try await stage.twoAtATime(deeds) { try await run($0, on: stage) }
        outcome += try await lockedOut(on: stage)
        return outcome
    }

    private func run(_ deed: Deed, on stage: Stage) async throws -> Outcome {
        let random = stage.random(for: "\(name) \(deed)")
        return try await stage.withWorld(WorldPlan(strikes: true)) { world in
            guard let strikes = world.strikes else { throw HarnessError("the world has nothing to strike with") }
            var spoiler = DiskSpoiler(world: world, strikes: strikes, deed: deed, random: random)
            let calls = try await spoiler.calls()
            guard let effect = calls.firstIndex(of: .effect) else { throw HarnessError("\(deed) has no effect at the mock") }
            let before = calls[..<effect]
            try await spoiler.fill(from: 1, isBeforeTheCall: true)
            try await spoiler.fill(from: before.count { $0 == .dbWrite } + 1, isBeforeTheCall: false)
            for sync in 1...max(1, calls.count { $0 == .sync }) { try await spoiler.failSync(sync) }
            spoiler.outcome += try world.figures()
            return spoiler.outcome
        }
    }

    /// Another process holds the database's lock for longer than the gateway waits.
    private func lockedOut(on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: "\(name) lock")
        return try await stage.withWorld { world in
            var outcome = Outcome()
            let prepared = try await Deed.confirm.prepare(in: world, keyed: true, using: &random)
            let folder = world.gateway.folder
            let locker = try ChildProcess(
                URL(filePath: "/usr/bin/python3"),
                [TestPaths.fixtures.appending(path: "lock_sqlite.py").path, world.databasePath, "3600"], environment: [:],
                folder: folder.url,
                output: folder.path("locker.out"), errors: folder.path("locker.err"))
            try await eventually("the database is locked from outside") { folder.read("locker.out").contains("locked") }
            let answer = try await prepared.shopper.send(prepared.call)
            if answer.status != 503 || answer.header("retry-after") == nil {
                outcome.find("answer", "with a locked database it answered \(answer.status) \(answer.text)")
            }
            await locker.stop()
            let final = try await prepared.shopper.settle(prepared.call)
            if final.status != Deed.confirm.finalStatus {
                outcome.find("answer", "once the lock was free it answered \(final.status) \(final.text)")
            }
            outcome.findings = world.note(outcome.findings, at: "locked")
            outcome.findings += try await world.comeToRest(at: "locked")
            outcome.findings += try await world.audit(at: "locked")
            outcome += try world.figures()
            return outcome
        }
    }
}
