import GatewayLifecycle
import Logging
import ProviderAPI

extension OperationRunner {
    /// What is known about a call beside its outcome.
    struct Circumstances: Sendable {
        /// What a look-up found in place of a call.
        var found: ProviderLook?
        /// What a look-up found after the call was refused.
        var foundAfterRefusal: ProviderLook?
        /// Whether this call had the key of the first one while the provider remembered it.
        var isKeyRemembered = false
        /// Whether the last call is at least ``RecoverySchedule/evidenceAge`` old.
        var isLastCallOld = false
        /// Whether no call was made, because the provider could not be asked about the operation.
        var hasNoAnswer = false

        init() {}

        /// No call was made, and the provider did not answer the look-up.
        static let lookUpFailed = {
            var circumstances = Circumstances()
            circumstances.hasNoAnswer = true
            return circumstances
        }()
    }

    /// T2: writes the outcome of an operation, only while it is still ours, and the answer with it.
    ///
    /// It never throws: the provider may have acted, so whatever keeps the outcome from being written, the operation stays open on
    /// disk, is looked at again, and the client hears that the outcome is not known.
    ///
    /// - Parameter transaction: as it was before the call, to answer from where the books cannot be read either.
    func resolve(
        _ operation: Operation, on transaction: PaymentTransaction, _ outcome: Result<Answer, ProviderError>,
        _ circumstances: Circumstances = Circumstances()
    ) async -> GatewayAnswer {
        do {
            return try await write(outcome, circumstances, of: operation)
        } catch {
            logUnwritten(operation, error)
            switch error {
            case StoreError.constraint: await reschedule(operation)
            case StoreError.unavailable: supervisor.start { await resolveLater(operation, outcome, circumstances) }
            default: break
            }
            return Idempotency.accepted(operation, on: transaction, encoder: encoder, requestID: operation.requestID)
        }
    }

    /// Nothing could be written, as on a full disk, and the lease keeps every other task from it: the outcome is written as soon as the
    /// store takes it. If the lease runs out first, recovery finds the outcome again.
    private func resolveLater(
        _ operation: Operation, _ outcome: Result<Answer, ProviderError>, _ circumstances: Circumstances
    ) async {
        let attempts = (Self.lease - Self.deadline).components.seconds
        for _ in 0..<attempts {
            do {
                try await clock.sleep(for: .seconds(1))
                guard !supervisor.isClosed else { return }
                _ = try await write(outcome, circumstances, of: operation)
                return
            } catch StoreError.unavailable {
                continue
            } catch {
                logUnwritten(operation, error)
                if case StoreError.constraint = error { await reschedule(operation) }
                return
            }
        }
    }

    private func write(
        _ outcome: Result<Answer, ProviderError>, _ circumstances: Circumstances, of operation: Operation
    ) async throws -> GatewayAnswer {
        let now = clock.now()
        let (answer, signals): (GatewayAnswer, [LifecycleSignals.Signal]) = try await store.write { writer in
            guard let row = try writer.transaction(ofOpenOperation: operation.id, fence: operation.fence) else {
                return (try answerOfOther(operation, in: writer), [])
            }
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: store.installation, now: now, actor: .gateway)
            let resolution = OutcomeResolution(
                operation: operation, outcome: outcome, circumstances: circumstances, ledger: ledger, encoder: encoder)
            return (try resolution.write(on: try ledger.load(row)), ledger.signals.all)
        }
        signals.emit(
            to: logger,
            metadata: ["operation_id": .stringConvertible(operation.id), "request_id": .string(operation.requestID)])
        return answer
    }

    /// What the store refuses, such as an intent that belongs to another payment, it would refuse again at once: the next look waits.
    private func reschedule(_ operation: Operation) async {
        let now = clock.now()
        do {
            let signals = try await store.write { writer -> [LifecycleSignals.Signal] in
                let ledger = PaymentLedger(
                    writer: writer, lifecycle: lifecycle, installation: store.installation, now: now, actor: .gateway)
                let isOverdue = now.duration(since: operation.createdAt) >= RecoverySchedule.reviewDeadline
                var standing: OpenOperation?
                if isOverdue, let row = try writer.transaction(ofOpenOperation: operation.id, fence: operation.fence) {
                    let context = PaymentLedger.Context("\(operation.kind.rawValue).overdue", operationID: operation.id)
                    let marked = try ledger.apply(.overdue(operation: operation.id), to: ledger.load(row), context)
                    standing = marked.payment.state.operations.first { $0.id == operation.id }
                    standing?.isUnknown = true
                    standing?.mayHaveBeenSent = true
                }
                _ = try writer.keepOperationOpen(
                    operation.id, fence: operation.fence, outcome: "unwritable", standing: standing,
                    nextCheckAfter: RecoverySchedule.delay(afterAttempts: operation.attempts, isOverdue: isOverdue), at: now)
                return ledger.signals.all
            }
            signals.emit(to: logger, metadata: ["operation_id": .stringConvertible(operation.id)])
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
