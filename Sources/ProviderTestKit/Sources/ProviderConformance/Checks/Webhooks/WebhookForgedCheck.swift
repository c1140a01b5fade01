import ProviderAPI

extension ConformanceCheck {
    static let webhookForged = ConformanceCheck(
        "webhook-forged",
        title: "A webhook that was changed, not signed or signed by somebody else is refused",
        why: "Webhooks move payments, and anyone can post one; verification has no default "
            + "(PaymentService.verifyWebhookSignature in ProviderAPI)."
    ) { bench in
        if let nothing = bench.withoutWebhooks { return nothing }
        var tally = Tally()
        for delivery in bench.deliveries() {
            for (forgery, webhook) in Forgeries.of(delivery.webhook, signedBy: bench.signer) {
                tally.refuse(await bench.verify(webhook), at: "\(delivery.sample.name): \(forgery)")
            }
            for (stranger, settings) in bench.settingsOfStrangers() {
                tally.refuse(
                    await bench.verify(delivery.webhook, settings: settings), at: "\(delivery.sample.name): \(stranger)")
            }
            tally.add(await bench.checkEmptySecret(delivery))
        }
        return tally
    }
}

/// What a stranger would post.
private enum Forgeries {
    static func of(_ webhook: WebhookRequest, signedBy signer: WebhookSigner) -> [(String, WebhookRequest)] {
        var forgeries = changedBodies(of: webhook, isSignedApart: signer.signature != nil)
        let unsigned = signer.unsigned(webhook)
        if unsigned != webhook { forgeries.append(("no signature", unsigned)) }
        guard let signature = signer.signature else { return forgeries }
        let stranger = signer.resigned(webhook, secret: "a stranger's secret", at: webhook.receivedAt)
        forgeries.append(("another secret's signature", stranger))
        for value in ["", "t=\(webhook.receivedAt.unixSeconds)", "t=\(webhook.receivedAt.unixSeconds),v1=", "0"] {
            var broken = unsigned
            broken.headers.append(HTTPField(signature.header.lowercased(), value))
            forgeries.append(("the signature \"\(value)\"", broken))
        }
        if signature.scheme == .timestamped {
            // The signature of one second with the time of the next.
            var later = webhook
            later.headers = later.headers.map { field in
                let seconds = webhook.receivedAt.unixSeconds
                return HTTPField(field.name, field.value.replacing("t=\(seconds),", with: "t=\(seconds + 1),"))
            }
            if later != webhook { forgeries.append(("a time that was not signed", later)) }
        }
        return forgeries
    }

    /// - Parameter isSignedApart: whether the signature covers the body's bytes. Where it stands among the parameters of a form it
    ///   may cover their values only, so each value is changed, and each parameter left out.
    private static func changedBodies(of webhook: WebhookRequest, isSignedApart: Bool) -> [(String, WebhookRequest)] {
        func changed(_ what: String, to body: [UInt8]) -> (String, WebhookRequest) {
            var copy = webhook
            copy.body = body
            return (what, copy)
        }
        if !isSignedApart, let form = FormParameters(body: webhook.body) {
            return form.pairs.indices.flatMap { index -> [(String, WebhookRequest)] in
                var (other, without) = (form, form)
                other.pairs[index].value += "0"
                without.pairs.remove(at: index)
                return [
                    changed("the parameter \(form.pairs[index].name) changed", to: Array(other.encoded.utf8)),
                    changed("the parameter \(form.pairs[index].name) left out", to: Array(without.encoded.utf8)),
                ]
            }
        }
        var flipped = webhook.body
        if !flipped.isEmpty { flipped[flipped.count / 2] ^= 1 }
        return [
            changed("a space after the body", to: webhook.body + [UInt8(ascii: " ")]),
            changed("one bit of the body changed", to: flipped),
            changed("an empty body", to: []),
        ].filter { $0.1.body != webhook.body }
    }
}

extension Workbench {
    /// The recorded settings with other secrets: by them the recorded webhooks come from a stranger.
    fileprivate func settingsOfStrangers() -> [(String, [String: SettingValue])] {
        let kinds = module.settingsSchema.settings.filter { $0.kind == .secret || $0.kind == .secrets }
        let recorded = settings()
        let others = kinds.reduce(into: recorded) { settings, setting in
            settings[setting.key] = settings[setting.key]?.withOtherTexts
        }
        return others == recorded ? [] : [("a service with other secrets", others)]
    }

    /// Without a secret nothing verifies, least of all what is signed with an empty one.
    fileprivate func checkEmptySecret(_ delivery: Delivery) async -> Tally {
        var tally = Tally()
        guard let key = signer.signature?.secrets, let value = settings()[key] else { return tally }
        var settings = settings()
        settings[key] = value.list == nil ? .string("") : .list([.string("")])
        let webhook = signer.resigned(delivery.webhook, secret: "", at: delivery.webhook.receivedAt)
        tally.refuse(await verify(webhook, settings: settings), at: "\(delivery.sample.name): an empty secret on both sides")
        return tally
    }
}

extension SettingValue {
    /// Other texts that look alike.
    fileprivate var withOtherTexts: SettingValue {
        switch self {
        case .string(let text): .string(text.isEmpty ? "" : text.dropLast() + (text.hasSuffix("7") ? "8" : "7"))
        case .list(let values): .list(values.map(\.withOtherTexts))
        default: self
        }
    }
}
