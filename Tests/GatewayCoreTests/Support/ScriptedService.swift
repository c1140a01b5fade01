import GatewayCore
import ProviderAPI
import Synchronization

/// A provider in memory. It does what it is asked, once for each idempotency key, unless its script says otherwise; it keeps what it
/// was asked with, and shows its objects to whoever looks them up.
final class ScriptedService: PaymentService {
    /// What becomes of one call.
    indirect enum Step: Sendable {
        /// It is done, and the object is shown in this status; nil for the usual one.
        case act(PaymentIntent.Status? = nil)
        /// It is done, and this is the intent from now on.
        case show(PaymentIntent)
        /// The refund is made, in this status.
        case refund(Refund.Status)
        /// Nothing is done.
        case fail(ProviderError)
        /// It is done, but the answer does not arrive.
        case actThenFail(ProviderError)
        /// The call waits at the gate before anything is done.
        case wait(Gate, then: Step)
        /// It is done, and the answer waits at the gate.
        case actThenWait(Gate, PaymentIntent.Status? = nil)
    }

    /// A mutating call as it arrived.
    struct Call: Sendable, Hashable {
        var request: OperationRequest
        var identity: OperationIdentity
    }

    struct State {
        var steps: [GatewayCore.Operation.Kind: [Step]] = [:]
        var calls: [Call] = []
        var lookups = 0
        var effects: [GatewayCore.Operation.Kind: Int] = [:]
        var remembered: [String: Answer] = [:]
        var intents: [String: PaymentIntent] = [:]
        var refunds: [Refund] = []
        var disputes: [Dispute] = []
        /// Whether it can list refunds and disputes.
        var lists = true
        /// Whether its list of refunds is empty.
        var hidesRefunds = false
        var lookupError: ProviderError?
        var retrievalErrors: [String: ProviderError] = [:]
        var events: [WebhookEvent] = []
        var listCalls: [ListCall] = []
        var pageSize: Int?
        var pageErrors: [String: ProviderError] = [:]
        var pageLeads: [String: String] = [:]
        /// What it fills into requests, where it has such settings.
        var resolve: (@Sendable (ProviderRequest) -> ProviderRequest)?
        /// Its clock, where it tells it.
        var now: Timestamp?
        var hidesObjects = false
        /// Whether it takes every event for somebody else's.
        var ignoresEvents = false
        var heldRetrieval: Gate?
    }

    /// What a mutating call is answered with.
    enum Answer: Sendable {
        case intent(PaymentIntent)
        case refund(Refund)
    }

    let capabilities: ProviderCapabilities
    let idempotencyKeyMemory = Duration.seconds(23 * 3600)
    let state = Mutex(State())

    init(capabilities: ProviderCapabilities = ScriptedService.everything) {
        self.capabilities = capabilities
    }

    /// Everything that the core makes use of.
    static var everything: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.manualCapture = true
        capabilities.partialCapture = true
        capabilities.refunds = true
        capabilities.partialRefunds = true
        capabilities.webhooks = true
        capabilities.findsByOperation = true
        capabilities.listsEvents = true
        return capabilities
    }

    /// What becomes of the next calls of a kind, in order. Beyond the script every call is done.
    func script(_ kind: GatewayCore.Operation.Kind, _ steps: Step...) {
        state.withLock { $0.steps[kind, default: []] += steps }
    }

    /// Puts the intent into the state in which the provider shows it from now on.
    func show(_ intent: PaymentIntent) {
        state.withLock { $0.intents[intent.id] = intent }
    }

    /// Adds a refund, or replaces the one with its id.
    func show(_ refund: Refund) {
        state.withLock { state in
            state.refunds.removeAll { $0.id == refund.id }
            state.refunds.append(refund)
        }
    }

    /// Adds a dispute, or replaces the one with its id.
    func show(_ dispute: Dispute) {
        state.withLock { state in
            state.disputes.removeAll { $0.id == dispute.id }
            state.disputes.append(dispute)
        }
    }

    /// Makes it one that lists neither refunds nor disputes.
    func listNothing() { state.withLock { $0.lists = false } }
    /// Makes its list of refunds empty, although there are some.
    func hideRefunds() { state.withLock { $0.hidesRefunds = true } }

    /// The intent as the provider has it.
    func intent(_ id: String) -> PaymentIntent? { state.withLock { $0.intents[id] } }
    /// The refunds as the provider has them.
    var refunds: [Refund] { state.withLock { $0.refunds } }
    /// The mutating calls so far.
    var calls: [Call] { state.withLock { $0.calls } }
    /// How often something was done, as against asked for.
    func effects(_ kind: GatewayCore.Operation.Kind) -> Int { state.withLock { $0.effects[kind, default: 0] } }
    /// How often an object was asked for.
    var lookups: Int { state.withLock { $0.lookups } }
    /// Makes every look-up fail; nil ends that.
    func failLookups(_ error: ProviderError?) { state.withLock { $0.lookupError = error } }
    /// Makes looking up one intent fail.
    func failLookup(of intent: String, _ error: ProviderError?) { state.withLock { $0.retrievalErrors[intent] = error } }
    /// Makes the provider find nothing by an operation, although it is there.
    func hideObjects() { state.withLock { $0.hidesObjects = true } }
    /// Holds the answers of ``retrievePaymentIntent(_:in:)`` back, as they were when asked for.
    func holdRetrievals(at gate: Gate?) { state.withLock { $0.heldRetrieval = gate } }
}

extension ScriptedService {
    func resolve(_ request: ProviderRequest) -> ProviderRequest {
        state.withLock { $0.resolve }.map { $0(request) } ?? request
    }

    /// Has its settings fill something into requests from now on.
    func fillIn(_ resolve: @escaping @Sendable (ProviderRequest) -> ProviderRequest) { state.withLock { $0.resolve = resolve } }

    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await intent(.create(request), operation)
    }

    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await intent(.confirm(request), operation)
    }

    func capturePayment(
        _ request: CapturePaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await intent(.capture(request), operation)
    }

    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await intent(.cancel(request), operation)
    }

    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        guard case .refund(let refund) = try await answer(.refund(request), operation) else {
            throw .unknown(CallFailure("the script answers a refund with an intent"))
        }
        return refund
    }

    private func intent(_ request: OperationRequest, _ identity: OperationIdentity) async throws(ProviderError) -> PaymentIntent {
        guard case .intent(let intent) = try await answer(request, identity) else {
            throw .unknown(CallFailure("the script answers with a refund"))
        }
        return intent
    }

    private func answer(
        _ request: OperationRequest, _ identity: OperationIdentity
    ) async throws(ProviderError) -> Answer {
        let step = state.withLock { state in
            state.calls.append(Call(request: request, identity: identity))
            let steps = state.steps[request.kind, default: []]
            state.steps[request.kind] = Array(steps.dropFirst())
            return steps.first ?? .act()
        }
        return try await take(step, request, identity)
    }

    private func take(
        _ step: Step, _ request: OperationRequest, _ identity: OperationIdentity
    ) async throws(ProviderError) -> Answer {
        switch step {
        case .act(let status): return act(request, identity, status: status)
        case .show(let intent): return act(request, identity, shown: intent)
        case .refund(let status): return act(request, identity, refundStatus: status)
        case .fail(let error): throw error
        case .actThenFail(let error):
            _ = act(request, identity)
            throw error
        case .wait(let gate, let next):
            await gate.pass()
            return try await take(next, request, identity)
        case .actThenWait(let gate, let status):
            let answer = act(request, identity, status: status)
            await gate.pass()
            return answer
        }
    }
}
