import GRDB

/// The first schema.
///
/// Never edited after a release: what it says is in databases that exist. The lists of statuses are therefore written out here
/// and not taken from the types of today; a test holds the two together, and a new status comes with a new migration.
///
/// Common to all tables:
/// - `STRICT`, so that a column holds its type and nothing else.
/// - Times are INTEGER: milliseconds since 1970-01-01T00:00:00Z, in UTC.
/// - Amounts are INTEGER: minor units of `currency`, an ISO 4217 code in upper case.
/// - A row with `deleted_at` is kept for the auditor and seen by no query.
/// - An index ends in the rowid, so `(user_id, created_at)` also orders by id where times are equal.
enum Migration0001InitialSchema {
    static let identifier = "0001-initial-schema"

    /// Makes the tables.
    ///
    /// - Parameter installation: the random id of this database, part of every key at a provider.
    static func migrate(_ database: Database, installation: String) throws {
        for sql in [orders, transactions, operations, refunds, idempotencyKeys, webhookEvents, history, installationTable] {
            try database.execute(sql: sql)
        }
        try database.execute(
            sql: "INSERT INTO installation (id, installation, created_at) VALUES (1, ?, \(DatabaseClock.now))",
            arguments: [installation]
        )
    }

    private static let orders = """
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL,
            amount INTEGER NOT NULL CONSTRAINT orders_amount_positive CHECK (amount > 0),
            currency TEXT NOT NULL CONSTRAINT orders_currency_code CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
            status TEXT NOT NULL CONSTRAINT orders_status_known CHECK (
                status IN ('pending', 'completed', 'failed', 'canceled', 'partially_refunded', 'refunded')
            ),
            description TEXT,
            metadata TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER
        ) STRICT;
        CREATE INDEX orders_user ON orders (user_id, created_at);
        CREATE INDEX orders_created ON orders (created_at);
        CREATE TRIGGER orders_terms_are_fixed BEFORE UPDATE OF user_id, amount, currency ON orders
        BEGIN
            SELECT RAISE(ABORT, 'orders_terms_are_fixed');
        END;
        """

    /// The unique index starts with the intent's id and so serves look-ups without a provider too: ids are random,
    /// and each index on them costs a page of its own at every payment.
    private static let transactions = """
        CREATE TABLE payment_transactions (
            id INTEGER PRIMARY KEY,
            order_id INTEGER NOT NULL REFERENCES orders (id),
            user_id TEXT NOT NULL,
            provider TEXT NOT NULL,
            payment_intent_id TEXT,
            client_secret TEXT,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL CONSTRAINT payment_transactions_currency_code CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
            captured INTEGER NOT NULL,
            refunded INTEGER NOT NULL,
            reserved INTEGER NOT NULL,
            capture_method TEXT NOT NULL CONSTRAINT payment_transactions_capture_method_known CHECK (
                capture_method IN ('automatic', 'manual')
            ),
            status TEXT NOT NULL CONSTRAINT payment_transactions_status_known CHECK (
                status IN (
                    'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'requires_capture',
                    'succeeded', 'failed', 'canceled', 'partially_refunded', 'refunded', 'manual_review'
                )
            ),
            payment_method TEXT,
            provider_customer_id TEXT,
            provider_charge_id TEXT,
            error_code TEXT,
            decline_code TEXT,
            error_message TEXT,
            dispute TEXT,
            next_action TEXT,
            metadata TEXT NOT NULL,
            version INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER,
            CONSTRAINT payment_transactions_amounts_in_bounds CHECK (
                amount > 0 AND refunded >= 0 AND reserved >= 0 AND refunded + reserved <= captured AND captured <= amount
            )
        ) STRICT;
        CREATE UNIQUE INDEX payment_transactions_intent ON payment_transactions (payment_intent_id, provider)
            WHERE payment_intent_id IS NOT NULL;
        CREATE UNIQUE INDEX payment_transactions_live ON payment_transactions (order_id)
            WHERE status NOT IN ('canceled', 'manual_review') AND deleted_at IS NULL;
        CREATE INDEX payment_transactions_order ON payment_transactions (order_id, created_at);
        CREATE INDEX payment_transactions_user ON payment_transactions (user_id, created_at);
        CREATE INDEX payment_transactions_user_status ON payment_transactions (user_id, status, created_at);
        CREATE INDEX payment_transactions_status ON payment_transactions (status, created_at);
        CREATE INDEX payment_transactions_provider ON payment_transactions (provider, created_at);
        CREATE INDEX payment_transactions_created ON payment_transactions (created_at);
        CREATE TRIGGER payment_transactions_agree_with_order BEFORE INSERT ON payment_transactions
        WHEN NOT EXISTS (
            SELECT 1 FROM orders WHERE id = NEW.order_id AND currency = NEW.currency AND user_id = NEW.user_id
        )
        BEGIN
            SELECT RAISE(ABORT, 'payment_transactions_agree_with_order');
        END;
        CREATE TRIGGER payment_transactions_terms_are_fixed
        BEFORE UPDATE OF order_id, user_id, provider, amount, currency, capture_method ON payment_transactions
        BEGIN
            SELECT RAISE(ABORT, 'payment_transactions_terms_are_fixed');
        END;
        """

