-- What migration 0013-lifecycle adds to the tables of books.sql.
ALTER TABLE payment_transactions ADD COLUMN facts TEXT;
ALTER TABLE payment_transactions ADD COLUMN disputed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_transactions ADD COLUMN closed_reason TEXT;
ALTER TABLE payment_transactions ADD COLUMN review_code TEXT;
ALTER TABLE payment_transactions ADD COLUMN review_value INTEGER;
ALTER TABLE payment_transactions ADD COLUMN review_detail TEXT;
ALTER TABLE payment_transactions ADD COLUMN review_opened_at INTEGER;
ALTER TABLE refunds ADD COLUMN decision TEXT;
ALTER TABLE refunds ADD COLUMN provider_amount INTEGER;
ALTER TABLE operations ADD COLUMN last_call_at INTEGER;
ALTER TABLE operations ADD COLUMN traceless_looks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN is_overdue INTEGER NOT NULL DEFAULT 0;
CREATE TABLE disputes (
    id INTEGER PRIMARY KEY,
    transaction_id INTEGER NOT NULL REFERENCES payment_transactions (id),
    provider_dispute_id TEXT NOT NULL,
    amount INTEGER NOT NULL CONSTRAINT disputes_amount_counted CHECK (amount >= 0),
    currency TEXT NOT NULL CONSTRAINT disputes_currency_code CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX disputes_dispute ON disputes (transaction_id, provider_dispute_id);
INSERT INTO disputes (
    transaction_id, provider_dispute_id, amount, currency, status, reason, changed_at, created_at, updated_at
)
SELECT id, json_extract(dispute, '$.id'), json_extract(dispute, '$.amount.minorUnits'),
    json_extract(dispute, '$.amount.currency'), json_extract(dispute, '$.status'), json_extract(dispute, '$.reason'), 0,
    updated_at, updated_at
FROM payment_transactions WHERE dispute IS NOT NULL;
UPDATE payment_transactions SET disputed = json_extract(dispute, '$.amount.minorUnits') WHERE dispute IS NOT NULL;
UPDATE payment_transactions SET closed_reason = 'canceled' WHERE status = 'canceled';
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(
    replace(sql, 'AND captured <= amount', 'AND disputed >= 0 AND disputed <= captured'), ', ''manual_review''', '')
WHERE name IN ('payment_transactions', 'operations');
PRAGMA writable_schema = RESET;
