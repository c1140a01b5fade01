import GatewayCore
import ProviderAPI

extension ConfigurationReader {
    /// `authorization`. Production says who may refund: by default a payer's own token may.
    mutating func authorization(
        _ node: ConfigurationNode?, of root: ConfigurationNode, in environment: GatewayEnvironment?
    ) -> AuthorizationPolicy {
        let section = reader.section(node, as: ConfigurationSchema.authorization)
        var policy = AuthorizationPolicy()
        if let rule = rule(section?["refund"]) { policy.refund = rule }
        if let rule = rule(section?["cancel"]) { policy.cancel = rule }
        if let rule = rule(section?["capture"]) { policy.capture = rule }
        if environment == .production, section?["refund"].map(\.isAbsent) ?? true {
            let fix = "write `refund: admin`, `refund: scope`, or `refund: owner`, with which payers' own tokens may refund"
            reportMissing("authorization.refund", at: (section ?? root).origin, "production needs it: \(fix)")
        }
        return policy
    }

    private mutating func rule(_ node: ConfigurationNode?) -> AuthorizationPolicy.Rule? {
        reader.word(node, among: AuthorizationPolicy.Rule.allCases.map(\.rawValue)).flatMap(AuthorizationPolicy.Rule.init)
    }

    /// `rate_limits`. Production has a limit unless the file says that there is none.
    mutating func rateLimit(_ node: ConfigurationNode?, in environment: GatewayEnvironment?) -> SubjectRateLimit? {
        let section = reader.section(node, as: ConfigurationSchema.rateLimits)
        let standard = environment == .production ? ConfigurationSchema.productionRate : 0
        let rate = reader.integer(section?["requests_per_second"], in: ConfigurationSchema.rates) ?? standard
        let burst = reader.integer(section?["burst"], in: ConfigurationSchema.bursts)
        if let node = section?["burst"], burst != nil, rate == 0 {
            reader.report(node.problem("has no meaning while there is no limit; set requests_per_second, or remove it"))
        }
        guard rate > 0 else { return nil }
        return SubjectRateLimit(perSecond: Int(rate), burst: Int(burst ?? 2 * rate))
    }

    /// `payments`.
    mutating func payments(_ node: ConfigurationNode?) -> GatewayConfiguration.Payments {
        let section = reader.section(node, as: ConfigurationSchema.payments)
        var payments = GatewayConfiguration.Payments()
        if let isRequired = reader.bool(section?["require_idempotency_key"]) { payments.requiresIdempotencyKey = isRequired }
        if let refunds = reader.bool(section?["refund_duplicates"]) { payments.refundsDuplicates = refunds }
        if let window = reader.duration(section?["confirm_retry_window"], in: ConfigurationSchema.confirmRetryWindows) {
            payments.confirmRetryWindow = window
        }
        return payments
    }
}
