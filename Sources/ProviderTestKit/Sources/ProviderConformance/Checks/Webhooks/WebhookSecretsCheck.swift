import ProviderAPI

extension ConformanceCheck {
    static let webhookSecrets = ConformanceCheck(
        "webhook-secrets",
        title: "Any of several secrets verifies a webhook, in any place",
        why: "Two secrets are good while one is being rolled (the failure model, webhooks: verified against any of the "
            + "configured secrets)."
    ) { bench in
        if let nothing = bench.withoutWebhooks { return nothing }
        let recorded = bench.settings()
        let keys = bench.module.settingsSchema.settings.filter { $0.kind == .secrets && recorded[$0.key]?.list != nil }.map(\.key)
        var tally = Tally()
        for delivery in bench.deliveries() {
            for key in bench.signer.signature.map({ signature in keys.filter { $0 == signature.secrets } }) ?? keys {
                let own = recorded[key]?.texts ?? []
                for place in 0...2 {
                    var texts = ["whsec_others_1", "whsec_others_2"]
                    texts.insert(contentsOf: own, at: place)
                    var settings = recorded
                    settings[key] = .list(texts.map(SettingValue.string))
                    tally.accept(
                        await bench.verify(delivery.webhook, settings: settings),
                        at: "\(delivery.sample.name): signed with secret \(place + 1) of \(texts.count)")
                }
            }
        }
        return tally
    }
}
