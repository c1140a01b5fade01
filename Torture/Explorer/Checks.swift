import GatewayLifecycle

extension Trace {
    mutating func check(_ before: PaymentState, _ observation: Observation, _ evolution: Evolution, _ world: World) {}
    mutating func check(_ command: Command, _ state: PaymentState, _ decision: Decision, _ world: World) {}
    mutating func check(_ creation: Creation, _ decision: Decision, _ world: World) {}
}
extension World {
    func checkState(_ trace: inout Trace) {}
    func checkEnd(_ trace: inout Trace) {}
}
