import GatewayHarness
import StrikeControl
import TortureBooks

/// Calls about whose outcome nothing is known, each with the operation that it began, and what has to hold of them as time passes.
struct WaitingCalls {
    /// One of them.
    struct Waiting: Sendable {
        let silent: SilentDeed
        let prepared: Deed.Prepared
        let operation: Int
        /// What findings call it.
        var name: String { "\(silent.deed), operation \(operation)" }
    }

    let world: World
    let place: String
    var outcome = Outcome()

    /// None yet.
    init(in world: World, at place: String) {
        self.world = world
        self.place = place
    }

    /// Makes the calls. Each is answered 202.
    mutating func begin(_ cases: [SilentDeed]) async throws -> [Waiting] {
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

    /// Puts the clock forward to so long after the start.
    func advance(to time: Duration) throws {
        guard let strikes = world.strikes else { throw HarnessError("the world has no clock to put forward") }
        strikes.advanceClock(by: time - strikes.clockOffset)
    }

    /// Has the gateway look at every open operation once, whatever its schedule says.
    func lookAtAll() async throws {
        let result = try await world.gateway.command("reconcile")
        guard result.end == .exited(0) else { throw HarnessError("gateway reconcile: \(result.end) \(result.everything)") }
    }

    // MARK: What must hold

    /// The same keys still know their operations: they begin no others, and have no final answer. The operations are open.
    mutating func expectWaiting(_ waiting: [Waiting], _ states: Set<String>, at time: String) async throws {
        let count = try await world.operations().count
        for one in waiting {
            let answer = try await one.prepared.shopper.send(one.prepared.call)
            if answer.status != 202 { find("I6", "\(one.name) \(time): the same key answered \(answer.status) \(answer.text)") }
        }
        let now = try await world.operations()
        if now.count != count { find("I1", "\(time): the same keys began \(now.count - count) operations more") }
        for one in waiting { expect(states, of: one, in: now, at: time) }
    }

    /// What may have been given back can not be given back once more.
    mutating func expectReservation(_ waiting: [Waiting]) async throws {
        for one in waiting {
            guard let call = one.silent.refundBeside(one.prepared) else { continue }
            let answer = try await one.prepared.shopper.send(call)
            if !(400..<500).contains(answer.status) {
                find("I4", "\(one.name): a refund of what is reserved answered \(answer.status) \(answer.text)")
            }
        }
    }

    /// The operation has ended as failed: its key has one final answer, and a refund's amount is free.
    mutating func expectFailed(_ one: Waiting, at time: String) async throws {
        expect(["failed"], of: one, in: try await world.operations(), at: time)
        let first = try await one.prepared.shopper.send(one.prepared.call)
        let second = try await one.prepared.shopper.send(one.prepared.call)
        if !first.isFinal || first.status < 400 || first.header("idempotency-replayed") != "true" {
            find("I6", "\(one.name) \(time): the same key answered \(first.status) \(first.text)")
        }
        if first.status != second.status || first.body != second.body {
            find("I6", "\(one.name) \(time): one key, two answers: \(first.text) and \(second.text)")
        }
        guard let call = one.silent.refundBeside(one.prepared) else { return }
        let refund = try await one.prepared.shopper.send(call)
        if refund.status != 200 {
            find("I4", "\(one.name) \(time): its amount is not free, a refund answered \(refund.status) \(refund.text)")
        }
    }

    private mutating func expect(_ states: Set<String>, of one: Waiting, in all: [StandingOperation], at time: String) {
        let state = all.first { $0.id == one.operation }?.state ?? "missing"
        if !states.contains(state) { find("I3", "\(one.name) \(time): it is \(state)") }
    }

    /// Waits until none of them is open, and has the gateway look at them meanwhile. Two looks end an operation; a look of the schedule's
    /// own may be under way when one is asked for.
    mutating func lookUntilEnded(_ waiting: [Waiting], at time: String) async throws {
        let end = ContinuousClock.now + recoveryLimit
        let ids = Set(waiting.map(\.operation))
        while try await world.operations().contains(where: { ids.contains($0.id) && $0.isUnsettled }) {
            guard ContinuousClock.now < end else { return find("I3", "\(time): operations without a trace have no end") }
            try await lookAtAll()
        }
    }

    /// Ends the world: nothing is left to do, and the books agree.
    mutating func finish() async throws {
        outcome.findings += try await world.comeToRest(at: place)
        outcome.findings += try await world.audit(at: place, expected: ExpectedTrouble(keysMayBePurged: true))
        outcome += try world.figures()
    }

    /// Notes that something is wrong.
    mutating func find(_ rule: String, _ detail: String) {
        outcome.findings += world.note([Finding(rule: rule, detail: detail)], at: place)
    }
}
