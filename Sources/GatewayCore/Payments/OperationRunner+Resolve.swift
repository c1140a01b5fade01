import GatewayLifecycle
import Logging
import ProviderAPI

extension OperationRunner {
    /// What became of one attempt at an operation: of its call, or of the look-up in its place.
    struct Attempt: Sendable {
        /// The outcome that the log, the metrics, the history and the client's answer name.
        let outcome: Result<Answer, ProviderError>
        /// Whether the provider was called. Otherwise ``found`` has what a look-up found instead; nil where it had no answer.
        let isCall: Bool
        /// What a look-up found in place of a call.
        private(set) var found: ProviderLook?
        /// What a look-up found after the call was refused.
        var foundAfterRefusal: ProviderLook?
        /// Whether this call had the key of the first one while the provider remembered it.
        var isKeyRemembered = false
        /// Whether the last call is at least ``RecoverySchedule/evidenceAge`` old.
        private(set) var isLastCallOld = false

        /// A call with this outcome.
        init(_ outcome: Result<Answer, ProviderError>) {
            (self.outcome, isCall) = (outcome, true)
        }

        /// A look-up in place of a call.
        init(found look: ProviderLook, of operation: Operation, at now: Timestamp) {
            switch look.found {
            case .intent(let intent) where operation.kind.hasTrace(in: IntentStatus(intent)): outcome = .success(.intent(intent))
            case .intent, .nothing, .refunds:
                outcome = .failure(.unknown(CallFailure("the provider shows no trace of the operation")))
            }
            isCall = false
            found = look
            isLastCallOld = now.duration(since: operation.lastCallAt ?? operation.createdAt) >= RecoverySchedule.evidenceAge
        }

        /// A look-up that had no answer.
        ///
        /// - Parameter failure: why.
        init(lookUpFailed failure: CallFailure) {
            (outcome, isCall) = (.failure(.unknown(failure)), false)
        }
    }

    /// T2: writes the outcome of an operation, only while it is still ours, and the answer with it.
    ///
    /// It never throws: the provider may have acted, so whatever keeps the outcome from being written, the operation stays open on
    /// disk, is looked at again, and the client hears that the outcome is not known.
    ///
    /// - Parameter transaction: as it was before the call, to answer from where the books cannot be read either.
    func resolve(
        _ operation: Operation, on transaction: PaymentTransaction, _ attempt: Attempt
    ) async -> GatewayAnswer {
        do {
            return try await write(attempt, of: operation, on: transaction)
        } catch {
            logUnwritten(operation, error)
            switch error {
            case StoreError.constraint: await keepOpen(operation, after: attempt, on: transaction)
            case StoreError.unavailable:
                supervisor.start { await resolveLater(operation, on: transaction, attempt) }
            default: break
            }
            return Idempotency.accepted(operation, on: transaction, encoder: encoder, requestID: operation.requestID)
        }
    }

    /// Nothing could be written, as on a full disk, and the lease keeps every other task from it: the outcome is written as soon as the
    /// store takes it. If the lease runs out first, recovery finds the outcome again.
    private func resolveLater(
        _ operation: Operation, on transaction: PaymentTransaction, _ attempt: Attempt
    ) async {
        let attempts = (Self.lease - Self.deadline).components.seconds
        for _ in 0..<attempts {
            do {
                try await clock.sleep(for: .seconds(1))
                guard !supervisor.isClosed else { return }
                _ = try await write(attempt, of: operation, on: transaction)
                return
            } catch StoreError.unavailable {
                continue
            } catch {
                logUnwritten(operation, error)
                if case StoreError.constraint = error { await keepOpen(operation, after: attempt, on: transaction) }
                return
            }
        }
    }

    private func write(
        _ attempt: Attempt, of operation: Operation, on transaction: PaymentTransaction
    ) async throws -> GatewayAnswer {
        let now = clock.now()
        // Made before the writer's turn, which others wait for.
        let result =
            attempt.isCall
            ? CallResult(attempt.outcome, operation: operation.id, orderCurrency: transaction.amount.currency) : .lookUpFailed
        let (answer, signals): (GatewayAnswer, [LifecycleSignals.Signal]) = try await store.write { writer in
            guard let beside = try writer.surroundings(ofOpenOperation: operation.id, fence: operation.fence) else {
                return (try answerOfOther(operation, in: writer), [])
            }
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: store.installation, now: now, actor: .gateway)
            let resolution = OutcomeResolution(
                operation: operation, attempt: attempt, result: result, ledger: ledger, encoder: encoder)
            var payment = try ledger.load(transaction, operation, beside)
            return (try resolution.write(on: &payment), ledger.signals.all)
        }
        signals.emit(
            to: logger,
            metadata: ["operation_id": .stringConvertible(operation.id), "request_id": .string(operation.requestID)])
        return answer
    }

    /// What the store refuses, such as an intent that belongs to another payment, it would refuse again at once: the operation stays open as
    /// one without an outcome, and the next look waits.
    private func keepOpen(_ operation: Operation, after attempt: Attempt, on transaction: PaymentTransaction) async {
        let failure = CallFailure("the outcome could not be written")
        do {
            _ = try await write(
                attempt.isCall ? Attempt(.failure(.unknown(failure))) : Attempt(lookUpFailed: failure), of: operation,
                on: transaction)
        } catch {
            logUnwritten(operation, error)
        }
    }

    private func logUnwritten(_ operation: Operation, _ error: any Error) {
        // The store's errors hold names of the schema and SQLite's codes, never values.
        let cause = (error as? StoreError).map { "\($0)" } ?? "\(type(of: error))"
        logger.error(
            "The outcome of an operation could not be written; it stays open.",
            metadata: [
                "operation_id": .stringConvertible(operation.id), "error": "\(cause)", "request_id": "\(operation.requestID)",
            ]
        )
    }

    /// The answer where another task has taken the operation over: what that one stored, or the state as it is.
    private func answerOfOther(_ operation: Operation, in reader: any StoreReader) throws -> GatewayAnswer {
        if let reference = operation.idempotency, let answer = try reader.idempotencyRecord(reference)?.answer {
            return GatewayAnswer(answer)
        }
        guard let transaction = try reader.transaction(operation.transactionID) else {
            throw GatewayError(.internal, "The transaction of operation \(operation.id) is gone.")
        }
        return try Idempotency.accepted(
            operation, on: transaction, in: reader, encoder: encoder, requestID: operation.requestID)
    }
}

extension PaymentLedger {
    /// The outcome of an attempt as the state machine takes it.
    ///
    /// - Parameter result: what the call came back with. What a look-up found counts in its place.
    func outcome(
        of attempt: OperationRunner.Attempt, _ result: CallResult, of operation: Operation, on row: PaymentTransaction
    ) throws -> Outcome {
        Outcome(
            operation.id, try attempt.found.map { .found(try lookUp($0, on: row)) } ?? result,
            evidence: Evidence(
                isKeyRemembered: attempt.isKeyRemembered,
                lookUpAfterRefusal: try attempt.foundAfterRefusal.map { try lookUp($0, on: row) },
                isLastCallOld: attempt.isLastCallOld,
                isLookUpComplete: (attempt.found ?? attempt.foundAfterRefusal)?.isComplete ?? false))
    }
}
