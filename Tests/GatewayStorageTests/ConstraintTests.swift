import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("What must never be true is refused by the database itself")
struct ConstraintTests {
    /// A statement on a database with an order (2 live ones beside it), a transaction, two operations, a refund, a dispute, a key and an event.
    struct Forbidden: Sendable, CustomTestStringConvertible {
        let sql: String
        let constraint: String
        var testDescription: String { sql }

        init(_ sql: String, _ constraint: String) {
            self.sql = sql
            self.constraint = constraint
        }
    }

    private static let transactionColumns = """
        INSERT INTO payment_transactions (order_id, user_id, provider, payment_intent_id, amount, currency, captured, refunded,
            reserved, capture_method, status, metadata, version, created_at, updated_at)
        """
    private static let operationColumns = """
        INSERT INTO operations (transaction_id, kind, state, request, attempts, may_have_been_sent, fence, next_check_at, request_id,
            created_at, updated_at)
        """
    private static let refundColumns = """
        INSERT INTO refunds (transaction_id, operation_id, provider_refund_id, amount, currency, status, metadata, created_at,
            updated_at)
        """

    private static let disputeColumns = """
        INSERT INTO disputes (transaction_id, provider_dispute_id, amount, currency, status, reason, changed_at, created_at,
            updated_at)
        """

