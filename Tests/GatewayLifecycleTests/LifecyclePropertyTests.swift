import GatewayLifecycle
import Testing

/// The properties of the lifecycle's design, each over generated histories.
@Suite struct LifecyclePropertyTests {
    @Test("Every order and repetition of a consistent provider's observations ends in the same state", .timeLimit(.minutes(30)))
    func orderIndependence() {
        hold(ProviderHistory.self) { history in
            let end = history.end
            if !end.isAtRest { return "The gateway does not come to rest." }
            let (facts, inOrder) = (end.facts, history.inOrder.end.facts)
            for (name, fact) in facts.sorted(by: { $0.key < $1.key }) where inOrder[name] != fact {
                return "The \(name) ended as \(fact), and in the order of the provider as \(inOrder[name] ?? "")."
            }
            for (name, fact) in end.truth.sorted(by: { $0.key < $1.key }) where facts[name] != fact {
                return "The \(name) ended as \(facts[name] ?? ""), and the provider holds \(fact)."
            }
            return nil
        }
    }

    @Test("No money is counted twice or lost, whatever a provider shows", .timeLimit(.minutes(30)))
    func conservation() { hold(OrderHistory.self) { $0.walk.conservation() } }

    @Test("No state is a dead end, by the provider's observations alone or by an operator's word", .timeLimit(.minutes(30)))
    func noDeadEnds() { hold(OrderHistory.self) { $0.walk.deadEnd() } }

    @Test("An order is charged once, and a second payment of it is never without a discrepancy", .timeLimit(.minutes(30)))
    func oneCharge() { hold(OrderHistory.self) { $0.walk.oneCharge() } }

    @Test("Nothing that changes money is silent, and every step is in the table of transitions", .timeLimit(.minutes(30)))
    func nothingIsSilent() { hold(OrderHistory.self) { $0.walk.silence() } }
}
