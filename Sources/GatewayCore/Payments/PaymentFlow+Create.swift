import ProviderAPI

extension PaymentFlow {
    /// T1 of creating a payment intent.
    func planCreate(
        _ command: CreatePaymentCommand, _ request: CallerContext, _ writer: any StoreWriter, _ bookkeeper: Bookkeeper
    ) throws -> Plan {
        guard let order = try writer.order(command.orderID), request.principal.maySee(ownedBy: order.userID) else {
            throw GatewayError.notFound("order")
        }
        let amount = try command.amount.money(in: order.amount.currency)
        guard amount == order.amount else {
            throw GatewayError(
                .amountMismatch, "The payment's amount is \(amount), the order's \(order.amount). They must be equal."
            )
        }
        guard !order.status.isPaid else { throw Self.alreadyPaid(order) }
        let provider = try provider(named: command.provider)

        let earlier = try writer.transactions(orderID: order.id)
        if let live = earlier.first(where: { $0.status != .canceled }) {
            return try handOut(live, for: command, order, writer)
        }
        return try start(command, order, at: provider, request, bookkeeper)
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

    /// Deals with an order that has a transaction which is not canceled.
    private func handOut(
        _ live: PaymentTransaction, for command: CreatePaymentCommand, _ order: Order, _ writer: any StoreWriter
    ) throws -> Plan {
        if live.status.isPaid { throw Self.alreadyPaid(order) }
        if live.status == .manualReview {
            throw GatewayError(.invalidState, "The payment \(live.id) of this order is under review; it has to be decided first.")
        }
        if let named = command.provider, !named.isIdentical(to: live.provider) {
            throw GatewayError(
                .invalidState,
                "A payment of this order at the provider \(live.provider) is live. Cancel it before you use another."
            )
        }
        if live.captureMethod != command.captureMethod {
            throw GatewayError(
                .invalidState,
                "A payment of this order with capture_method \(live.captureMethod.rawValue) is live. Cancel it before you use another."
            )
        }
        guard registry.provider(named: live.provider) != nil else {
            throw GatewayError(
                .providerUnavailable, "The provider \(live.provider) of this order's live payment is not loaded."
            ).retry(afterSeconds: 60)
        }
        guard live.paymentIntentID != nil else {
            if try writer.openOperation(transactionID: live.id)?.state == .pending {
                throw GatewayError(.invalidState, "A payment of this order is being created at this moment.").retry(
                    afterSeconds: 1)
            }
            return .answer(.accepted(live))
        }
        return .answer(.intentHandedOut(live))
    }

    private func start(
        _ command: CreatePaymentCommand, _ order: Order, at provider: Provider, _ request: CallerContext, _ bookkeeper: Bookkeeper
    ) throws -> Plan {
        guard provider.acceptsNewPayments else {
            throw GatewayError.invalid(
                "provider", "The provider \(provider.name) takes no new payments. These do: \(namesForNewPayments).")
        }
        if command.captureMethod == .manual, !provider.service.capabilities.manualCapture {
            throw GatewayError.invalid("capture_method", "The provider \(provider.name) captures automatically only.")
        }
        try provider.requireRoom()
        var call = CreatePaymentIntentRequest(amount: order.amount, orderID: order.id, userID: order.userID.text)
        call.captureMethod = command.captureMethod
        call.description = command.description
        call.receiptEmail = command.receiptEmail
        call.statementDescriptorSuffix = command.statementDescriptorSuffix
        call.customer = command.customer
        call.metadata = command.metadata
        call.returnURL = command.returnURL
        let resolved = provider.resolved(.create(call))
        let now = bookkeeper.now
        let transaction = try bookkeeper.writer.insertTransaction(
            PaymentTransaction(
                id: 0, orderID: order.id, userID: order.userID, provider: provider.name, amount: order.amount,
                captureMethod: command.captureMethod, status: .processing, metadata: command.metadata, createdAt: now,
                updatedAt: now
            )
        )
        let operation = try writeDown(resolved, on: transaction, request, bookkeeper)
        try bookkeeper.appendHistory(.init("create.requested", operationID: operation.id), of: transaction, from: nil)
        return .call(operation, transaction, provider)
    }

    private static func alreadyPaid(_ order: Order) -> GatewayError {
        GatewayError(.orderAlreadyPaid, "The order \(order.id) is paid.")
    }

    /// Writes an operation down, and the request's idempotency key with it.
    func writeDown(
        _ call: OperationRequest, on transaction: PaymentTransaction, _ request: CallerContext, _ bookkeeper: Bookkeeper
    ) throws -> Operation {
        let operation = try bookkeeper.writer.insertOperation(
            NewOperation(
                transactionID: transaction.id, request: call, idempotency: request.idempotency?.reference,
                requestID: request.requestID
            ),
            lease: OperationRunner.lease,
            at: bookkeeper.now
        )
        if let claim = request.idempotency {
            try bookkeeper.writer.insertIdempotencyKey(claim, operationID: operation.id, at: bookkeeper.now)
        }
        return operation
    }
}