    /// `lease_until` and `next_check_at` are read and written on the database's clock only.
    private static let operations = """
        CREATE TABLE operations (
            id INTEGER PRIMARY KEY,
            transaction_id INTEGER NOT NULL REFERENCES payment_transactions (id),
            kind TEXT NOT NULL CONSTRAINT operations_kind_known CHECK (
                kind IN ('create', 'confirm', 'capture', 'cancel', 'refund')
            ),
            state TEXT NOT NULL CONSTRAINT operations_state_known CHECK (
                state IN ('pending', 'unknown', 'succeeded', 'failed', 'manual_review')
            ),
            request TEXT NOT NULL,
            attempts INTEGER NOT NULL CONSTRAINT operations_attempts_counted CHECK (attempts > 0),
            may_have_been_sent INTEGER NOT NULL CONSTRAINT operations_may_have_been_sent_boolean CHECK (
                may_have_been_sent IN (0, 1)
            ),
            fence INTEGER NOT NULL CONSTRAINT operations_fence_positive CHECK (fence > 0),
            lease_until INTEGER,
            next_check_at INTEGER NOT NULL,
            idempotency_owner TEXT,
            idempotency_key TEXT,
            request_id TEXT NOT NULL,
            outcome TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER,
            CONSTRAINT operations_idempotency_whole CHECK ((idempotency_owner IS NULL) = (idempotency_key IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX operations_one_open ON operations (transaction_id)
            WHERE kind <> 'refund' AND state IN ('pending', 'unknown') AND deleted_at IS NULL;
        CREATE INDEX operations_transaction ON operations (transaction_id);
        CREATE INDEX operations_due ON operations (next_check_at)
            WHERE state IN ('pending', 'unknown') AND deleted_at IS NULL;
        """

    private static let refunds = """
        CREATE TABLE refunds (
            id INTEGER PRIMARY KEY,
            transaction_id INTEGER NOT NULL REFERENCES payment_transactions (id),
            operation_id INTEGER REFERENCES operations (id),
            provider_refund_id TEXT,
            amount INTEGER NOT NULL CONSTRAINT refunds_amount_positive CHECK (amount > 0),
            currency TEXT NOT NULL,
            status TEXT NOT NULL CONSTRAINT refunds_status_known CHECK (
                status IN ('pending', 'requires_action', 'succeeded', 'failed', 'canceled')
            ),
            reason TEXT,
            metadata TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER
        ) STRICT;
        CREATE INDEX refunds_transaction ON refunds (transaction_id);
        CREATE UNIQUE INDEX refunds_provider_refund ON refunds (transaction_id, provider_refund_id)
            WHERE provider_refund_id IS NOT NULL;
        CREATE UNIQUE INDEX refunds_operation ON refunds (operation_id) WHERE operation_id IS NOT NULL;
        CREATE TRIGGER refunds_agree_with_transaction BEFORE INSERT ON refunds
        WHEN NOT EXISTS (SELECT 1 FROM payment_transactions WHERE id = NEW.transaction_id AND currency = NEW.currency)
        BEGIN
            SELECT RAISE(ABORT, 'refunds_agree_with_transaction');
        END;
        CREATE TRIGGER refunds_terms_are_fixed BEFORE UPDATE OF transaction_id, operation_id, amount, currency ON refunds
        BEGIN
            SELECT RAISE(ABORT, 'refunds_terms_are_fixed');
        END;
        """

