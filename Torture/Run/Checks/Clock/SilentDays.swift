import GatewayHarness
import TortureBooks

/// Lets days pass over calls about which the provider says nothing, not even when it is asked: no timer fails them, a person is asked, and
/// decides. What the person leaves alone ends once the provider speaks again.
struct SilentDays {
    let cases: [SilentDeed]
    /// Whether the process is killed and started again after the first jump: idempotency keys are purged then.
    let restarts: Bool
    var calls: WaitingCalls

    private typealias Waiting = WaitingCalls.Waiting
    private var world: World { calls.world }

    init(world: World, cases: [SilentDeed], restarts: Bool, place: String) {
        self.cases = cases
        self.restarts = restarts
        calls = WaitingCalls(in: world, at: place)
    }

    /// From the calls to the operator's word about one half of them, and the provider's about the other.
    mutating func run() async throws {
        // A key whose request is complete: one that is purged, beside those that must not be.
        _ = try await Shopper(in: world).require(201, .order(Amount(cents: 100), key: world.log.newName("k")))
        let waiting = try await calls.begin(cases)
        let effects = try world.gateway.journal().count

        try calls.advance(to: .seconds(25 * 3600))
        if restarts { try await purge() }
        try await calls.expectWaiting(waiting, ["pending", "unknown"], at: "after 25 hours")

        // This process lives through the jump: the schedule is on the wall clock, so that every look is due at once.
        try calls.advance(to: .seconds(73 * 3600))
        try await expectReview(waiting)
        try await calls.expectWaiting(waiting, ["unknown"], at: "after 73 hours")
        try await calls.expectReservation(waiting)

        for one in waiting.prefix(waiting.count / 2) { try await resolve(one) }
        let left = Array(waiting.dropFirst(waiting.count / 2))
        try await calls.expectWaiting(left, ["unknown"], at: "beside those that were resolved")
        try await speak()
        try await calls.lookUntilEnded(left, at: "once the provider answered again")
        if try world.gateway.journal().count != effects + resolvedRefunds(waiting) {
            calls.find("I1", "the provider did something in the end")
        }
        calls.outcome.struck += left.count
        for one in left { try await calls.expectFailed(one, at: "once the provider answered again") }
        try await calls.finish()
    }

    /// The refunds that were made to see whether a resolved one's amount is free.
    private func resolvedRefunds(_ waiting: [Waiting]) -> Int {
        waiting.prefix(waiting.count / 2).count { $0.silent.deed == .refund }
    }

    /// Keys are purged at each start.
    private mutating func purge() async throws {
        await world.gateway.kill()
        calls.outcome.kills += 1
        try await world.start()
        try await eventually("old idempotency keys are purged") {
            world.gateway.log.contains(/idempotency_keys=[1-9].*Old data was purged\./)
        }
    }

    /// The provider answers look-ups from now on.
    private func speak() async throws {
        let result = try await world.gateway.command("call", "mock", "scenario", "clear")
        guard result.end == .exited(0) else { throw HarnessError("the mock stays silent: \(result.everything)") }
    }

    private mutating func expectReview(_ waiting: [Waiting]) async throws {
        let start = ContinuousClock.now
        while try BookCheck.overdueOperations(databasePath: world.databasePath) < waiting.count, .now - start < recoveryLimit {
            try await Task.sleep(for: .milliseconds(50))
        }
        let reviewed = try BookCheck.reviewedTransactions(databasePath: world.databasePath)
        let transactions = Dictionary(
            uniqueKeysWithValues: try await world.operations().map { ($0.id, $0.transaction) })
        for one in waiting {
            if !reviewed.contains(transactions[one.operation] ?? 0) {
                calls.find("I3", "\(one.name): nobody is asked about it after 73 hours")
            }
            let isAlerted = world.gateway.log.split(separator: "\n").contains { line in
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                return line.lowercased().contains("critical") && line.contains("a person's decision")
                    && zip(words, words.dropFirst()).contains { $0 == ("operation_id", "\(one.operation)") }
            }
            if !isAlerted { calls.find("I3", "\(one.name): no critical line of the log tells of it") }
        }
        calls.outcome.recoveries.append(.now - start)
    }

    /// An operator has found out that the provider did nothing. Without an answer of the provider's the gateway takes the word by force only.
    private mutating func resolve(_ one: Waiting) async throws {
        let words = [
            "operations", "resolve", "\(one.operation)", "--as", "failed", "--note", "the provider's support: never received",
        ]
        let unforced = try await world.gateway.command(words)
        if unforced.end == .exited(0) { calls.find("I3", "\(one.name): a word that nobody could check was taken without force") }
        var result = try await world.gateway.command(words + ["--force"])
        // A look of the schedule's own may be under way.
        let end = ContinuousClock.now + recoveryLimit
        while result.end != .exited(0), result.everything.contains("works on the operation"), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(200))
            result = try await world.gateway.command(words + ["--force"])
        }
        guard result.end == .exited(0) else {
            return calls.find("I3", "\(one.name) could not be resolved (\(result.end)): \(result.everything)")
        }
        calls.outcome.struck += 1
        try await calls.expectFailed(one, at: "resolved as failed")
    }
}
