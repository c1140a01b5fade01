import GatewayHarness
import StrikeControl
import TortureBooks

/// Lets days pass over calls about which the provider says nothing.
struct SilentDays {
    let world: World
    let cases: [SilentDeed]
    /// Whether the process is killed and started again after the first jump: idempotency keys are purged then.
    let restarts: Bool
    let place: String
    var outcome = Outcome()

    /// A call with the operation that it began.
    private struct Waiting {
        let silent: SilentDeed
        let prepared: Deed.Prepared
        let operation: Int
        var name: String { "\(silent.deed), operation \(operation)" }
    }

    init(world: World, cases: [SilentDeed], restarts: Bool, place: String) {
        self.world = world
        self.cases = cases
        self.restarts = restarts
        self.place = place
    }

    /// From the calls to the operator's word about each.
    mutating func run() async throws {
        let waiting = try await begin()
        let effects = try world.gateway.journal().count
        let operations = try await world.operations().count

        try advance(to: .seconds(25 * 3600))
        if restarts { try await purge() }
        try await expectWaiting(waiting, at: "after 25 hours", operations: operations)
        for one in waiting { try await expect(["pending", "unknown"], of: one, at: "after 25 hours") }

        // This process lives through the jump: the schedule is on the wall clock, so that every look is due at once.
        try advance(to: .seconds(73 * 3600))
        try await expectReview(waiting)
        try await expectWaiting(waiting, at: "after 73 hours", operations: operations)
        try await expectReservation(waiting)
        if try world.gateway.journal().count != effects { find("I1", "the provider did something in the end") }

        for one in waiting { try await resolve(one) }
        outcome.findings += try await world.comeToRest(at: place)
        outcome.findings += try await world.audit(at: place, expected: ExpectedTrouble(keysMayBePurged: true))
    }

    // MARK: The days

    private mutating func begin() async throws -> [Waiting] {
        // A key whose request is complete: one that is purged, beside those that must not be.
        _ = try await Shopper(in: world).require(201, .order(Amount(cents: 100), key: world.log.newName("k")))
        var waiting: [Waiting] = []
        for silent in cases {
            let prepared = try await silent.prepare(in: world)
            let before = Set(try await world.operations().map(\.id))
            let answer = try await prepared.shopper.require(202, prepared.call)
            let new = Set(try await world.operations().map(\.id)).subtracting(before)
            guard let operation = new.first, new.count == 1 else {
                throw HarnessError("\(silent.deed) answered \(answer) and began \(new.count) operations")
            }
            waiting.append(Waiting(silent: silent, prepared: prepared, operation: operation))
            outcome.points += 1
        }
        return waiting
    }

    private func advance(to time: Duration) throws {
        guard let strikes = world.strikes else { throw HarnessError("the world has no clock to put forward") }
        strikes.advanceClock(by: time - strikes.clockOffset)
    }

    /// Keys are purged at each start.
    private mutating func purge() async throws {
        await world.gateway.kill()
        outcome.kills += 1
        try await world.start()
        try await eventually("old idempotency keys are purged") {
            world.gateway.log.contains(/idempotency_keys=[1-9].*Old data was purged\./)
        }
    }

    // MARK: What must hold

    /// The same key still knows its operation: it begins no other, and has no final answer.
    private mutating func expectWaiting(_ waiting: [Waiting], at time: String, operations count: Int) async throws {
        for one in waiting {
            let answer = try await one.prepared.shopper.send(one.prepared.call)
            if answer.status != 202 { find("I6", "\(one.name) \(time): the same key answered \(answer.status) \(answer.text)") }
        }
        let now = try await world.operations().count
        if now != count { find("I1", "\(time): the same keys began \(now - count) operations more") }
    }

    private mutating func expect(_ states: Set<String>, of one: Waiting, at time: String) async throws {
        let state = try await world.operations().first { $0.id == one.operation }?.state ?? "missing"
        if !states.contains(state) { find("I3", "\(one.name) \(time): it is \(state)") }
    }

    private mutating func expectReview(_ waiting: [Waiting]) async throws {
        let start = ContinuousClock.now
        while try BookCheck.openOperations(databasePath: world.databasePath) > 0, .now - start < recoveryLimit {
            try await Task.sleep(for: .milliseconds(50))
        }
        for one in waiting {
            try await expect(["manual_review"], of: one, at: "after 73 hours")
            let isAlerted = world.gateway.log.split(separator: "\n").contains { line in
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                return line.lowercased().contains("critical") && line.contains("a person's decision")
                    && zip(words, words.dropFirst()).contains { $0 == ("operation_id", "\(one.operation)") }
            }
            if !isAlerted { find("I3", "\(one.name): no critical line of the log tells of it") }
        }
        outcome.recoveries.append(.now - start)
    }

    /// What may have been given back can not be given back once more.
    private mutating func expectReservation(_ waiting: [Waiting]) async throws {
        for one in waiting {
            guard let call = one.silent.refundBeside(one.prepared) else { continue }
            let answer = try await one.prepared.shopper.send(call)
            if !(400..<500).contains(answer.status) {
                find("I4", "\(one.name): a refund of what is reserved answered \(answer.status) \(answer.text)")
            }
        }
    }

    /// An operator has found out that the provider did nothing.
    private mutating func resolve(_ one: Waiting) async throws {
        let result = try await world.gateway.command(
            "operations", "resolve", "\(one.operation)", "--as", "failed", "--note", "the provider's support: never received")
        guard result.end == .exited(0) else {
            return find("I3", "\(one.name) could not be resolved (\(result.end)): \(result.everything)")
        }
        outcome.struck += 1
        try await expect(["failed"], of: one, at: "resolved")
        let first = try await one.prepared.shopper.send(one.prepared.call)
        let second = try await one.prepared.shopper.send(one.prepared.call)
        if !first.isFinal || first.status < 400 || first.header("idempotency-replayed") != "true" {
            find("I6", "\(one.name), resolved as failed: the same key answered \(first.status) \(first.text)")
        }
        if first.status != second.status || first.body != second.body {
            find("I6", "\(one.name), resolved: one key, two answers: \(first.text) and \(second.text)")
        }
        guard let call = one.silent.refundBeside(one.prepared) else { return }
        let refund = try await one.prepared.shopper.send(call)
        if refund.status != 200 {
            find(
                "I4", "\(one.name), resolved as failed: its amount is not free, a refund answered \(refund.status) \(refund.text)"
            )
        }
    }

    // MARK: Helpers

    private mutating func find(_ rule: String, _ detail: String) {
        outcome.findings += world.note([Finding(rule: rule, detail: detail)], at: place)
    }
}
