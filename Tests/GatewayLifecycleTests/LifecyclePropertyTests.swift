import GatewayLifecycle
import Testing

/// The properties of the lifecycle's design, each over generated histories.
@Suite struct LifecyclePropertyTests {
    @Test("Every order and repetition of a consistent provider's observations ends in the same state", .timeLimit(.minutes(10)))
    func orderIndependence() { hold(ProviderHistory.self) { $0.orderDependence() } }

    @Test("No money is counted twice or lost, whatever a provider shows", .timeLimit(.minutes(10)))
    func conservation() { hold(OrderHistory.self) { $0.walk().conservation() } }

    @Test("No state is a dead end, by the provider's observations alone or by an operator's word", .timeLimit(.minutes(10)))
    func noDeadEnds() { hold(OrderHistory.self) { $0.walk().deadEnd() } }

    @Test("An order is charged once, and a second payment of it is never without a discrepancy", .timeLimit(.minutes(10)))
    func oneCharge() { hold(OrderHistory.self) { $0.walk().oneCharge() } }

    @Test("Nothing that changes money is silent, and every step is in the table of transitions", .timeLimit(.minutes(10)))
    func nothingIsSilent() { hold(OrderHistory.self) { $0.walk().silence() } }

    // MARK: The properties find what they are for

    @Test(
        "The order of observations matters to broken rules, and the property says so", .timeLimit(.minutes(10)),
        arguments: [
            "believes-reports", "review-freezes", "keeps-one-dispute", "applies-stale-fetches",
            "expired-stays-open", "ignores-late-success",
        ])
    func orderDependence(_ name: String) throws {
        let broken = Lifecycle(mutants: try #require(LifecycleMutants.all.first { $0.name == name }).mutant)
        #expect(firstViolation(of: ProviderHistory.self, among: 2000) { $0.orderDependence(by: broken) } != nil)
    }

    @Test(
        "Broken rules lose money, end nowhere, charge twice or keep silent, and the properties say so", .timeLimit(.minutes(10)),
        arguments: [
            "ignores-disputes", "stored-error-never-ends", "charges-beside-paid", "ignores-duplicates", "leaves-siblings-open",
            "fails-refunds-silently", "discrepancy-stays", "declaration-is-final",
        ])
    func brokenRules(_ name: String) throws {
        let mutant = try #require(LifecycleMutants.all.first { $0.name == name }).mutant
        let seed = firstViolation(of: OrderHistory.self, among: 2000) { history in
            let walk = history.walk(breaking: mutant)
            return walk.conservation() ?? walk.oneCharge() ?? walk.silence() ?? walk.deadEnd()
        }
        #expect(seed != nil)
    }
}
