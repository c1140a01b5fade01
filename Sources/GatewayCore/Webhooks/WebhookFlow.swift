package import Logging
import Metrics
package import ProviderAPI

/// A webhook, from the raw bytes to the acknowledgement:
///
/// 1. The head shows whether the provider exists and whether the signature's header is there and fresh. Bad: the body is not read.
/// 2. The provider verifies the raw bytes. Bad: refused, and nothing is written.
/// 3. One transaction stores the event once and applies what can be applied without a question to the provider. On disk.
/// 4. Only then it is acknowledged. What needs a question is answered by the ``WebhookInbox`` afterwards.
package struct WebhookFlow: Sendable {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let inbox: WebhookInbox
    let clock: any ProviderClock
    let logger: Logger

    /// A flow over a store, the providers in use, and the inbox that deals with what cannot be applied at once.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, inbox: WebhookInbox, clock: any ProviderClock, logger: Logger
    ) {
        self.store = store
        self.registry = registry
        self.inbox = inbox
        self.clock = clock
        self.logger = logger
    }

    /// Checks what a webhook's head shows, before its body is read: that the provider takes webhooks, and that the signature's header is
    /// there and fresh.
    ///
    /// - Throws: ``GatewayError/Code/notFound`` where the provider does not exist or has no webhooks,
    ///   ``GatewayError/Code/invalidSignature``.
    package func admit(_ headers: [HTTPField], for name: String, at now: Timestamp) throws(GatewayError) {
        let provider = try provider(named: name)
        do throws(ProviderError) {
            try provider.service.webhookSignatureHeader?.check(headers, at: now)
        } catch {
            throw refusal(error, at: provider)
        }
    }

    /// Takes a webhook in. When this returns, the event is on disk and may be acknowledged. A sender that hangs up ends only the waiting.
    ///
    /// - Parameter holding: what has to live for as long as the webhook's bytes are in memory.
    /// - Throws: ``GatewayError/Code/notFound`` where the provider does not exist or has no webhooks,
    ///   ``GatewayError/Code/invalidSignature``, ``GatewayError/Code/malformedRequest``, ``GatewayError/Code/providerUnavailable``,
    ///   ``StoreError``, and what ``FlowSupervisor/perform(_:)`` throws by itself.
    package func receive(
        _ webhook: WebhookRequest, from name: String, requestID: String, holding: (any Sendable)? = nil
    ) async throws {
        try await inbox.supervisor.perform {
            defer { withExtendedLifetime(holding) {} }
            try await take(webhook, from: name, requestID: requestID)
        }
    }

    private func provider(named name: String) throws(GatewayError) -> Provider {
        guard let provider = registry.provider(named: name), provider.service.capabilities.webhooks else {
            throw GatewayError(.notFound, "There is no such provider, or it has no webhooks.")
        }
        return provider
    }

    private func take(_ webhook: WebhookRequest, from name: String, requestID: String) async throws {
        let provider = try provider(named: name)
        let event = try await verifiedEvent(webhook, from: provider, requestID: requestID)
        let installation = store.installation
        let now = clock.now()
        let lifecycle = inbox.lifecycle
        let (stored, signals): (WebhookRecord.State?, [LifecycleSignals.Signal]) = try await store.write { writer in
            let new = NewWebhook(provider: name, event: event, rawBody: webhook.body, receivedAt: webhook.receivedAt)
            guard let record = try writer.insertWebhook(new) else { return (nil, []) }
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: installation, now: now, actor: .webhook(event.id))
            return (try EventApplication(record: record, ledger: ledger).apply(fetched: nil), ledger.signals.all)
        }
        let result = WebhookResult(stored)
        Counter(label: "gateway_webhooks_total", dimensions: [("provider", name), ("result", result.rawValue)]).increment()
        logger.info(
            "Webhook received.",
            metadata: [
                "provider": .string(name), "event": .string(event.id), "type": .string(event.type),
                "result": .string(result.rawValue), "request_id": .string(requestID),
            ]
        )
        signals.emit(to: logger, metadata: ["event": .string(event.id), "request_id": .string(requestID)])
        if stored == .pending { inbox.wake() }
    }

    private func verifiedEvent(
        _ webhook: WebhookRequest, from provider: Provider, requestID: String
    ) async throws -> WebhookEvent {
        provider.calls.begin()
        defer { provider.calls.end() }
        return try await offEventLoop {
            try await verify(webhook, from: provider)
            return try await parse(webhook, from: provider, requestID: requestID)
        }
    }

    private func verify(_ webhook: WebhookRequest, from provider: Provider) async throws(GatewayError) {
        do throws(ProviderError) {
            try await provider.service.verifyWebhookSignature(webhook)
        } catch {
            throw refusal(error, at: provider)
        }
    }

    /// Counts a webhook whose signature proves nothing, and says why.
    private func refusal(_ error: ProviderError, at provider: Provider) -> GatewayError {
        let dimensions = [("provider", provider.name), ("result", WebhookResult.refused.rawValue)]
        Counter(label: "gateway_webhooks_total", dimensions: dimensions).increment()
        return switch error {
        case .rejected(let rejection): GatewayError(.invalidSignature, rejection.message)
        default: GatewayError(.invalidSignature, "The webhook could not be verified.")
        }
    }

    private func parse(
        _ webhook: WebhookRequest, from provider: Provider, requestID: String
    ) async throws(GatewayError) -> WebhookEvent {
        let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: requestID)
        do throws(ProviderError) {
            return try await provider.service.parseWebhookEvent(webhook, in: call)
        } catch {
            switch error {
            // Reading can need a question to the provider: a refusal of our credentials says nothing about the webhook.
            case .rejected(let rejection) where rejection.reason != .authentication:
                throw GatewayError(.malformedRequest, rejection.message)
            // Not acknowledged, so that the provider sends it again.
            default: throw GatewayError(.providerUnavailable, "The webhook could not be read now.").retry(afterSeconds: 5)
            }
        }
    }
}
