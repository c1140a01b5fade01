import GatewayLifecycle
import Testing

/// The properties of the lifecycle's design, each over generated histories.
@Suite struct LifecyclePropertyTests {
    @Test("Every order and repetition of a consistent provider's observations ends in the same state", .timeLimit(.minutes(30)))
    func orderIndependence() { hold(ProviderHistory.self) { $0.orderDependence() } }

    @Test("No money is counted twice or lost, whatever a provider shows", .timeLimit(.minutes(30)))
    func conservation() { hold(OrderHistory.self) { $0.walk().conservation() } }

    @Test("No state is a dead end, by the provider's observations alone or by an operator's word", .timeLimit(.minutes(30)))
    func noDeadEnds() { hold(OrderHistory.self) { $0.walk().deadEnd() } }

    @Test("An order is charged once, and a second payment of it is never without a discrepancy", .timeLimit(.minutes(30)))
    func oneCharge() { hold(OrderHistory.self) { $0.walk().oneCharge() } }

    @Test("Nothing that changes money is silent, and every step is in the table of transitions", .timeLimit(.minutes(30)))
    func nothingIsSilent() { hold(OrderHistory.self) { $0.walk().silence() } }

    // MARK: The properties find what they are for

    @Test(
        "The order of observations matters to broken rules, and the property says so", .timeLimit(.minutes(30)),
        arguments: [
            LifecycleMutants.believesReports, .opensFromReports, .reviewFreezes, .stageOutranksTime, .keepsOneDispute,
            .appliesStaleFetches,
            .expiredStaysOpen, .ignoresLateSuccess,
        ])
    func orderDependence(_ mutant: LifecycleMutants) {
        let broken = Lifecycle(mutants: mutant)
        #expect(firstViolation(of: ProviderHistory.self, among: 2000) { $0.orderDependence(by: broken) } != nil)
    }

    @Test(
        "Broken rules lose money, end nowhere, charge twice or keep silent, and the properties say so", .timeLimit(.minutes(30)),
        arguments: [
            LifecycleMutants.ignoresDisputes, .storedErrorNeverEnds, .chargesBesidePaid, .ignoresDuplicates, .leavesSiblingsOpen,
            .failsRefundsSilently, .discrepancyStays, .declarationIsFinal,
        ])
    func brokenRules(_ mutant: LifecycleMutants) {
        let seed = firstViolation(of: OrderHistory.self, among: 2000) { history in
            let walk = history.walk(breaking: mutant)
            return walk.conservation() ?? walk.oneCharge() ?? walk.silence() ?? walk.deadEnd()
        }
        #expect(seed != nil)
    }
}
