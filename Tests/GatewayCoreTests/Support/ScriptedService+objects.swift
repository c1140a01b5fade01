import GatewayCore
import ProviderAPI
import Synchronization

extension ScriptedService {
    /// Does what is asked, once for each key.
    func act(
        _ request: OperationRequest, _ identity: OperationIdentity, status: PaymentIntent.Status? = nil,
        shown: PaymentIntent? = nil,
        refundStatus: Refund.Status = .succeeded
    ) -> Answer {
        state.withLock { state in
            if let remembered = state.remembered[identity.idempotencyKey] { return remembered }
            state.effects[request.kind, default: 0] += 1
            let answer: Answer
            if case .refund(let call) = request {
                var refund = Refund(
                    id: "re_\(state.refunds.count + 1)", paymentIntentID: call.paymentIntentID, amount: call.amount,
                    status: refundStatus
                )
                refund.operationID = identity.id
                refund.reason = call.reason
                refund.requestID = "req_provider"
                state.refunds.append(refund)
                answer = .refund(refund)
            } else {
                let intent = shown ?? Self.intent(after: request, identity, status: status, in: state)
                state.intents[intent.id] = intent
                answer = .intent(intent)
            }
            state.remembered[identity.idempotencyKey] = answer
            return answer
        }
    }

    private static func intent(
        after request: OperationRequest, _ identity: OperationIdentity, status: PaymentIntent.Status?, in state: State
    ) -> PaymentIntent {
        var intent: PaymentIntent
        switch request {
        case .create(let call):
            intent = PaymentIntent(
                id: "pi_\(state.intents.count + 1)", status: status ?? .requiresPaymentMethod, amount: call.amount)
            intent.captureMethod = call.captureMethod
            intent.clientSecret = "\(intent.id)_secret_\(clientSecretMark)"
            intent.operationID = identity.id
        case .confirm(let call):
            intent = known(call.paymentIntentID, in: state)
            intent.status = status ?? (intent.captureMethod == .manual ? .requiresCapture : .succeeded)
            intent.paymentMethod = "card"
            intent.chargeID = "ch_1"
        case .capture(let call):
            intent = known(call.paymentIntentID, in: state)
            intent.status = status ?? .succeeded
            intent.amountCaptured = call.amount.minorUnits
        case .cancel(let call):
            intent = known(call.paymentIntentID, in: state)
            intent.status = status ?? .canceled
        case .refund(let call):
            intent = known(call.paymentIntentID, in: state)
        }
        if intent.status == .succeeded, intent.amountCaptured == 0 { intent.amountCaptured = intent.amount.minorUnits }
        intent.requestID = "req_provider"
        return intent
    }

    /// What marks a client secret, to look for where none may be.
    static let clientSecretMark = "kept-to-the-owner"

    private static func known(_ id: String, in state: State) -> PaymentIntent {
        state.intents[id] ?? PaymentIntent(id: id, status: .processing, amount: usd(0))
    }
}

extension ScriptedService {
    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        let (intent, error, gate) = state.withLock { state in
            state.lookups += 1
            return (state.intents[id], state.lookupError ?? state.retrievalErrors[id], state.heldRetrieval)
        }
        await gate?.pass()
        if let error { throw error }
        guard let intent else { throw .rejected(Rejection(.notFound, message: "no such payment intent")) }
        return intent
    }

    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        let hasList = state.withLock { !$0.hidesObjects }
        guard hasList else { throw .rejected(Rejection(.unsupported, message: "there is no list")) }
        return try shownRefunds(of: id)
    }

    private func shownRefunds(of id: String) throws(ProviderError) -> [Refund] {
        let (refunds, lists, error) = state.withLock { state in
            state.lookups += 1
            return (state.refunds.filter { $0.paymentIntentID == id && !state.hidesRefunds }, state.lists, state.lookupError)
        }
        if let error { throw error }
        if !lists { throw .unsupported("listing refunds") }
        return refunds
    }

    func listDisputes(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Dispute] {
        let (disputes, lists, error) = state.withLock { state in
            state.lookups += 1
            return (state.disputes.filter { $0.paymentIntentID == id }, state.lists, state.lookupError)
        }
        if let error { throw error }
        if !lists { throw .unsupported("listing disputes") }
        return disputes
    }

    func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund {
        let (refund, error) = state.withLock { state in
            state.lookups += 1
            return (state.refunds.first { $0.id == id }, state.lookupError)
        }
        if let error { throw error }
        guard let refund else { throw .rejected(Rejection(.notFound, message: "no such refund")) }
        return refund
    }

    func findPaymentIntent(
        createdBy operationID: String, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent? {
        let (intent, error) = state.withLock { state in
            state.lookups += 1
            return (state.hidesObjects ? nil : state.intents.values.first { $0.operationID == operationID }, state.lookupError)
        }
        if let error { throw error }
        return intent
    }

    func findRefund(
        createdBy operationID: String, ofPaymentIntent id: String, in call: CallContext
    ) async throws(ProviderError) -> Refund? {
        let isHidden = state.withLock { $0.hidesObjects }
        let found = try shownRefunds(of: id).first { $0.operationID == operationID }
        return isHidden ? nil : found
    }
}
