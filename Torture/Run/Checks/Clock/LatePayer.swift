import GatewayHarness

/// A confirmation that never reached the provider, and a payer who is gone by the time the gateway could send it again: it must not be.
struct LatePayer: Sendable {
    /// What is to be paid.
    let cents: Int

    /// What the mock's settings say about it: the process is killed before the call has any effect.
    var scenario: String { "{match: {operation: confirm, amount: \(cents)}, delay: 15s}" }

    /// Begins a confirmation, and returns while it is under way. Whoever sent it is not answered any more.
    func begin(in world: World) async throws -> Deed.Prepared {
        let shopper = Shopper(in: world)
        let call = Call.confirm(try await shopper.begin(Amount(cents: cents)).intent, key: world.log.newName("k"))
        let before = Set(try await world.operations().map(\.id))
        let sending = Task { _ = try? await shopper.send(call) }
        defer { sending.cancel() }
        try await eventually("the confirmation is under way") {
            try await world.operations().contains { !before.contains($0.id) }
        }
        return Deed.Prepared(shopper: shopper, call: call)
    }

    /// What is wrong with the end of a confirmation whose process was killed and whose payer left a quarter of an hour ago.
    func findings(about confirmation: Deed.Prepared, in world: World) async throws -> [Finding] {
        let answer = try await confirmation.shopper.settle(confirmation.call) { _ = try await world.gateway.command("reconcile") }
        var findings: [Finding] = []
        if answer.status != 422 {
            findings.append(
                Finding(rule: "I6", detail: "a payer who had left was answered \(answer.status) \(answer.text) in the end"))
        }
        if try world.gateway.journal().contains(where: isPaid) {
            findings.append(Finding(rule: "I1", detail: "a payer who had left a quarter of an hour ago was charged"))
        }
        return findings
    }

    private func isPaid(_ effect: JSONText) -> Bool {
        effect["operation"].string == "confirm" && effect["payment_intent"]["amount"].integer == cents
    }
}
