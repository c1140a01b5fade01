import GatewayLifecycle
import ProviderAPI

extension PaymentFlow {
    /// T1 of confirming, capturing, canceling or refunding.
    func plan(
        _ command: PaymentCommand, on transaction: PaymentTransaction, _ request: CallerContext, _ ledger: PaymentLedger
    ) throws -> Plan {
        guard let intentID = transaction.paymentIntentID, let provider = registry.provider(named: transaction.provider) else {
            throw GatewayError(.providerUnavailable, "The provider \(transaction.provider) of this payment is not loaded.")
                .retry(afterSeconds: 60)
        }
        let currency = transaction.amount.currency
        let abilities = Abilities(provider.service.capabilities)
        var payment = try ledger.load(transaction)
        let decision: Decision
        switch command {
        case .confirm: decision = lifecycle.decide(.confirm, on: payment.state)
        case .capture(let literal):
            try authorization.check(.capture, by: request.principal)
            let amount = try Self.amount(literal, in: currency)
            decision = lifecycle.decide(.capture(amount?.minorUnits, abilities), on: payment.state)
        case .cancel:
            try authorization.check(.cancel, by: request.principal)
            decision = lifecycle.decide(.cancel, on: payment.state)
        case .refund(let literal, _, _):
            try authorization.check(.refund, by: request.principal)
            let amount = try Self.amount(literal, in: currency)
            decision = lifecycle.decide(.refund(amount?.minorUnits, abilities), on: payment.state)
        }
        guard case .call(let planned) = decision else {
            guard case .refuse(let refusal) = decision else {
                throw GatewayError(.internal, "A command is called or refused.")
            }
            return .refuse(refusal, refusal.error(for: transaction))
        }
        try provider.requireRoom()
        return try store(
            planned, call(command, planned, intentID, currency), on: &payment, at: provider, request, ledger)
    }

    private func call(
        _ command: PaymentCommand, _ planned: PlannedOperation, _ intentID: String, _ currency: Currency
    ) -> OperationRequest {
        let amount = Money(minorUnits: planned.amount, currency: currency)
        switch command {
        case .confirm(let paymentMethod, let returnURL):
            var call = ConfirmPaymentRequest(paymentIntentID: intentID)
            call.paymentMethod = paymentMethod
            call.returnURL = returnURL
            return .confirm(call)
        case .capture: return .capture(CapturePaymentRequest(paymentIntentID: intentID, amount: amount))
        case .cancel(let reason):
            var call = CancelPaymentRequest(paymentIntentID: intentID)
            call.reason = reason
            return .cancel(call)
        case .refund(_, let reason, let metadata):
            var call = CreateRefundRequest(paymentIntentID: intentID, amount: amount)
            call.reason = reason
            call.metadata = metadata
            return .refund(call)
        }
    }

    /// Stores an operation, the request's idempotency key, and what the operation changes at once: a refund reserves its amount.
    func store(
        _ planned: PlannedOperation, _ call: OperationRequest, on payment: inout PaymentLedger.Payment, at provider: Provider,
        _ request: CallerContext, _ ledger: PaymentLedger
    ) throws -> Plan {
        let operation = try ledger.writer.insertOperation(
            NewOperation(
                transactionID: payment.row.id, request: provider.resolved(call), idempotency: request.idempotency?.reference,
                requestID: request.requestID
            ),
            lease: OperationRunner.lease, at: ledger.now)
        if let claim = request.idempotency {
            try ledger.writer.insertIdempotencyKey(claim, operationID: operation.id, at: ledger.now)
        }
        var refund: CreateRefundRequest?
        if case .refund(let asked) = call { refund = asked }
        try ledger.stored(planned, operation, on: &payment, metadata: refund?.metadata ?? [:], reason: refund?.reason)
        return .call(operation, payment.shownRow, provider)
    }

    /// The amount that a client wrote, in the payment's currency; nil where it wrote none.
    private static func amount(_ literal: String?, in currency: Currency) throws -> Money? {
        guard let literal else { return nil }
        do {
            return try Money(majorUnits: literal, currency: currency)
        } catch {
            throw GatewayError.invalid("amount", error.explanation(for: currency))
        }
    }
}
