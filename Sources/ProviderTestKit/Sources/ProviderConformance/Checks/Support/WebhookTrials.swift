import ProviderAPI

/// What a module says to a webhook's signature.
struct Verification: Sendable {
    /// Nil where the service accepted the webhook.
    var error: ProviderError?
    /// Why the gateway refuses the webhook before it asks the service; nil where it does not.
    var headError: ProviderError?

    var isAccepted: Bool { error == nil && headError == nil }

    var isInvalidSignature: Bool {
        if case .rejected(let rejection)? = error { rejection.reason == .invalidSignature } else { false }
    }

    /// For findings.
    var text: String {
        if let error { return "\(JSONValue.outcome(of: error))" }
        return headError.map { "refused by webhookSignatureHeader: \(JSONValue.outcome(of: $0))" } ?? "accepted"
    }
}

/// A recorded webhook as it is delivered, with a good signature.
struct Delivery: Sendable {
    let sample: Sample
    let webhook: WebhookRequest
}

extension Workbench {
    /// The first recorded webhooks that are accepted, with the recorded settings.
    func deliveries(_ limit: Int = 5) -> [Delivery] {
        recording.cases.lazy.filter { $0.recorded.isPlain && $0.recorded.settings == nil }
            .compactMap { named in
                webhook(of: named.recorded.call, settings: settings()).map {
                    Delivery(sample: Sample(name: named.name, recorded: named.recorded), webhook: $0)
                }
            }
            .prefix(limit).map(\.self)
    }

    /// Asks a new service about a webhook's signature; nil where the settings make no service.
    func verify(_ webhook: WebhookRequest, settings: [String: SettingValue]? = nil) async -> Verification? {
        let settings = settings ?? self.settings()
        guard let service = try? await module.makeService(host: .testing(settings: settings)) else { return nil }
        var verification = Verification(error: nil, headError: nil)
        do throws(ProviderError) {
            try service.webhookSignatureHeader?.check(webhook.headers, at: webhook.receivedAt)
        } catch {
            verification.headError = error
        }
        do throws(ProviderError) {
            try await service.verifyWebhookSignature(webhook)
        } catch {
            verification.error = error
        }
        return verification
    }

    /// What a check of webhooks finds where there are none.
    var withoutWebhooks: Tally? {
        capabilities.webhooks
            ? nil : .notApplicable("a service with the recorded settings has no webhooks (capabilities.webhooks)")
    }
}

extension Tally {
    /// Counts a webhook that must be refused for its signature.
    mutating func refuse(_ verification: Verification?, at place: String) {
        guard let verification else { return }
        cases += 1
        guard !verification.isInvalidSignature else { return }
        find(place, expected: "rejected as invalidSignature", actual: verification.text)
    }

    /// Counts a webhook that must be accepted.
    mutating func accept(_ verification: Verification?, at place: String) {
        cases += 1
        guard verification?.isAccepted != true else { return }
        find(place, expected: "accepted", actual: verification?.text ?? "no service")
    }
}
