import ProviderAPI

extension ConformanceCheck {
    static let webhookReplayed = ConformanceCheck(
        "webhook-replayed",
        title: "The same delivery twice is the same event with the same subject",
        why: "Providers deliver more than once, and the gateway applies an event once by its id "
            + "(I7 of the failure model; WebhookEvent.id in ProviderAPI)."
    ) { bench in
        if let nothing = bench.withoutWebhooks { return nothing }
        var tally = Tally()
        for delivery in bench.deliveries(10) {
            let name = delivery.sample.name
            let results = await bench.read([delivery, delivery], seed: 1)
            let elsewhere = await bench.read([delivery], seed: 2)
            guard let first = results.first, let second = results.last, let other = elsewhere.first else { continue }
            tally.check(second, at: "\(name): delivered again", as: first)
            tally.check(other, at: "\(name): delivered after a restart", as: first)
        }
        return tally
    }

    static let webhookReordered = ConformanceCheck(
        "webhook-reordered",
        title: "Events read in any order are each what they are alone",
        why: "Events come late and out of order; what they show may not depend on what came before (I7 of the failure model)."
    ) { bench in
        if let nothing = bench.withoutWebhooks { return nothing }
        let deliveries = bench.deliveries(10)
        var alone: [CallResult] = []
        for delivery in deliveries {
            alone += await bench.read([delivery], seed: 1)
        }
        var tally = Tally()
        for order in [deliveries.indices.map(\.self), deliveries.indices.reversed()] {
            let results = await bench.read(order.map { deliveries[$0] }, seed: 1)
            for (index, result) in zip(order, results) {
                tally.check(result, at: "\(deliveries[index].sample.name) among others", as: alone[index])
            }
        }
        return tally
    }
}

extension Workbench {
    /// Delivers webhooks to one service, one after the other.
    fileprivate func read(_ deliveries: [Delivery], seed: UInt64) async -> [CallResult] {
        let transport = ScriptedTransport(deliveries.flatMap { $0.sample.recorded.exchanges.map(\.step) })
        let host = ProviderHost.testing(settings: settings(), http: transport, random: SeededRandom(seed: seed))
        let service: any PaymentService
        do throws(ProviderError) {
            service = try await module.makeService(host: host)
        } catch {
            return deliveries.map { _ in .noService(error) }
        }
        var results: [CallResult] = []
        for delivery in deliveries {
            let result = await Patience.within(Patience.forACall) {
                await delivery.sample.recorded.call.perform(
                    with: service, as: .testing("op_1"), webhook: delivery.webhook, in: .testing())
            }
            results.append(result ?? .unending)
        }
        return results
    }
}
