import GatewayHarness
import Testing

/// A refund that the provider has done, and of which a gateway that was killed has no answer.
struct LostRefund: Sendable {
    /// The payment that was refunded.
    let payment: Payment
    /// The operation's number.
    let operation: Int
    /// The provider's id of the refund.
    let refund: String
}

extension GatewayConfiguration {
    /// A mock whose refunds get through, and whose answers to them and events about them do not.
    static var losesRefunds: GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.providers = [
            mock(more: ", scenarios: [{match: {operation: refund}, fault: hang_after_effect, webhooks: {drop: true}}]"),
            mock(named: "mock2"),
        ]
        return configuration
    }
}

extension GatewayProcess {
    /// Pays, asks for a refund of 10.00, and kills the gateway once the provider has done it.
    func loseRefund() async throws -> LostRefund {
        let user = newUser()
        let payment = try await user.pay()
        let asking = Task { try await user.refund(payment, "10.00") }
        try await eventually("the provider has refunded") { try effects("refund") == 1 }
        await kill()
        _ = await asking.result
        let refund = try #require(try journal().first { $0["operation"].string?.hasPrefix("refund") == true }?["object"].string)
        let operation = try await database.count("SELECT max(id) FROM operations")
        return LostRefund(payment: payment, operation: operation, refund: refund)
    }
}
