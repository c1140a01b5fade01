import GatewayHarness

/// A kind of call that the mock answers with an error, and does not carry out.
struct SilentDeed: Sendable {
    let deed: Deed
    /// What is asked for; of a refund a part of what was paid.
    let cents: Int

    private var amount: Amount { Amount(cents: cents) }
    private var paid: Amount { deed == .refund ? Amount(cents: cents + 500) : amount }

    /// More than is left beside the refund, and no more than without it.
    private var moreThanIsLeft: Amount { Amount(cents: 600) }

    /// What the mock's settings say about it. The error is stored under the call's key, so that every repeat of the call meets it too.
    var scenario: String {
        "{match: {operation: \(deed.rawValue), amount: \(cents)}, times: 1, fault: error_500_before_effect}"
    }

    /// Does all that comes before the request.
    func prepare(in world: World) async throws -> Deed.Prepared {
        let shopper = Shopper(in: world)
        let key = world.log.newName("k")
        switch deed {
        case .create:
            return Deed.Prepared(
                shopper: shopper, call: .intent(order: try await shopper.placeOrder(amount), amount, key: key))
        case .confirm:
            return Deed.Prepared(shopper: shopper, call: .confirm(try await shopper.begin(amount).intent, key: key))
        case .capture:
            let intent = try await shopper.pay(amount, isManual: true).intent
            return Deed.Prepared(shopper: Shopper(in: world, isAdmin: true), call: .capture(intent, amount, key: key))
        case .cancel:
            return Deed.Prepared(shopper: shopper, call: .cancel(try await shopper.begin(amount).intent, key: key))
        case .refund:
            return Deed.Prepared(shopper: shopper, call: .refund(try await shopper.pay(paid).intent, amount, key: key))
        case .order, .decline, .webhook:
            throw HarnessError("\(deed) is not asked of the provider in this check")
        }
    }

    /// A refund beside the one of which nothing is known, which fits only where that one is not reserved; nil of other kinds.
    func refundBeside(_ prepared: Deed.Prepared) -> Call? {
        guard deed == .refund, let path = prepared.call.path.split(separator: "?").first else { return nil }
        return Call(path: "\(path)?amount=\(moreThanIsLeft.literal)")
    }
}
