package import GatewayLifecycle
package import Logging
package import ProviderAPI

/// What operators decide: the outcome of an operation that the provider cannot tell, and what becomes of a discrepancy.
///
/// The gateway asks the provider first. A word that the provider contradicts is refused unless it is forced. The history keeps who decided
/// and why.
package struct OperationDesk: Sendable {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let encoder: any AnswerEncoder
    let lifecycle: Lifecycle
    let clock: any ProviderClock
    let logger: Logger

    /// The longest note, in characters.
    package static let longestNote = 500

    /// A desk over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, encoder: any AnswerEncoder,
        lifecycle: Lifecycle, clock: any ProviderClock, logger: Logger
    ) {
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.encoder = encoder
        self.lifecycle = lifecycle
        self.clock = clock
        self.logger = logger
    }

    // MARK: Operations

    /// Ends an operation: its payment, a refund's reservation and the answer under the idempotency key follow.
    ///
    /// - Parameters:
    ///   - note: how the operator knows; kept in the history.
    ///   - operatorName: who decides.
    /// - Returns: the operation as it is now.
    /// - Throws: ``GatewayError/Code/notFound``; ``GatewayError/Code/invalidState`` where it has ended, a task works on it, or the provider
    ///   shows otherwise; ``GatewayError/Code/providerUnavailable`` where the provider does not answer;
    ///   ``GatewayError/Code/invalidRequest`` that names the field; ``StoreError``.
    package func resolve(
        _ id: Int64, as resolution: Resolution, note: String, by operatorName: String
    ) async throws -> OperationStanding {
        try Self.check(note)
        let (operation, row) = try await store.read { reader in
            guard let operation = try reader.operation(id), let row = try reader.transaction(operation.transactionID) else {
                throw GatewayError(.notFound, "There is no operation \(id).")
            }
            return (operation, row)
        }
        try Self.check(resolution, on: operation)
        guard operation.state.isOpen else { throw Self.ended(operation) }
        let look = await look(for: operation, of: row)
        let (now, lifecycle, installation) = (clock.now(), lifecycle, store.installation)
        let word: OperatorWord =
            resolution.outcome == .succeeded ? .succeeded(resolution.object.map { ObjectID($0) }) : .failed
        let (standing, signals): (OperationStanding, [LifecycleSignals.Signal]) = try await store.write { writer in
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: installation, now: now, actor: .person(operatorName))
            let asked = operation
            guard let operation = try writer.operation(id) else { throw GatewayError(.internal, "The operation \(id) is gone.") }
            guard operation.state.isOpen else { throw Self.ended(operation) }
            var payment = try ledger.load(operation.transactionID)
            // What was shown before another task worked on it proves nothing.
            guard operation.fence == asked.fence, payment.row.version == row.version else { throw Self.changed(payment.row) }
            try checkObject(resolution.object, of: operation, payment, in: writer)
            let lookUp = try look.map { try ledger.lookUp($0, on: payment.row) }
            let command = Command.declare(operation: id, word, lookUp, isForced: resolution.isForced)
            switch lifecycle.decide(command, on: payment.state) {
            case .observe(let observation):
                var context = PaymentLedger.Context("\(operation.kind.rawValue).resolved", operationID: id)
                context.detail = "ended by hand as \(resolution.outcome.rawValue): \(note)"
                context.take(look)
                let ended = try ledger.apply(observation, to: &payment, context).ended
                for end in ended { try self.end(end, payment, in: ledger) }
            case .refuse(let refusal): throw Self.error(refusal, operation, payment.row)
            case .call, .supersede, .reuse, .accepted: throw GatewayError(.internal, "An operator's word is written or refused.")
            }
            let query = OperationQuery(.all, transactionID: payment.row.id, beforeID: id + 1, limit: 1)
            guard let standing = try writer.operations(query).first else {
                throw GatewayError(.internal, "The operation \(id) is gone.")
            }
            return (standing, ledger.signals.all)
        }
        signals.emit(to: logger)
        logger.notice(
            "An operator has ended an operation.",
            metadata: [
                "operation_id": .stringConvertible(id), "as": "\(resolution.outcome.rawValue)", "operator": "\(operatorName)",
                "forced": "\(resolution.isForced)", "transaction": .stringConvertible(standing.operation.transactionID),
            ])
        return standing
    }

    /// Looks for the operation's effect. Nil where the provider is not loaded or does not answer.
    private func look(for operation: Operation, of row: PaymentTransaction) async -> ProviderLook? {
        guard let provider = registry.provider(named: row.provider) else { return nil }
        let installation = store.installation
        return try? await supervisor.ask(provider) { () async throws(ProviderError) in
            try await operation.look(installation: installation, at: provider, amount: row.amount)
        }
    }

    /// - Throws: ``GatewayError/Code/invalidRequest`` where the object belongs to another payment or refund.
    private func checkObject(
        _ object: String?, of operation: Operation, _ payment: borrowing PaymentLedger.Payment, in reader: any StoreReader
    ) throws {
        guard let object else { return }
        if operation.kind == .create {
            if let known = try reader.transaction(provider: payment.row.provider, paymentIntentID: object),
                known.id != payment.row.id
            {
                throw GatewayError.invalid("object", "The payment intent \(object) belongs to the transaction \(known.id).")
            }
            if let shown = payment.row.paymentIntentID, !shown.isIdentical(to: object) {
                throw GatewayError.invalid(
                    "object", "The payment intent of this create is \(shown), as the provider has shown it.")
            }
        } else if let known = payment.refunds.first(where: { $0.providerRefundID?.isIdentical(to: object) ?? false }),
            let owner = known.operationID, owner != operation.id
        {
            throw GatewayError.invalid("object", "The refund \(object) belongs to the operation \(owner).")
        }
    }

    private func end(_ end: OperationEnd, _ payment: borrowing PaymentLedger.Payment, in ledger: PaymentLedger) throws {
        let answer = end.succeeded ? try payment.answer(toSucceeded: end) : .failure(Self.refusal)
        guard try ledger.endUnleased(end, outcome: "resolved", answer: answer, encoder: encoder) else { throw Self.busy(end.id) }
    }

    // MARK: Discrepancies

    /// Closes the open discrepancy of a payment.
    ///
    /// - Parameters:
    ///   - note: why; kept in the history.
    ///   - operatorName: who decides.
    /// - Returns: the payment as it is now. A refund or a cancellation is stored, and recovery carries it out.
    /// - Throws: ``GatewayError/Code/notFound``; ``GatewayError/Code/invalidState`` where nothing is open or nothing can be given back;
    ///   ``StoreError``.
    package func resolvePayment(
        _ id: Int64, as resolution: ReviewResolution, note: String, by operatorName: String
    ) async throws -> PaymentTransaction {
        try Self.check(note)
        let seen = try await refreshed(id)
        let overdue = resolution == .accept ? try await overdueOperation(of: id) : nil
        let look: ProviderLook? = if let (operation, row) = overdue { await look(for: operation, of: row) } else { nil }
        let (now, lifecycle, installation) = (clock.now(), lifecycle, store.installation)
        let registry = registry
        let (row, signals): (PaymentTransaction, [LifecycleSignals.Signal]) = try await store.write { writer in
            guard let known = try writer.transaction(id) else { throw GatewayError(.notFound, "There is no payment \(id).") }
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: installation, now: now, actor: .person(operatorName))
            var payment = try ledger.load(known)
            if let open = payment.state.discrepancy, open != seen { throw Self.other(open, of: known) }
            var context = PaymentLedger.Context("review.\(resolution.rawValue)")
            context.detail = note
            let command: Command
            switch resolution {
            case .accept:
                context.operationID = overdue?.0.id
                context.take(look)
                if let asked = overdue?.0, try writer.operation(asked.id)?.fence != asked.fence { throw Self.changed(known) }
                command = .accept(try look.map { try ledger.lookUp($0, on: payment.row) })
            case .refund:
                guard let provider = registry.provider(named: known.provider) else {
                    throw GatewayError(.providerUnavailable, "The provider \(known.provider) of this payment is not loaded.")
                }
                command = .giveBack(Abilities(provider.service.capabilities))
            }
            switch lifecycle.decide(command, on: payment.state) {
            case .observe(let observation):
                let ended = try ledger.apply(observation, to: &payment, context).ended
                for end in ended { try self.end(end, payment, in: ledger) }
                return (payment.shownRow, ledger.signals.all)
            case .call(let planned):
                try ledger.plan(planned, on: &payment, context)
                return (payment.shownRow, ledger.signals.all)
            case .refuse(.nothingOpen):
                throw GatewayError(.invalidState, "The payment \(id) has no open discrepancy.")
            case .refuse(.unverified): throw Self.unverified(known, payment.state.discrepancy)
            case .refuse(let refusal): throw refusal.error(for: known)
            case .supersede, .reuse, .accepted: throw GatewayError(.internal, "A discrepancy is accepted or given back.")
            }
        }
        signals.emit(to: logger)
        logger.notice(
            "An operator has resolved a discrepancy.",
            metadata: [
                "transaction": .stringConvertible(id), "by": "\(resolution.rawValue)", "operator": "\(operatorName)",
            ])
        return row
    }

    /// Asks the provider for the payment before anything is decided about it, and writes what it shows. The books may be older than the
    /// discrepancy: those that a migration made are.
    ///
    /// - Returns: the discrepancy that the operator decides about.
    /// - Throws: ``GatewayError/Code/invalidState`` where another one is open after the question;
    ///   ``GatewayError/Code/providerUnavailable`` where the provider does not answer.
    private func refreshed(_ id: Int64) async throws -> Discrepancy? {
        let row = try await store.read { reader in
            guard let row = try reader.transaction(id) else { throw GatewayError(.notFound, "There is no payment \(id).") }
            return row
        }
        // A missing outcome has a look-up of its own. A provider that is gone for good cannot be asked.
        guard let seen = row.review?.discrepancy, seen.code != .outcomeUnknown, let intentID = row.paymentIntentID,
            let provider = registry.provider(named: row.provider)
        else { return row.review?.discrepancy }
        let refresh = PaymentRefresh(store: store, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger)
        do {
            let row = try await refresh.refresh(row, intent: intentID, at: provider, requestID: "review-\(id)")
            guard let open = row.review?.discrepancy else {
                throw GatewayError(
                    .invalidState,
                    "The provider shows the payment \(id) as it was asked for: \(seen.code.rawValue) is closed, and nothing is left to decide."
                )
            }
            if open != seen { throw Self.other(open, of: row) }
        } catch ProviderError.rejected(let rejection) where rejection.reason == .notFound {
            // The provider does not know the intent, and so shows nothing else.
        } catch let error as ProviderError {
            throw GatewayError(
                .providerUnavailable,
                "The provider \(row.provider) could not be asked for the payment: \(error.summary). Try again.")
        }
        return seen
    }

    private static func other(_ open: Discrepancy, of row: PaymentTransaction) -> GatewayError {
        GatewayError(
            .invalidState,
            "The provider shows another discrepancy of the payment \(row.id) now: \(open.code.rawValue). See gateway explain \(row.id)."
        )
    }

    /// The operation whose missing outcome is the payment's open discrepancy.
    private func overdueOperation(of id: Int64) async throws -> (Operation, PaymentTransaction)? {
        try await store.read { reader in
            guard let row = try reader.transaction(id), let open = row.review?.discrepancy, open.code == .outcomeUnknown,
                let operation = try reader.operation(open.value)
            else { return nil }
            return (operation, row)
        }
    }

    // MARK: Refusals

    private static func changed(_ row: PaymentTransaction) -> GatewayError {
        GatewayError(.invalidState, "The payment \(row.id) changed while the provider was asked; try again.")
    }

    private static func unverified(_ row: PaymentTransaction, _ open: Discrepancy?) -> GatewayError {
        let operation = open.map { "\($0.value)" } ?? "ID"
        return GatewayError(
            .providerUnavailable,
            """
            The provider \(row.provider) could not be asked about the operation \(operation). Try again, or declare its outcome by \
            gateway operations resolve \(operation) --as succeeded|failed --force.
            """)
    }

    private static func check(_ note: String) throws {
        guard !note.isEmpty, note.count <= longestNote else {
            throw GatewayError.invalid("note", "It must say in 1 to \(longestNote) characters how you know.")
        }
    }

    private static func check(_ resolution: Resolution, on operation: Operation) throws {
        let makesObject = operation.kind == .create || operation.kind == .refund
        if let object = resolution.object, object.isEmpty || !makesObject || resolution.outcome == .failed {
            throw GatewayError.invalid(
                "object", object.isEmpty ? "It must not be empty." : "Only a create or a refund that succeeded takes it.")
        }
    }

    private static func error(_ refusal: Refusal, _ operation: Operation, _ row: PaymentTransaction) -> GatewayError {
        switch refusal {
        case .objectMissing where operation.kind == .create:
            GatewayError.invalid("object", "A create that succeeded has made a payment intent: give the provider's id of it.")
        case .objectMissing: GatewayError.invalid("object", "A refund that succeeded has an id at the provider: give it.")
        case .busy: busy(operation.id)
        case .nothingOpen: ended(operation)
        default: refusal.error(for: row)
        }
    }

    private static func busy(_ operation: Int64) -> GatewayError {
        GatewayError(.invalidState, "The gateway works on the operation \(operation) now; try again in a minute.")
    }

    private static func ended(_ operation: Operation) -> GatewayError {
        GatewayError(
            .invalidState,
            "The operation \(operation.id) has ended as \(operation.state.rawValue); only an open one can be resolved.")
    }

    /// What the client is answered; the note is the operators' own.
    private static let refusal = GatewayError(
        .providerRejected, "The provider did not do it; the gateway's operators found that out and ended the request.")
}

extension PaymentLedger.Context {
    /// Takes the objects of a look over.
    mutating func take(_ look: ProviderLook?) {
        switch look?.found {
        case .intent(let intent): self.intent = intent
        case .refunds(let refunds): self.refunds = refunds
        case .nothing, nil: break
        }
    }
}