    private static let forbidden: [Forbidden] = [
        Forbidden("UPDATE payment_transactions SET refunded = -1", "payment_transactions_amounts_in_bounds"),
        Forbidden("UPDATE payment_transactions SET reserved = -1", "payment_transactions_amounts_in_bounds"),
        Forbidden("UPDATE payment_transactions SET disputed = -1", "payment_transactions_amounts_in_bounds"),
        Forbidden("UPDATE payment_transactions SET disputed = captured + 1", "payment_transactions_amounts_in_bounds"),
        Forbidden("UPDATE payment_transactions SET captured = -1", "payment_transactions_amounts_in_bounds"),
        Forbidden("UPDATE payment_transactions SET status = 'manual_review'", "payment_transactions_status_known"),
        Forbidden("UPDATE payment_transactions SET refunded = captured, reserved = 1", "payment_transactions_amounts_in_bounds"),
        Forbidden("UPDATE payment_transactions SET status = 'paid'", "payment_transactions_status_known"),
        Forbidden("UPDATE payment_transactions SET status = NULL", "payment_transactions.status"),
        Forbidden("UPDATE payment_transactions SET captured = 'much'", "captured"),
        Forbidden("UPDATE payment_transactions SET currency = 'EUR'", "payment_transactions_terms_are_fixed"),
        Forbidden("UPDATE payment_transactions SET amount = 1", "payment_transactions_terms_are_fixed"),
        Forbidden("UPDATE payment_transactions SET order_id = 2", "payment_transactions_terms_are_fixed"),
        Forbidden("UPDATE payment_transactions SET user_id = '7'", "payment_transactions_terms_are_fixed"),
        Forbidden("UPDATE payment_transactions SET provider = 'stripe'", "payment_transactions_terms_are_fixed"),
        Forbidden("UPDATE payment_transactions SET capture_method = 'manual'", "payment_transactions_terms_are_fixed"),
        Forbidden(
            "\(transactionColumns) VALUES (2, '42', 'mock', 'pi_1', 1, 'USD', 0, 0, 0, 'manual', 'processing', '{}', 1, 1, 1)",
            "payment_transactions.payment_intent_id, payment_transactions.provider"
        ),
        Forbidden(
            "\(transactionColumns) VALUES (1, '42', 'mock', 'pi_2', 1, 'USD', 0, 0, 0, 'manual', 'processing', '{}', 1, 1, 1)",
            "payment_transactions.order_id"
        ),
        Forbidden(
            "\(transactionColumns) VALUES (2, '42', 'mock', 'pi_2', 0, 'USD', 0, 0, 0, 'manual', 'processing', '{}', 1, 1, 1)",
            "payment_transactions_amounts_in_bounds"
        ),
        Forbidden(
            "\(transactionColumns) VALUES (2, '42', 'mock', 'pi_2', 1, 'USD', 0, 0, 0, 'later', 'processing', '{}', 1, 1, 1)",
            "payment_transactions_capture_method_known"
        ),
        Forbidden(
            "\(transactionColumns) VALUES (2, '42', 'mock', 'pi_2', 1, 'EUR', 0, 0, 0, 'manual', 'processing', '{}', 1, 1, 1)",
            "payment_transactions_agree_with_order"
        ),
        Forbidden(
            "\(transactionColumns) VALUES (2, '7', 'mock', 'pi_2', 1, 'USD', 0, 0, 0, 'manual', 'processing', '{}', 1, 1, 1)",
            "payment_transactions_agree_with_order"
        ),
        Forbidden(
            "\(transactionColumns) VALUES (9, '42', 'mock', 'pi_2', 1, 'USD', 0, 0, 0, 'manual', 'processing', '{}', 1, 1, 1)",
            "payment_transactions_agree_with_order"
        ),
        Forbidden("UPDATE orders SET amount = 1", "orders_terms_are_fixed"),
        Forbidden("UPDATE orders SET user_id = '7'", "orders_terms_are_fixed"),
        Forbidden("UPDATE orders SET currency = 'EUR'", "orders_terms_are_fixed"),
        Forbidden("UPDATE orders SET user_id = 'erased-1', amount = 1", "orders_terms_are_fixed"),
        Forbidden("UPDATE orders SET user_id = 'erased-'", "orders_terms_are_fixed"),
        Forbidden("UPDATE payment_transactions SET user_id = 'erased-1', amount = 1", "payment_transactions_terms_are_fixed"),
        Forbidden("UPDATE payment_transactions SET user_id = 'Erased-1'", "payment_transactions_terms_are_fixed"),
        Forbidden("UPDATE orders SET status = 'paid'", "orders_status_known"),
        Forbidden("DELETE FROM orders", "FOREIGN KEY constraint failed"),
        Forbidden("DELETE FROM payment_transactions", "FOREIGN KEY constraint failed"),
        Forbidden(
            "INSERT INTO orders VALUES (9, '42', 0, 'USD', 'pending', NULL, '{}', 1, 1, NULL)", "orders_amount_positive"
        ),
        Forbidden(
            "INSERT INTO orders VALUES (9, '42', 1, 'usd', 'pending', NULL, '{}', 1, 1, NULL)", "orders_currency_code"
        ),
        Forbidden(
            "INSERT INTO orders VALUES (9, '42', 1, 'USDT', 'pending', NULL, '{}', 1, 1, NULL)", "orders_currency_code"
        ),
        Forbidden(
            "\(operationColumns) VALUES (1, 'capture', 'unknown', '{}', 1, 0, 1, 1, 'r', 1, 1)", "operations.transaction_id"
        ),
        Forbidden(
            "\(operationColumns) VALUES (1, 'cancel', 'pending', '{}', 1, 0, 1, 1, 'r', 1, 1)", "operations.transaction_id"
        ),
        Forbidden("UPDATE operations SET state = 'manual_review'", "operations_state_known"),
        Forbidden("\(operationColumns) VALUES (1, 'void', 'failed', '{}', 1, 0, 1, 1, 'r', 1, 1)", "operations_kind_known"),
        Forbidden("\(operationColumns) VALUES (1, 'refund', 'open', '{}', 1, 0, 1, 1, 'r', 1, 1)", "operations_state_known"),
        Forbidden(
            "\(operationColumns) VALUES (1, 'refund', 'failed', '{}', 0, 0, 1, 1, 'r', 1, 1)", "operations_attempts_counted"),
        Forbidden(
            "\(operationColumns) VALUES (9, 'refund', 'failed', '{}', 1, 0, 1, 1, 'r', 1, 1)", "FOREIGN KEY constraint failed"),
        Forbidden("UPDATE operations SET may_have_been_sent = 2", "operations_may_have_been_sent_boolean"),
        Forbidden("UPDATE operations SET fence = 0", "operations_fence_positive"),
        Forbidden("UPDATE operations SET idempotency_owner = '42'", "operations_idempotency_whole"),
        Forbidden(
            "\(refundColumns) VALUES (1, NULL, 're_1', 1, 'USD', 'pending', '{}', 1, 1)",
            "refunds.transaction_id, refunds.provider_refund_id"
        ),
        Forbidden("\(refundColumns) VALUES (1, 1, 're_2', 1, 'USD', 'pending', '{}', 1, 1)", "refunds.operation_id"),
        Forbidden("\(refundColumns) VALUES (1, NULL, 're_2', 0, 'USD', 'pending', '{}', 1, 1)", "refunds_amount_positive"),
        Forbidden("\(refundColumns) VALUES (1, NULL, 're_2', 1, 'EUR', 'pending', '{}', 1, 1)", "refunds_agree_with_transaction"),
        Forbidden("\(refundColumns) VALUES (1, NULL, 're_2', 1, 'USD', 'gone', '{}', 1, 1)", "refunds_status_known"),
        Forbidden("UPDATE refunds SET amount = 2", "refunds_terms_are_fixed"),
        Forbidden(
            "\(disputeColumns) VALUES (1, 'dp_1', 1, 'USD', 'lost', 'general', 1, 1, 1)",
            "disputes.transaction_id, disputes.provider_dispute_id"),
        Forbidden("\(disputeColumns) VALUES (1, 'dp_2', -1, 'USD', 'lost', 'general', 1, 1, 1)", "disputes_amount_counted"),
        Forbidden("\(disputeColumns) VALUES (1, 'dp_2', 1, 'usd', 'lost', 'general', 1, 1, 1)", "disputes_currency_code"),
        Forbidden("\(disputeColumns) VALUES (9, 'dp_2', 1, 'USD', 'lost', 'general', 1, 1, 1)", "FOREIGN KEY constraint failed"),
        Forbidden("UPDATE idempotency_keys SET state = 'complete'", "idempotency_keys_answer_whole"),
        Forbidden("UPDATE idempotency_keys SET status = 200, body = x'00'", "idempotency_keys_answer_whole"),
        Forbidden("UPDATE idempotency_keys SET state = 'complete', status = 200", "idempotency_keys_answer_whole"),
        Forbidden("UPDATE idempotency_keys SET state = 'done'", "idempotency_keys_state_known"),
        Forbidden(
            """
            INSERT INTO webhook_events (provider, event_id, event, raw_body, state, attempts, next_try_at, created_at, updated_at)
            VALUES ('mock', 'evt_1', '{}', x'00', 'pending', 0, 1, 1, 1)
            """, "webhook_events.event_id, webhook_events.provider"
        ),
        Forbidden("UPDATE webhook_events SET state = 'new'", "webhook_events_state_known"),
        Forbidden("UPDATE webhook_events SET attempts = -1", "webhook_events_attempts_counted"),
        Forbidden(
            "INSERT INTO transaction_events (transaction_id, type, actor, to_status, created_at) VALUES (1, 't', 'a', 'paid', 1)",
            "transaction_events_status_known"
        ),
        Forbidden(
            """
            INSERT INTO transaction_events (transaction_id, type, actor, from_status, to_status, created_at)
            VALUES (1, 't', 'a', 'new', 'failed', 1)
            """, "transaction_events_status_known"
        ),
        Forbidden("INSERT INTO installation VALUES (2, 'other', 1)", "installation_one_row"),
        Forbidden("UPDATE installation SET installation = ''", "installation_not_empty"),
    ]

