import GatewayHarness
import TortureBooks

/// Lets time pass over calls of which the provider shows no trace: it may still carry them out for ten minutes, so that nothing ends before.
/// After that, evidence ends them: two look-ups without a trace.
struct TracelessDays {
    let cases: [SilentDeed]
    let late: LatePayer
    var calls: WaitingCalls

    private var world: World { calls.world }

    init(world: World, cases: [SilentDeed], late: LatePayer, place: String) {
        self.cases = cases
        self.late = late
        calls = WaitingCalls(in: world, at: place)
    }

    /// From the calls to their end.
    mutating func run() async throws {
        let waiting = try await calls.begin(cases)
        try calls.advance(to: .seconds(300))
        for _ in 1...2 { try await calls.lookAtAll() }
        try await calls.expectWaiting(waiting, ["unknown"], at: "after five minutes")
        try await calls.expectReservation(waiting)
        for one in waiting where one.silent.deed == .create { try await expectPayable(one) }
        let confirmation = try await late.begin(in: world)
        let effects = try world.gateway.journal().count

        // Nothing that a process keeps in memory counts as evidence.
        await world.gateway.kill()
        try calls.advance(to: .seconds(300 + 900))
        try await world.start()
        calls.outcome.kills += 1
        let time = "a quarter of an hour later"
        calls.outcome.findings += try await world.note(late.findings(about: confirmation, in: world), at: calls.place)
        try await calls.lookUntilEnded(waiting, at: time)
        if try world.gateway.journal().count != effects { calls.find("I1", "the provider did something in the end") }
        for one in waiting {
            calls.outcome.struck += 1
            try await calls.expectFailed(one, at: time)
        }
        try await calls.finish()
    }

    /// A creation without an outcome does not keep its order from being paid: nobody has the client secret of an intent that may turn up.
    private mutating func expectPayable(_ one: WaitingCalls.Waiting) async throws {
        var creation = one.prepared.call
        creation.key = world.log.newName("k")
        let end = ContinuousClock.now + recoveryLimit
        var answer = try await one.prepared.shopper.settle(creation)
        // A look at the first creation may be under way.
        while answer.status == 409, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(200))
            answer = try await one.prepared.shopper.settle(creation)
        }
        guard answer.status == 201, let intent = answer["payment_intent_id"].string else {
            return calls.find("I3", "\(one.name): its order takes no other payment: \(answer.status) \(answer.text)")
        }
        _ = try await one.prepared.shopper.require(200, .confirm(intent))
    }
}
