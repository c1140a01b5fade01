// A whole provider, small: it takes payments in memory. The tests build it against an earlier state of the SDK.

import Foundation
import ProviderAPI
import Synchronization

private struct EarlierModule: ProviderModule {
    let information = {
        var information = ModuleInformation(displayName: "Earlier", version: "1.0.0")
        information.isForTests = true
        return information
    }()
    let settingsSchema = SettingsSchema([
        Setting("webhook_secret", .secret, help: "What webhooks are signed with.").required()
    ])

    func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
        EarlierService(secret: host.settings.string("webhook_secret") ?? "")
    }
}

private final class EarlierService: PaymentService {
    private let secret: String
    private let books = Mutex<[PaymentIntent]>([])
    private let refunds = Mutex<[Refund]>([])

    init(secret: String) {
        self.secret = secret
    }

    var capabilities: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.refunds = true
        capabilities.partialRefunds = true
        capabilities.webhooks = true
        capabilities.findsByOperation = true
        return capabilities
    }

    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        if let known = try await findPaymentIntent(createdBy: operation.id, in: call) { return known }
        return books.withLock { books in
            var intent = PaymentIntent(id: "earlier_\(books.count + 1)", status: .requiresPaymentMethod, amount: request.amount)
            intent.captureMethod = request.captureMethod
            intent.operationID = operation.id
            intent.metadata = request.metadata
            intent.metadata["order_id"] = "\(request.orderID)"
            intent.clientSecret = "\(intent.id)_secret"
            books.append(intent)
            return intent
        }
    }

    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        try change(id) { _ in }
    }

    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let token = request.paymentMethod
        let intent = try change(request.paymentIntentID) { intent in
            guard token != "declined" else {
                intent.lastError = PaymentFailure(code: "card_declined", declineCode: "do_not_honor", message: "No.")
                return
            }
            intent.status = .succeeded
            intent.amountCaptured = intent.amount.minorUnits
            intent.paymentMethod = "card"
        }
        guard let failure = intent.lastError, intent.status == .requiresPaymentMethod else { return intent }
        var decline = Decline(code: failure.code ?? "declined", message: failure.message ?? "No.")
        decline.declineCode = failure.declineCode
        decline.paymentIntent = intent
        throw .declined(decline)
    }

    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .rejected(Rejection(.invalidState, message: "this provider lets nobody cancel"))
    }

    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        refunds.withLock { refunds in
            if let known = refunds.first(where: { $0.operationID == operation.id }) { return known }
            var refund = Refund(
                id: "earlier_refund_\(refunds.count + 1)", paymentIntentID: request.paymentIntentID, amount: request.amount,
                status: .succeeded)
            refund.operationID = operation.id
            refunds.append(refund)
            return refund
        }
    }

    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        refunds.withLock { refunds in refunds.filter { $0.paymentIntentID == id } }
    }

    func findPaymentIntent(createdBy operationID: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent? {
        books.withLock { books in books.first { $0.operationID == operationID } }
    }

    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        try TimestampedSignature.verify(
            webhook.header("Earlier-Signature"), named: "Earlier-Signature", body: webhook.body, secrets: [secret],
            now: webhook.receivedAt)
    }

    /// Tells of every event that the refunds of its intent changed.
    func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
        struct Event: Decodable {
            struct Content: Decodable {
                struct Object: Decodable { var id: String }
                var object: Object
            }
            var id: String
            var type: String
            var created: Int64
            var data: Content
        }
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(webhook.body)) else {
            throw .rejected(Rejection(.invalidRequest, message: "the webhook is no event"))
        }
        return WebhookEvent(
            id: event.id, type: event.type, createdAt: Timestamp(unixSeconds: event.created),
            subject: .refundsOfPaymentIntent(id: event.data.object.id))
    }

    private func change(
        _ id: String, _ change: (inout PaymentIntent) -> Void
    ) throws(ProviderError) -> PaymentIntent {
        let changed = books.withLock { books -> PaymentIntent? in
            guard let place = books.firstIndex(where: { $0.id == id }) else { return nil }
            change(&books[place])
            return books[place]
        }
        guard let changed else { throw .rejected(Rejection(.invalidRequest, message: "there is no \(id)")) }
        return changed
    }
}

/// The contract's version, compiled into this module.
@c(gateway_provider_abi)
public func gatewayProviderABI() -> UInt32 { ProviderABI.version }

/// The compiler's version, compiled into this module.
@c(gateway_provider_compiler)
public func gatewayProviderCompiler() -> UnsafePointer<UInt8> { ProviderABI.compiler.utf8Start }

/// The module, with a reference that the host takes over.
@c(gateway_provider_module)
public func gatewayProviderModule() -> UnsafeMutableRawPointer { ModuleEntry.export(EarlierModule()) }
