import GatewayLifecycle
import ProviderAPI

/// What a provider shows of an operation's effect, when the gateway looks for it.
struct ProviderLook: Sendable {
    /// What was found.
    indirect enum Found: Sendable {
        /// No intent of this operation.
        case nothing
        /// The intent.
        case intent(PaymentIntent)
        /// Refunds of the intent.
        case refunds([Refund])
    }

    /// What was found.
    var found: Found
    /// Whether the provider shows everything that belongs to the operation, so that nothing found means that there is nothing.
    var isComplete: Bool
}

extension Operation {
    /// Looks for the operation's effect at the provider.
    ///
    /// - Parameter amount: the payment's, for an intent that is gone; nil where only whether the provider answers counts.
    /// - Throws: `ProviderError` where the provider does not answer.
    func look(
        installation: String, at provider: Provider, amount: Money?,
        within deadline: Duration = OperationRunner.deadline
    ) async throws(ProviderError) -> ProviderLook {
        let call = CallContext(deadline: .now + deadline, requestID: requestID)
        let identity = identity(installation: installation)
        switch request {
        case .create:
            let intent = try await provider.service.findPaymentIntent(createdBy: identity.id, in: call)
            return ProviderLook(
                found: intent.map { .intent($0) } ?? .nothing, isComplete: provider.service.capabilities.findsByOperation)
        case .confirm(let request): return try await Self.look(request.paymentIntentID, at: provider, amount, call)
        case .capture(let request): return try await Self.look(request.paymentIntentID, at: provider, amount, call)
        case .cancel(let request): return try await Self.look(request.paymentIntentID, at: provider, amount, call)
        case .refund(let request):
            if let refunds = try await provider.listRefunds(ofPaymentIntent: request.paymentIntentID, in: call) {
                return ProviderLook(found: .refunds(refunds), isComplete: true)
            }
            let refund = try await provider.service.findRefund(
                createdBy: identity.id, ofPaymentIntent: request.paymentIntentID, in: call)
            return ProviderLook(found: .refunds(refund.map { [$0] } ?? []), isComplete: false)
        }
    }

    private static func look(
        _ intentID: String, at provider: Provider, _ amount: Money?, _ call: CallContext
    ) async throws(ProviderError) -> ProviderLook {
        ProviderLook(
            found: .intent(try await provider.retrieve(intentID, of: amount, in: call)), isComplete: true)
    }
}

extension PaymentLedger {
    /// Returns a look as the state machine takes it. Refunds are matched with the operations that they name.
    func lookUp(_ look: ProviderLook, on row: PaymentTransaction) throws -> LookUp {
        switch look.found {
        case .nothing: .nothing
        case .intent(let intent): .intent(IntentSight(intent, orderCurrency: row.amount.currency))
        case .refunds(let refunds): .refunds(try sights(of: refunds, on: row))
        }
    }

    /// Returns refunds as the state machine takes them.
    func sights(of refunds: [Refund], on row: PaymentTransaction) throws -> [RefundSight] {
        try refunds.map { refund in
            let operation = try operation(named: refund.operationID)
            let isOwn = operation?.kind == .refund && operation?.transactionID == row.id
            return RefundSight(refund, operation: isOwn ? operation?.id : nil, orderCurrency: row.amount.currency)
        }
    }

    /// Returns the operation of an id in an object's metadata. An operation of the same number may be another database's, such as a copy of
    /// this one, so that the whole id is compared.
    func operation(named id: String?) throws -> Operation? {
        guard let id, let number = Operation.number(in: id, installation: installation),
            let operation = try writer.operation(number),
            operation.identity(installation: installation).id.isIdentical(to: id)
        else { return nil }
        return operation
    }
}
