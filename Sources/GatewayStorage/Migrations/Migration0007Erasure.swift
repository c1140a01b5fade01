import GRDB

/// Triggers that let personal data be erased, and nothing else be changed that they forbade.
///
/// An owner may change to a pseudonym, which begins with `erased-`. A line of the history may lose its detail and the name of the owner once
/// its payment has such an owner. Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0007Erasure {
    static let identifier = "0007-erasure"

    /// Replaces triggers.
    static func migrate(_ database: Database) throws {
        for sql in [orders, transactions, history] { try database.execute(sql: sql) }
    }

    private static let orders = """
        DROP TRIGGER orders_terms_are_fixed;
        CREATE TRIGGER orders_terms_are_fixed BEFORE UPDATE OF user_id, amount, currency ON orders
        WHEN NEW.amount IS NOT OLD.amount OR NEW.currency IS NOT OLD.currency
            OR NEW.user_id IS NOT OLD.user_id AND NEW.user_id NOT GLOB 'erased-?*'
        BEGIN
            SELECT RAISE(ABORT, 'orders_terms_are_fixed');
        END;
        """

    private static let transactions = """
        DROP TRIGGER payment_transactions_terms_are_fixed;
        CREATE TRIGGER payment_transactions_terms_are_fixed
        BEFORE UPDATE OF order_id, user_id, provider, amount, currency, capture_method ON payment_transactions
        WHEN NEW.order_id IS NOT OLD.order_id OR NEW.provider IS NOT OLD.provider OR NEW.amount IS NOT OLD.amount
            OR NEW.currency IS NOT OLD.currency OR NEW.capture_method IS NOT OLD.capture_method
            OR NEW.user_id IS NOT OLD.user_id AND NEW.user_id NOT GLOB 'erased-?*'
        BEGIN
            SELECT RAISE(ABORT, 'payment_transactions_terms_are_fixed');
        END;
        """

    private static let history = """
        DROP TRIGGER transaction_events_are_never_changed;
        CREATE TRIGGER transaction_events_are_never_changed BEFORE UPDATE ON transaction_events
        WHEN NEW.id IS NOT OLD.id OR NEW.transaction_id IS NOT OLD.transaction_id OR NEW.type IS NOT OLD.type
            OR NEW.from_status IS NOT OLD.from_status OR NEW.to_status IS NOT OLD.to_status OR NEW.amount IS NOT OLD.amount
            OR NEW.operation_id IS NOT OLD.operation_id OR NEW.provider_request_id IS NOT OLD.provider_request_id
            OR NEW.created_at IS NOT OLD.created_at
            OR NEW.detail IS NOT OLD.detail AND NEW.detail IS NOT NULL
            OR NEW.actor IS NOT OLD.actor AND NOT (
                OLD.actor GLOB 'user:?*' AND NEW.actor = (
                    SELECT 'user:' || user_id FROM payment_transactions WHERE id = NEW.transaction_id
                )
            )
            OR NOT EXISTS (
                SELECT 1 FROM payment_transactions WHERE id = NEW.transaction_id AND user_id GLOB 'erased-?*'
            )
        BEGIN
            SELECT RAISE(ABORT, 'transaction_events_are_never_changed');
        END;
        """
}
