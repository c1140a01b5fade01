import ProviderAPI

extension PaymentFlow {
    /// T1 of confirming, capturing, cancelling or refunding.
    func plan(
        _ command: PaymentCommand, on transaction: PaymentTransaction, _ request: CallerContext, _ bookkeeper: Bookkeeper
    ) throws -> Plan {
        guard let intentID = transaction.paymentIntentID, let provider = registry.provider(named: transaction.provider) else {
            throw GatewayError(.providerUnavailable, "The provider \(transaction.provider) of this payment is not loaded.")
                .retry(afterSeconds: 60)
        }
        switch command {
        case .confirm(let paymentMethod, let returnURL):
            try require(
                transaction, in: [.requiresPaymentMethod, .requiresConfirmation, .requiresAction, .failed], to: "confirmed")
            var call = ConfirmPaymentRequest(paymentIntentID: intentID)
            call.paymentMethod = paymentMethod
            call.returnURL = returnURL
            return try exclusive(.confirm(call), on: transaction, at: provider, request, bookkeeper)

        case .capture(let literal):
            try authorization.check(.capture, by: request.principal)
            try require(transaction, in: [.requiresCapture], to: "captured")
            let amount = try Self.amount(literal, of: transaction) ?? transaction.amount
            guard amount.minorUnits <= transaction.amount.minorUnits else {
                throw GatewayError.invalid("amount", "More than the authorised \(transaction.amount) cannot be captured.")
            }
            if amount != transaction.amount, !provider.service.capabilities.partialCapture {
                throw GatewayError.invalid("amount", "The provider \(provider.name) captures the whole amount only.")
            }
            let call = CapturePaymentRequest(paymentIntentID: intentID, amount: amount)
            return try exclusive(.capture(call), on: transaction, at: provider, request, bookkeeper)

        case .cancel(let reason):
            try authorization.check(.cancel, by: request.principal)
            try require(
                transaction,
                in: [.requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture, .failed],
                to: "canceled"
            )
            var call = CancelPaymentRequest(paymentIntentID: intentID)
            call.reason = reason
            return try exclusive(.cancel(call), on: transaction, at: provider, request, bookkeeper)

        case .refund(let literal, let reason, let metadata):
            try authorization.check(.refund, by: request.principal)
            return try planRefund(literal, reason, metadata, of: transaction, intentID, at: provider, request, bookkeeper)
        }
    }

    private func planRefund(
        _ literal: String?, _ reason: String?, _ metadata: [String: String], of transaction: PaymentTransaction,
        _ intentID: String,
        at provider: Provider, _ request: CallerContext, _ bookkeeper: Bookkeeper
    ) throws -> Plan {
        try require(transaction, in: [.succeeded, .partiallyRefunded, .refunded], to: "refunded")
        guard provider.service.capabilities.refunds else {
            throw GatewayError(.providerRejected, "The provider \(provider.name) does not refund.")
        }
        let currency = transaction.amount.currency
        let amount = try Self.amount(literal, of: transaction) ?? Money(minorUnits: transaction.refundable, currency: currency)
        let left = Money(minorUnits: transaction.refundable, currency: currency)
        let exceeded = GatewayError(.refundExceedsCaptured, "Of this payment \(left) can still be refunded.")
        guard amount.minorUnits > 0, amount.minorUnits <= left.minorUnits else { throw exceeded }
        if amount.minorUnits != transaction.captured, !provider.service.capabilities.partialRefunds {
            throw GatewayError.invalid("amount", "The provider \(provider.name) refunds whole payments only.")
        }
        try provider.requireRoom()
        var call = CreateRefundRequest(paymentIntentID: intentID, amount: amount)
        call.reason = reason
        call.metadata = metadata
        let resolved = provider.resolved(.refund(call))
        // The reservation is one guarded statement: no two refunds can both read the same rest and take it.
        guard let reserved = try bookkeeper.writer.reserve(amount.minorUnits, transactionID: transaction.id, at: bookkeeper.now)
        else { throw exceeded }
        let operation = try writeDown(resolved, on: reserved, request, bookkeeper)
        _ = try bookkeeper.writer.insertRefund(
            RefundRecord(
                id: 0, transactionID: transaction.id, operationID: operation.id, providerRefundID: nil, amount: amount,
                status: .pending,
                reason: reason, metadata: metadata, createdAt: bookkeeper.now, updatedAt: bookkeeper.now
            )
        )
        var note = Bookkeeper.Note("refund.requested", operationID: operation.id)
        note.amount = amount.minorUnits
        try bookkeeper.appendHistory(note, of: reserved, from: reserved.status)
        return .call(operation, reserved, provider)
    }

    /// An operation beside which no other but refunds may be open.
    private func exclusive(
        _ call: OperationRequest, on transaction: PaymentTransaction, at provider: Provider, _ request: CallerContext,
        _ bookkeeper: Bookkeeper
    ) throws -> Plan {
        if let open = try bookkeeper.writer.openOperation(transactionID: transaction.id) {
            throw GatewayError(.invalidState, "Another request (\(open.kind.rawValue)) is at work on this payment.")
                .retry(afterSeconds: 1)
        }
        try provider.requireRoom()
        let operation = try writeDown(provider.resolved(call), on: transaction, request, bookkeeper)
        try bookkeeper.appendHistory(
            .init("\(call.kind.rawValue).requested", operationID: operation.id), of: transaction, from: transaction.status
        )
        return .call(operation, transaction, provider)
    }

    private func require(_ transaction: PaymentTransaction, in allowed: [TransactionStatus], to done: String) throws {
        guard allowed.contains(transaction.status) else {
            throw GatewayError(
                .invalidState, "A payment with status \(transaction.status.rawValue) cannot be \(done)."
            )
        }
    }

    /// The amount that a client wrote, in the payment's currency; nil where it wrote none.
    private static func amount(_ literal: String?, of transaction: PaymentTransaction) throws -> Money? {
        guard let literal else { return nil }
        do {
            return try Money(majorUnits: literal, currency: transaction.amount.currency)
        } catch {
            throw GatewayError.invalid("amount", error.explanation(for: transaction.amount.currency))
        }
    }
}