    /// Keys are forgotten for good, so that they can be used again: no `deleted_at` here.
    private static let idempotencyKeys = """
        CREATE TABLE idempotency_keys (
            owner TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            state TEXT NOT NULL CONSTRAINT idempotency_keys_state_known CHECK (state IN ('in_flight', 'complete')),
            operation_id INTEGER REFERENCES operations (id),
            status INTEGER,
            body BLOB,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            completed_at INTEGER,
            PRIMARY KEY (owner, key),
            CONSTRAINT idempotency_keys_answer_whole CHECK (
                (state = 'complete') = (status IS NOT NULL)
                AND (status IS NULL) = (body IS NULL)
                AND (status IS NULL) = (completed_at IS NULL)
            )
        ) STRICT;
        """

    /// `created_at` is when the event arrived. A deleted event still counts as seen.
    private static let webhookEvents = """
        CREATE TABLE webhook_events (
            id INTEGER PRIMARY KEY,
            provider TEXT NOT NULL,
            event_id TEXT NOT NULL,
            event TEXT NOT NULL,
            raw_body BLOB NOT NULL,
            state TEXT NOT NULL CONSTRAINT webhook_events_state_known CHECK (
                state IN ('pending', 'applied', 'ignored', 'contradicted')
            ),
            attempts INTEGER NOT NULL CONSTRAINT webhook_events_attempts_counted CHECK (attempts >= 0),
            result TEXT,
            next_try_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX webhook_events_event ON webhook_events (event_id, provider);
        CREATE INDEX webhook_events_due ON webhook_events (next_try_at) WHERE state = 'pending' AND deleted_at IS NULL;
        """

    private static let history = """
        CREATE TABLE transaction_events (
            id INTEGER PRIMARY KEY,
            transaction_id INTEGER NOT NULL REFERENCES payment_transactions (id),
            type TEXT NOT NULL,
            actor TEXT NOT NULL,
            from_status TEXT,
            to_status TEXT NOT NULL,
            amount INTEGER,
            operation_id INTEGER REFERENCES operations (id),
            provider_request_id TEXT,
            detail TEXT,
            created_at INTEGER NOT NULL,
            CONSTRAINT transaction_events_status_known CHECK (
                to_status IN (
                    'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'requires_capture',
                    'succeeded', 'failed', 'canceled', 'partially_refunded', 'refunded', 'manual_review'
                )
                AND (
                    from_status IS NULL
                    OR from_status IN (
                        'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'requires_capture',
                        'succeeded', 'failed', 'canceled', 'partially_refunded', 'refunded', 'manual_review'
                    )
                )
            )
        ) STRICT;
        CREATE INDEX transaction_events_transaction ON transaction_events (transaction_id);
        CREATE TRIGGER transaction_events_are_never_changed BEFORE UPDATE ON transaction_events
        BEGIN
            SELECT RAISE(ABORT, 'transaction_events_are_never_changed');
        END;
        CREATE TRIGGER transaction_events_are_never_deleted BEFORE DELETE ON transaction_events
        BEGIN
            SELECT RAISE(ABORT, 'transaction_events_are_never_deleted');
        END;
        """

    private static let installationTable = """
        CREATE TABLE installation (
            id INTEGER PRIMARY KEY CONSTRAINT installation_one_row CHECK (id = 1),
            installation TEXT NOT NULL CONSTRAINT installation_not_empty CHECK (installation <> ''),
            created_at INTEGER NOT NULL
        ) STRICT;
        """
}
