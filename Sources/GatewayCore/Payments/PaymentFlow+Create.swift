import GatewayLifecycle
import ProviderAPI

extension PaymentFlow {
    /// T1 of creating a payment intent.
    func planCreate(_ command: CreatePaymentCommand, _ request: CallerContext, _ ledger: PaymentLedger) throws -> Plan {
        guard let order = try ledger.writer.order(command.orderID), request.principal.maySee(ownedBy: order.userID) else {
            throw GatewayError.notFound("order")
        }
        let amount = try command.amount.money(in: order.amount.currency)
        guard amount == order.amount else {
            throw GatewayError(
                .amountMismatch, "The payment's amount is \(amount), the order's \(order.amount). They must be equal."
            )
        }
        let rows = try ledger.payments(of: order.id)
        let open = rows.first { $0.summary.mayStillBePaid }
        // A payment that may still be paid is reused wherever it is; a paid order needs no provider at all.
        let provider = try rows.contains { $0.captured > 0 } ? nil : provider(named: command.provider)
        let named = command.provider ?? open?.provider
        let creation = Creation(
            isManualCapture: command.captureMethod == .manual,
            isSameProvider: open?.provider.isIdentical(to: named ?? "") ?? true,
            // A provider that is not loaded may charge by the creation.
            chargesByItself: open.map {
                registry.provider(named: $0.provider)?.service.capabilities.chargesAtCreation ?? true
            } ?? false)
        let decision = lifecycle.decide(creation, on: try orderState(rows, open: open, ledger))
        switch decision {
        case .refuse(let refusal): return .refuse(refusal, refusal.error(for: order, open: open))
        case .reuse: return .answer(.intentHandedOut(try loaded(open)))
        case .accepted: return .answer(.accepted(try loaded(open)))
        case .supersede(let id, _):
            var superseded = try ledger.load(id)
            try ledger.apply(.superseded, to: &superseded, PaymentLedger.Context("create.superseded"))
            return try start(command, order, beside: try ledger.payments(of: order.id), at: provider, request, ledger)
        case .call: return try start(command, order, beside: rows, at: provider, request, ledger)
        case .observe: throw GatewayError(.internal, "A creation observes nothing.")
        }
    }

    /// The order with the operations of its open payment. Those of the others do not matter to a creation.
    private func orderState(_ rows: [PaymentTransaction], open: PaymentTransaction?, _ ledger: PaymentLedger) throws -> OrderState
    {
        OrderState(
            payments: try rows.map { row in
                var state = row.summary
                if row.id == open?.id { state.operations = try ledger.writer.openOperations(transactionID: row.id) }
                return state
            })
    }

    /// The open payment, while its provider is loaded.
    private func loaded(_ open: PaymentTransaction?) throws -> PaymentTransaction {
        guard let open else { throw GatewayError(.internal, "The order has no open payment.") }
        guard registry.provider(named: open.provider) != nil else {
            throw GatewayError(
                .providerUnavailable, "The provider \(open.provider) of this order's open payment is not loaded."
            ).retry(afterSeconds: 60)
        }
        return open
    }

    private func provider(named name: String?) throws -> Provider {
        let wanted = name ?? registry.defaultProviderName
        if let provider = registry.provider(named: wanted) { return provider }
        guard name != nil else {
            throw GatewayError(.providerUnavailable, "The default provider \(wanted) is not loaded.").retry(afterSeconds: 60)
        }
        var error = GatewayError(.unknownProvider, "There is no provider with this name.")
        error.fields = [GatewayError.Field("provider", "These take new payments: \(namesForNewPayments).")]
        throw error
    }

    private var namesForNewPayments: String {
        registry.providers.filter(\.acceptsNewPayments).map(\.name).joined(separator: ", ")
    }

    private func start(
        _ command: CreatePaymentCommand, _ order: Order, beside others: [PaymentTransaction], at provider: Provider?,
        _ request: CallerContext, _ ledger: PaymentLedger
    ) throws -> Plan {
        guard let provider else { throw GatewayError(.internal, "A paid order takes no payment.") }
        guard provider.acceptsNewPayments else {
            throw GatewayError.invalid(
                "provider", "The provider \(provider.name) takes no new payments. These do: \(namesForNewPayments).")
        }
        if command.captureMethod == .manual, !provider.service.capabilities.manualCapture {
            throw GatewayError.invalid("capture_method", "The provider \(provider.name) captures automatically only.")
        }
        try provider.requireRoom()
        var payment = try ledger.insert(
            PaymentTransaction(
                id: 0, orderID: order.id, userID: order.userID, provider: provider.name, amount: order.amount,
                captureMethod: command.captureMethod, status: .processing, metadata: command.metadata, createdAt: ledger.now,
                updatedAt: ledger.now
            ),
            beside: others)
        var call = CreatePaymentIntentRequest(amount: order.amount, orderID: order.id, userID: order.userID.text)
        call.captureMethod = command.captureMethod
        call.description = command.description
        call.receiptEmail = command.receiptEmail
        call.statementDescriptorSuffix = command.statementDescriptorSuffix
        call.customer = command.customer
        call.metadata = command.metadata
        call.returnURL = command.returnURL
        return try store(PlannedOperation(.create), .create(call), on: &payment, at: provider, request, ledger)
    }
}
