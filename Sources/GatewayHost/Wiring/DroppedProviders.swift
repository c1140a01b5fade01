import GatewayCore
import Logging
import ProviderAPI
import ProviderLoading

/// Providers that payments in the books need, and that providers.yaml does not have, or has turned off.
///
/// Without its provider a payment's webhooks are answered 404, its refunds 503, and its open operations stay open.
struct DroppedProviders: Error, CustomStringConvertible {
    /// How long a payment needs its provider: about as long as it can be disputed or refunded.
    static let paymentAge = Duration.seconds(180 * 86_400)

    /// The providers, never none.
    let uses: [ProviderUse]

    /// Looks for providers that a configuration drops.
    ///
    /// - Parameter before: the providers in use until now; nil at a start, where all that the books know may be dropped.
    /// - Returns: nil where it drops none that payments need.
    init?(
        by configuration: GatewayConfiguration, before: [String]?, in store: any GatewayStore, at now: Timestamp
    ) async throws {
        let kept = Set(configuration.enabledProviders.map { Identifier($0.name) })
        let uses = try await store.read { try $0.providersInUse(since: now.advanced(by: .zero - Self.paymentAge), except: kept) }
        let candidates = before.map { Set($0.map { Identifier($0) }) }
        self.uses = uses.filter { candidates?.contains(Identifier($0.provider)) ?? true }
        if self.uses.isEmpty { return nil }
    }

    /// The providers, and what needs each.
    var list: String {
        let list = uses.map { use -> String in
            var needs: [String] = []
            if use.recentPayments >= ProviderUse.countLimit {
                needs.append("\(ProviderUse.countLimit) payments or more younger than 180 days")
            } else if use.recentPayments > 0 {
                needs.append("\(Output.count(use.recentPayments, "payment")) younger than 180 days")
            }
            if use.openOperations > 0 { needs.append(Output.count(use.openOperations, "open operation")) }
            return "\(use.provider) (\(needs.joined(separator: ", ")))"
        }
        return list.joined(separator: ", ")
    }

    /// Which providers are dropped, and what needs them, as a sentence about providers.yaml.
    var summary: String { "drops \(list)" }

    /// What to do instead.
    var remedy: String { "Keep each of them with `enabled: true` and `accepts_new_payments: false`" }

    /// Both, for a start that is refused.
    var description: String { "providers: the file \(summary). \(remedy), or start with --force." }
}

extension GatewayServices {
    /// Refuses a configuration that drops providers which payments need. Development and force let it pass, with a warning in the log.
    ///
    /// - Parameter before: the providers in use until now; nil at a start.
    /// - Throws: ``DroppedProviders``, `StoreError`.
    func checkDroppedProviders(
        by configuration: GatewayConfiguration, before: [String]? = nil, isForced: Bool
    ) async throws {
        let dropped = try await DroppedProviders(by: configuration, before: before, in: store, at: clock.now())
        guard let dropped else { return }
        guard isForced || configuration.environment == .development else { throw dropped }
        logger.warning(
            "Payments in the books need providers that providers.yaml drops: their webhooks and refunds are refused.",
            metadata: ["dropped": "\(dropped.list)", "forced": "\(isForced)"])
    }
}
