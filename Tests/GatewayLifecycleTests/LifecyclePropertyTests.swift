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
}