    @Test("Refused, by a constraint that is named", arguments: forbidden)
    func refused(_ statement: Forbidden) throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let order = try store.makeOrder()
            _ = try store.makeOrder()
            let transaction = try store.makeTransaction(of: order, intent: "pi_1", status: .succeeded, captured: 1_000)
            let operation = try store.makeOperation(on: transaction)
            _ = try store.makeOperation(on: transaction, .cancel)
            _ = try store.makeRefund(of: transaction, operation: operation.id, providerID: "re_1")
            _ = try store.makeDispute(of: transaction)
            let reference = IdempotencyReference(owner: "42", key: "k")
            try store.insertIdempotencyKey(IdempotencyClaim(reference: reference, fingerprint: "f"), operationID: nil, at: time())
            let event = WebhookEvent(id: "evt_1", type: "t", createdAt: time(), subject: .other)
            _ = try store.insertWebhook(NewWebhook(provider: "mock", event: event, rawBody: [], receivedAt: time()))

            let error = #expect(throws: StoreError.self) { try store.execute(statement.sql) }
            guard case .constraint(let name) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(name == statement.constraint || name.hasSuffix("payment_transactions.\(statement.constraint)"))
        }
    }

    @Test("The statuses written out in the schema are those of the types")
    func statuses() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let order = try store.makeOrder()
            let transaction = try store.makeTransaction(of: order)
            let refund = try store.makeRefund(of: transaction)
            for status in Order.Status.allCases { try store.updateOrder(order.id, status: status, at: time()) }
            for status in PaymentStatus.allCases {
                try store.execute("UPDATE payment_transactions SET status = ?", [status.rawValue])
            }
            for status in HistoryStatus.all {
                try store.appendHistory(
                    HistoryChange(type: "t", actor: "a", fromStatus: status, toStatus: status), of: transaction,
                    at: time()
                )
            }
            for kind in GatewayCore.Operation.Kind.allCases {
                for state in GatewayCore.Operation.State.allCases {
                    try store.execute("DELETE FROM operations")
                    _ = try store.makeOperation(on: transaction, kind)
                    try store.execute("UPDATE operations SET state = ?", [state.rawValue])
                }
            }
            for status: Refund.Status in [.pending, .requiresAction, .succeeded, .failed, .canceled] {
                var changed = refund
                changed.status = status
                try store.updateRefund(changed)
            }
            let event = WebhookEvent(id: "evt_1", type: "t", createdAt: time(), subject: .other)
            _ = try store.insertWebhook(NewWebhook(provider: "mock", event: event, rawBody: [], receivedAt: time()))
            for state in WebhookRecord.State.allCases {
                try store.execute("UPDATE webhook_events SET state = ?", [state.rawValue])
            }
        }
    }
}
