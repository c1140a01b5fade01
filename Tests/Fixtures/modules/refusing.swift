// A provider that says no where a payment's metadata name the call: {"capture": "decline"} or {"capture": "reject"}. It keeps its
// intents in memory, and nobody signs its webhooks, which it can never read.

import ProviderAPI
import Synchronization

private final class RefusingService: PaymentService {
    private let intents = Mutex<[String: PaymentIntent]>([:])

    var capabilities: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.manualCapture = true
        capabilities.refunds = true
        capabilities.partialRefunds = true
        capabilities.webhooks = true
        return capabilities
    }

    var idempotencyKeyMemory: Duration { .zero }

    private func obey(_ plan: String?) throws(ProviderError) {
        switch plan {
        case "decline":
            var decline = Decline(code: "card_declined", message: "The payment's metadata say no.")
            decline.declineCode = "do_not_honor"
            throw .declined(decline)
        case "reject": throw .rejected(Rejection(.invalidRequest, message: "The payment's metadata say no."))
        default: break
        }
    }

    private func change(
        _ id: String, _ call: String, to status: PaymentIntent.Status, captured: Int64? = nil
    ) throws(ProviderError) -> PaymentIntent {
        guard var intent = intents.withLock({ $0[id] }) else { throw .rejected(Rejection(.notFound, message: "There is none.")) }
        try obey(intent.metadata[call])
        intent.status = status
        if let captured { intent.amountCaptured = captured }
        let changed = intent
        intents.withLock { $0[id] = changed }
        return changed
    }

    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try obey(request.metadata["create"])
        var intent = PaymentIntent(id: "pi_\(operation.id)", status: .requiresPaymentMethod, amount: request.amount)
        intent.metadata = request.metadata
        intent.captureMethod = request.captureMethod
        intent.operationID = operation.id
        let made = intent
        intents.withLock { $0[made.id] = made }
        return made
    }

    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        guard let intent = intents.withLock({ $0[id] }) else { throw .rejected(Rejection(.notFound, message: "There is none.")) }
        return intent
    }

    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let intent = try await retrievePaymentIntent(request.paymentIntentID, in: call)
        return intent.captureMethod == .manual
            ? try change(intent.id, "confirm", to: .requiresCapture)
            : try change(intent.id, "confirm", to: .succeeded, captured: intent.amount.minorUnits)
    }

    func capturePayment(
        _ request: CapturePaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try change(request.paymentIntentID, "capture", to: .succeeded, captured: request.amount.minorUnits)
    }

    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try change(request.paymentIntentID, "cancel", to: .canceled)
    }

    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        try obey(try await retrievePaymentIntent(request.paymentIntentID, in: call).metadata["refund"])
        return Refund(
            id: "re_\(operation.id)", paymentIntentID: request.paymentIntentID, amount: request.amount, status: .succeeded)
    }

    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {}

    func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
        throw .notSent(CallFailure("what the event is about cannot be asked for now"))
    }
}

private struct RefusingModule: ProviderModule {
    let information = ModuleInformation(displayName: "Refusing", version: "1")
    let settingsSchema = SettingsSchema([])

    func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService { RefusingService() }
}

/// The contract's version, compiled into this module.
@c(gateway_provider_abi)
public func gatewayProviderABI() -> UInt32 { ProviderABI.version }

/// The compiler's version, compiled into this module.
@c(gateway_provider_compiler)
public func gatewayProviderCompiler() -> UnsafePointer<UInt8> { ProviderABI.compiler.utf8Start }

/// The module, with a reference that the host takes over.
@c(gateway_provider_module)
public func gatewayProviderModule() -> UnsafeMutableRawPointer { ModuleEntry.export(RefusingModule()) }
