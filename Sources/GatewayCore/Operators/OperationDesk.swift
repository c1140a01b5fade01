package import Logging
package import ProviderAPI

/// Where an operator ends operations of which the provider could not tell the outcome.
///
/// The decision is the operator's, and the provider is not asked: it is for operations that it cannot answer for. The history says who
/// decided and why.
package struct OperationDesk: Sendable {
    let store: any GatewayStore
    let encoder: any AnswerEncoder
    let clock: any ProviderClock
    let logger: Logger

    /// The longest note, in characters.
    package static let longestNote = 500

    /// A desk over a store.
    package init(store: any GatewayStore, encoder: any AnswerEncoder, clock: any ProviderClock, logger: Logger) {
        self.store = store
        self.encoder = encoder
        self.clock = clock
        self.logger = logger
    }

    /// Ends an operation: its transaction, a refund's reservation and the answer under the idempotency key follow.
    ///
    /// - Parameters:
    ///   - note: how the operator knows; kept in the history.
    ///   - operatorName: who decides.
    /// - Returns: the operation as it is now.
    /// - Throws: ``GatewayError/Code/notFound``; ``GatewayError/Code/invalidState`` where it has ended, or somebody is at work on it;
    ///   ``GatewayError/Code/invalidRequest`` that names the field; ``StoreError``.
    package func resolve(
        _ id: Int64, as resolution: Resolution, note: String, by operatorName: String
    ) async throws -> OperationStanding {
        guard !note.isEmpty, note.count <= Self.longestNote else {
            throw GatewayError.invalid("note", "It must say in 1 to \(Self.longestNote) characters how you know.")
        }
        let now = clock.now()
        let standing: OperationStanding = try await store.write { writer in
            guard let operation = try writer.operation(id), let transaction = try writer.transaction(operation.transactionID)
            else { throw GatewayError(.notFound, "There is no operation \(id).") }
            let decision = OperatorDecision(
                operation: operation, transaction: transaction, resolution: resolution, note: note,
                bookkeeper: Bookkeeper(writer: writer, now: now, actor: .person(operatorName))
            )
            try decision.check()
            let state: Operation.State = resolution.outcome == .succeeded ? .succeeded : .failed
            guard try writer.endOperationByHand(id, state: state, at: now) else {
                throw Self.notResolvable(operation)
            }
            let answer = try decision.apply()
            if let reference = operation.idempotency {
                try writer.completeIdempotencyKey(
                    reference, answer: encoder.encode(answer, requestID: operation.requestID), at: now)
            }
            let query = OperationQuery(.all, transactionID: transaction.id, beforeID: id + 1, limit: 1)
            guard let standing = try writer.operations(query).first else {
                throw GatewayError(.internal, "The operation \(id) is gone.")
            }
            return standing
        }
        logger.notice(
            "An operator has ended an operation.",
            metadata: [
                "operation_id": .stringConvertible(id), "as": "\(resolution.outcome.rawValue)", "operator": "\(operatorName)",
                "transaction": .stringConvertible(standing.operation.transactionID),
            ])
        return standing
    }

    private static func notResolvable(_ operation: Operation) -> GatewayError {
        if operation.state.isOpen {
            return GatewayError(
                .invalidState, "The gateway is at work on the operation \(operation.id) at this moment; try again in a minute.")
        }
        return GatewayError(
            .invalidState,
            "The operation \(operation.id) has ended as \(operation.state.rawValue); only what is open can be resolved.")
    }
}
