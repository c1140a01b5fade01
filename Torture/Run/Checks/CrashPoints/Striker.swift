import Foundation
import GatewayHarness
import Glibc
import StrikeControl

/// Strikes one kind of request in one world, point after point.
struct Striker {
    let world: World
    let strikes: StrikeControl
    let line: CrashPoints.Line
    var random: SplitMix64
    var outcome = Outcome()

    init(world: World, strikes: StrikeControl, line: CrashPoints.Line, random: SplitMix64) {
        self.world = world
        self.strikes = strikes
        self.line = line
        self.random = random
    }

    /// Runs the request unstruck and lists its points.
    mutating func points(of kinds: [StrikePoint.Kind]) async throws -> [StrikePoint] {
        // Once without counting: what happens only once in a process's life, or in a database's, is no part of the request.
        for isCounted in [false, true] {
            let prepared = try await prepare()
            if isCounted { strikes.arm(nil) }
            let answer = try await prepared.shopper.send(prepared.call)
            guard answer.status == line.deed.finalStatus else { throw HarnessError("\(line) answered \(answer)") }
            try await rest("unstruck")
            strikes.disarm()
        }
        try await audit(at: "unstruck")
        return kinds.flatMap { kind in
            (1...max(1, strikes.count(of: kind))).flatMap { ordinal in
                StrikePoint.Moment.allCases.map { StrikePoint(kind: kind, ordinal: ordinal, moment: $0) }
            }
        }
        .filter { $0.ordinal <= strikes.count(of: $0.kind) }
    }

    /// Kills the gateway at the point, starts it again and looks at what is left.
    mutating func strike(at point: StrikePoint) async throws {
        outcome.points += 1
        // A background write in between may have moved the calls by one: one more try.
        for isLast in [false, true] {
            let prepared = try await prepare()
            if try await strike(prepared, at: point) {
                outcome.struck += 1
                outcome.kills += 1
                try await recover(prepared, from: point)
                return
            }
            try await rest("missed \(point)")
            // Webhooks share syncs with what happens beside them, so their number is not the same in every run.
            if isLast, !line.webhooks { outcome.find("check", "\(line): the blow \(point) did not fall") }
        }
    }

    private mutating func strike(_ prepared: Deed.Prepared, at point: StrikePoint) async throws -> Bool {
        strikes.arm((point, .kill))
        let answer = try? await prepared.shopper.send(prepared.call)
        // The blow may follow the answer, which is here first. Webhooks are often missed, which is no finding; anything else is waited for.
        let isMissedOften = answer != nil && line.webhooks
        var end = await world.gateway.waitForEnd(within: isMissedOften ? .seconds(3) : .seconds(10))
        let hasStruck = strikes.hasStruck
        strikes.disarm()
        if hasStruck, end == nil { end = await world.gateway.waitForEnd(within: recoveryLimit) }
        switch (hasStruck, end) {
        case (true, .signaled(SIGKILL)):
            if answer?.status == 200, let event = prepared.event { try findAcknowledged(event, at: point) }
            return true
        case (false, nil): return false
        default:
            throw HarnessError(
                "\(line), \(point): the process ended as \(end.map { "\($0)" } ?? "not at all"), struck: \(hasStruck)")
        }
    }

    private mutating func recover(_ prepared: Deed.Prepared, from point: StrikePoint) async throws {
        let place = "\(line), killed \(point)"
        try await world.start()
        if let duration = try await world.recover() {
            outcome.recoveries.append(duration)
        } else {
            outcome.findings += world.note([try world.unsettled(recoveryLimit)], at: place)
            return
        }
        if line.keyed || !line.deed.takesKey {
            do {
                let first = try await prepared.shopper.settle(prepared.call)
                let second = try await prepared.shopper.send(prepared.call)
                outcome.findings += world.note(compare(first, second), at: place)
            } catch let error as Unsettled {
                outcome.findings += world.note([Finding(rule: "I6", detail: error.description)], at: place)
            }
        }
        try await rest(place)
        try await audit(at: place)
    }

    /// An event that was acknowledged is not sent again: the dead process must have left it in the database or its log. The gateway
    /// may find it in the provider's list later, which must not be what saves it.
    private mutating func findAcknowledged(_ event: String, at point: StrikePoint) throws {
        let isStored = ["gateway.db", "gateway.db-wal"].contains { file in
            FileManager.default.contents(atPath: world.gateway.folder.path("var/\(file)"))?.range(of: Data(event.utf8)) != nil
        }
        guard !isStored else { return }
        let finding = Finding(rule: "I2", detail: "event \(event) was acknowledged and is not in the database")
        outcome.findings += world.note([finding], at: "\(line), killed \(point)")
    }

    /// What is wrong with the answers to a request that was repeated after the kill, and once more.
    private func compare(_ first: HTTPAnswer, _ second: HTTPAnswer) -> [Finding] {
        var findings: [Finding] = []
        if first.status != line.deed.finalStatus {
            findings.append(Finding(rule: "answer", detail: "repeated, it answered \(first.status) \(first.text)"))
        }
        if line.deed.takesKey, first.status != second.status || first.body != second.body {
            let detail = "one key, two final answers: \(first.status) \(first.text) and \(second.status) \(second.text)"
            findings.append(Finding(rule: "I6", detail: detail))
        }
        if !line.deed.takesKey, second.status != line.deed.finalStatus {
            findings.append(Finding(rule: "I7", detail: "a duplicate event was answered \(second.status) \(second.text)"))
        }
        return findings
    }

    private mutating func prepare() async throws -> Deed.Prepared {
        let prepared = try await line.deed.prepare(in: world, keyed: line.keyed, using: &random)
        try await rest("prepared")
        return prepared
    }

    private mutating func rest(_ place: String) async throws {
        outcome.findings += try await world.comeToRest(at: place)
    }

    private mutating func audit(at place: String) async throws {
        outcome.findings += try await world.audit(at: place)
    }
}
