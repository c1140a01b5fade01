import GatewayHarness
import Glibc
import StrikeControl

/// Spoils the disk under one kind of request in one world.
struct DiskSpoiler {
    let world: World
    let strikes: StrikeControl
    let deed: Deed
    var random: SplitMix64
    var outcome = Outcome()

    init(world: World, strikes: StrikeControl, deed: Deed, random: SplitMix64) {
        self.world = world
        self.strikes = strikes
        self.deed = deed
        self.random = random
    }

    /// The system calls of the request, in order.
    mutating func calls() async throws -> [StrikePoint.Kind] {
        // Once without counting: what happens only once in a process's life is no part of the request.
        for isCounted in [false, true] {
            let prepared = try await deed.prepare(in: world, keyed: true, using: &random)
            if isCounted { strikes.arm(nil) }
            _ = try await prepared.shopper.require(deed.finalStatus, prepared.call)
        }
        strikes.disarm()
        return strikes.seen
    }

    /// Lets every write from the n-th on find the disk full, until the request is answered.
    mutating func fill(from ordinal: Int, isBeforeTheCall: Bool) async throws {
        let place = "\(deed), disk full \(isBeforeTheCall ? "at T1" : "at T2")"
        let prepared = try await deed.prepare(in: world, keyed: true, using: &random)
        let effects = try effectCount()
        outcome.points += 1
        strikes.arm((StrikePoint(kind: .dbWrite, ordinal: ordinal, moment: .before), .failFromHereOn(errno: ENOSPC)))
        let answer = try await prepared.shopper.send(prepared.call)
        let hasStruck = strikes.hasStruck
        strikes.disarm()
        guard hasStruck else { return outcome.find("check", "\(place): the blow did not fall") }
        outcome.struck += 1
        var findings: [Finding] = []
        if isBeforeTheCall {
            if answer.status != 503 || answer.header("retry-after") == nil {
                findings.append(Finding(rule: "answer", detail: "it answered \(answer.status) \(answer.text)"))
            }
            if try effectCount() != effects { findings.append(Finding(rule: "I2", detail: "the provider was called")) }
        } else if answer.status != 202 {
            findings.append(Finding(rule: "answer", detail: "it answered \(answer.status) \(answer.text)"))
        }
        outcome.findings += world.note(findings, at: place)
        try await settle(prepared, at: place)
    }

    /// Lets the n-th sync fail: whether the commit is on disk is not known then, so the process has to end, and nobody is told anything.
    mutating func failSync(_ ordinal: Int) async throws {
        let place = "\(deed), sync \(ordinal) fails"
        let prepared = try await deed.prepare(in: world, keyed: true, using: &random)
        outcome.points += 1
        strikes.arm((StrikePoint(kind: .sync, ordinal: ordinal, moment: .before), .fail(errno: EIO)))
        let answer = try? await prepared.shopper.send(prepared.call)
        let end = await world.gateway.waitForEnd(within: recoveryLimit)
        let hasStruck = strikes.hasStruck
        strikes.disarm()
        guard hasStruck else { return outcome.find("check", "\(place): the blow did not fall") }
        outcome.struck += 1
        var findings: [Finding] = []
        if let answer { findings.append(Finding(rule: "I2", detail: "it answered \(answer.status) \(answer.text)")) }
        if end != .exited(74) {
            let how = end.map { "\($0)" } ?? "not at all"
            findings.append(Finding(rule: "stop", detail: "the process ended \(how), and should have exited with 74"))
        }
        outcome.findings += world.note(findings, at: place)
        if end == nil { await world.gateway.kill() }
        outcome.kills += 1
        try await world.start()
        if let duration = try await world.recover() { outcome.recoveries.append(duration) }
        try await settle(prepared, at: place)
    }

    private mutating func settle(_ prepared: Deed.Prepared, at place: String) async throws {
        let final = try await prepared.shopper.settle(prepared.call)
        if final.status != deed.finalStatus {
            let finding = Finding(rule: "answer", detail: "repeated, it answered \(final.status) \(final.text)")
            outcome.findings += world.note([finding], at: place)
        }
        outcome.findings += try await world.comeToRest(at: place)
        outcome.findings += try await world.audit(at: place)
    }

    private func effectCount() throws -> Int { try world.gateway.journal().count }
}
