package import ProviderAPI

/// One account at the mock provider. Its flows are in extensions, a folder each; what it knows is in its ``Ledger``.
package struct MockService: PaymentService {
    let settings: MockSettings
    let ledger: Ledger
    let poster: WebhookPoster
    let scenarios: Scenarios
    let host: ProviderHost

    /// Opens the journal and reads it back.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` that names the setting at fault.
    init(host: ProviderHost) throws(ProviderError) {
        let settings = try MockSettings(host: host)
        let outbox = Outbox()
        do throws(ProviderError) {
            let deliveries = try DeliveryLog(besideJournal: settings.journalPath)
            var books = try Books(
                path: settings.journalPath, account: host.name, ids: ObjectIDs(seed: settings.seed),
                postsWebhooks: settings.postsWebhooks, outbox: outbox, log: host.log
            )
            try books.load(deliveries, at: host.clock.now())
            ledger = Ledger(books, clock: host.clock)
            poster = WebhookPoster(
                ledger: ledger, outbox: outbox, deliveries: deliveries, secret: settings.webhookSecret, host: host)
        } catch .notSent(let failure) {
            var rejection = Rejection(.invalidRequest, message: failure.message)
            rejection.field = "journal"
            throw .rejected(rejection)
        }
        scenarios = Scenarios(settings.scenarios)
        self.settings = settings
        self.host = host
    }

    /// All of them.
    package var capabilities: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.manualCapture = true
        capabilities.partialCapture = true
        capabilities.refunds = true
        capabilities.partialRefunds = true
        capabilities.webhooks = true
        capabilities.findsByOperation = true
        capabilities.listsEvents = true
        capabilities.pages = true
        return capabilities
    }

    /// 24 hours, by the host's clock.
    package var idempotencyKeyMemory: Duration { KeyMemory.span }

    /// Healthy while the journal can be read.
    package func health() async -> ProviderHealth {
        do throws(ProviderError) {
            try ledger.look { _ throws(ProviderError) in }
            return ProviderHealth(isHealthy: true)
        } catch {
            return ProviderHealth(isHealthy: false, message: error.reason)
        }
    }
}
