import GatewayHarness
import TortureBooks

/// A world in which the mock does what nobody asked it for, and an operator says what is not so.
struct SurprisedWorld {
    let world: World
    let place: String
    var outcome = Outcome()
    private var expected = ExpectedTrouble()

    /// A world with nothing in it.
    init(_ world: World, at place: String) {
        self.world = world
        self.place = place
    }

    /// Notes that something is wrong.
    mutating func find(_ rule: String, _ detail: String) {
        outcome.findings += world.note([Finding(rule: rule, detail: detail)], at: place)
    }

    /// Ends the world: nothing is left to do, and the books agree.
    mutating func finish() async throws {
        // What has been found would keep it waiting.
        if outcome.findings.isEmpty { outcome.findings += try await world.comeToRest(at: place) }
        outcome.findings += try await world.audit(at: place, expected: expected)
        outcome += try world.figures()
    }

    // MARK: The provider

    /// Replaces the mock's scenarios.
    func setScenarios(_ scenarios: [String]) async throws {
        try await mock(["scenario", "set", "[\(scenarios.joined(separator: ", "))]"])
    }

    /// Something happens at the provider without a call of the gateway's.
    mutating func happen(_ type: String, to intent: String, _ options: [String] = []) async throws {
        let output = try await mock(["event", type, "--intent", intent] + options + ["--json"])
        outcome.struck += 1
        for event in try JSONText(parsing: output).elements {
            // It may be the news of a discrepancy.
            if let id = event["id"].string { expected.contradictedEvents.insert(id) }
            if event["type"].string == "refund.created", let id = event["object"].string { expected.foreignRefunds.insert(id) }
        }
    }

    @discardableResult
    private func mock(_ words: [String]) async throws -> String {
        let result = try await world.gateway.command(["call", "mock"] + words)
        guard result.end == .exited(0) else { throw HarnessError("gateway call mock \(words): \(result.everything)") }
        return result.output
    }

    // MARK: Operators

    /// Makes a call whose outcome stays unknown.
    ///
    /// - Returns: its operation.
    func beginUnknown(_ call: Call, by shopper: Shopper) async throws -> Int {
        let before = Set(try await world.operations().map(\.id))
        _ = try await shopper.require(202, call)
        guard let operation = try await world.operations().first(where: { !before.contains($0.id) }) else {
            throw HarnessError("\(call.path) was answered 202 without an operation")
        }
        return operation.id
    }

    /// An operator says what became of an operation, which the provider contradicts or cannot confirm: it takes force.
    mutating func misjudge(_ operation: Int, as word: String) async throws {
        let words = ["operations", "resolve", "\(operation)", "--as", word, "--note", "an operator who is mistaken"]
        if try await act(words).end == .exited(0) { find("I3", "operation \(operation) was resolved as \(word) without force") }
        let result = try await act(words + ["--force"])
        if result.end != .exited(0) { find("I3", "operation \(operation) could not be resolved: \(result.everything)") }
    }

    /// An operator's command, again while the gateway works on the operation itself.
    func act(_ words: [String]) async throws -> CommandResult {
        let end = ContinuousClock.now + recoveryLimit
        while true {
            let result = try await world.gateway.command(words)
            if result.end == .exited(0) || !result.everything.contains("works on the operation") || ContinuousClock.now > end {
                return result
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// An operator closes the discrepancy of a payment.
    mutating func close(_ purchase: Purchase, by flag: String) async throws {
        let result = try await act(["payments", "resolve", "\(purchase.transaction)", flag, "--note", "seen at the provider"])
        if result.end != .exited(0) {
            find("I3", "the discrepancy of transaction \(purchase.transaction) could not be closed: \(result.everything)")
        }
    }

    // MARK: The books

    /// Waits until a payment is shown so.
    ///
    /// - Parameter rule: what is broken where that does not come about.
    /// - Returns: whether it came about.
    mutating func expect(
        _ rule: String, _ what: String, of purchase: Purchase, to shopper: Shopper, _ holds: (JSONText) -> Bool
    ) async throws -> Bool {
        outcome.points += 1
        let call = Call.get("/payments/transactions/\(purchase.transaction)")
        var shown = try await shopper.require(200, call)
        let end = ContinuousClock.now + recoveryLimit
        while try !holds(shown.json()), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
            shown = try await shopper.require(200, call)
        }
        if try holds(shown.json()) { return true }
        find(rule, "transaction \(purchase.transaction) should be \(what), and is \(shown.text)")
        return false
    }

    /// A call is refused, and the provider hears nothing of it.
    mutating func expectRefusal(_ rule: String, _ code: String, _ call: Call, by shopper: Shopper) async throws {
        outcome.points += 1
        let before = try world.gateway.journal().count
        let answer = try await shopper.settle(call)
        if answer.status != 409 || answer["code"].string != code {
            find(rule, "\(call.path) should be refused with \(code), and was answered \(answer.status) \(answer.text)")
        }
        if try world.gateway.journal().count != before { find(rule, "\(call.path) was refused, and the provider did something") }
    }

    /// The order has this status.
    mutating func expectOrder(_ status: String, of purchase: Purchase, to shopper: Shopper) async throws {
        outcome.points += 1
        let order = try await shopper.require(200, .get("/orders/\(purchase.order)"))
        if order["status"].string != status { find("I3", "order \(purchase.order) should be \(status), and is \(order.text)") }
    }
}
