import GatewayHarness

/// A payment that leaves events behind.
struct StormyPayment: Sendable {
    let world: World
    /// Says what becomes of it: every second one is completed behind the gateway's back.
    let number: Int
    var random: SplitMix64

    /// Makes it.
    func make() async throws {
        var random = random
        let shopper = Shopper(in: world)
        let admin = Shopper(in: world, isAdmin: true)
        let amount = Amount.random(using: &random)
        if number.isMultiple(of: 2) {
            let (_, page) = try await shopper.payUpToChallenge(amount)
            guard let answer = Call.challenge(page, isApproved: !random.oneIn(4)) else {
                throw HarnessError("the page \(page) is elsewhere")
            }
            _ = try await Shopper.anonymous(in: world).require(200, answer)
            return
        }
        let part = Amount(cents: amount.cents / 3)
        switch number / 2 % 5 {
        case 0:
            let payment = try await shopper.pay(amount)
            _ = try await shopper.require(200, .refund(payment.intent, part))
            _ = try await shopper.require(200, .refund(payment.intent, part))
        case 1:
            let payment = try await shopper.begin(amount)
            _ = try await shopper.require(402, .confirm(payment.intent, "pm_card_chargeDeclined"))
            _ = try await shopper.require(200, .confirm(payment.intent))
            _ = try await shopper.require(200, .refund(payment.intent))
        case 2:
            let payment = try await shopper.pay(amount, isManual: true)
            _ = try await admin.require(200, .capture(payment.intent, part))
            _ = try await shopper.require(200, .refund(payment.intent, Amount(cents: part.cents / 2)))
        case 3:
            let payment = try await shopper.pay(amount, isManual: true)
            _ = try await shopper.require(200, .cancel(payment.intent))
        default:
            let payment = try await shopper.begin(amount)
            _ = try await shopper.require(402, .confirm(payment.intent, "pm_card_chargeDeclined"))
            _ = try await shopper.require(200, .cancel(payment.intent))
        }
    }
}
