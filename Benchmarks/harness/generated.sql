-- What a payment can come to, and the rows that each end leaves behind. `generator.py` runs this file piece by piece; a piece
-- begins with a line `-- name: ...`. The rows are those that the gateway writes itself, with the same JSON.

-- name: setup
CREATE TEMP TABLE ends (
    end TEXT PRIMARY KEY,
    weight INTEGER NOT NULL,        -- of a thousand payments
    status TEXT NOT NULL,
    order_status TEXT NOT NULL,
    has_intent INTEGER NOT NULL,
    is_paid INTEGER NOT NULL,
    parts_refunded INTEGER NOT NULL -- of four
) STRICT;
INSERT INTO ends VALUES
    ('paid',       770, 'succeeded',               'completed',          1, 1, 0),
    ('refunded',    50, 'refunded',                'refunded',           1, 1, 4),
    ('partly',      40, 'partially_refunded',      'partially_refunded', 1, 1, 1),
    ('canceled',    30, 'canceled',                'canceled',           1, 0, 0),
    ('declined',    30, 'failed',                  'failed',             1, 0, 0),
    ('rejected',    10, 'failed',                  'failed',             0, 0, 0),
    ('abandoned',   70, 'requires_payment_method', 'pending',            1, 0, 0);

-- The calls at the provider, in their order.
CREATE TEMP TABLE calls (
    end TEXT NOT NULL,
    call INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    before TEXT NOT NULL,           -- the status at the request
    after TEXT NOT NULL,            -- the status with the answer
    PRIMARY KEY (end, call)
) STRICT, WITHOUT ROWID;
INSERT INTO calls
SELECT end, 1, 'create', 'succeeded', 'completed', 'processing', 'requires_payment_method' FROM ends WHERE has_intent
UNION ALL VALUES ('rejected', 1, 'create', 'failed', 'rejected', 'processing', 'failed')
UNION ALL SELECT end, 2, 'confirm', 'succeeded', 'completed', 'requires_payment_method', 'succeeded' FROM ends WHERE is_paid
UNION ALL VALUES ('declined', 2, 'confirm', 'failed', 'declined', 'requires_payment_method', 'failed')
UNION ALL VALUES ('canceled', 2, 'cancel', 'succeeded', 'completed', 'requires_payment_method', 'canceled')
UNION ALL SELECT end, 3, 'refund', 'succeeded', 'completed', 'succeeded', status FROM ends WHERE parts_refunded > 0;

-- Each call is requested and answered; an order's first request has no status before it.
CREATE TEMP TABLE halves (half INTEGER PRIMARY KEY, word TEXT) STRICT;
INSERT INTO halves VALUES (0, 'requested'), (1, NULL);

-- One row for each payment of the batch at work. `place` is its number as the mock writes it into its ids, eight digits of base 36;
-- `draw` is 78 random digits.
CREATE TEMP TABLE drawn (
    id INTEGER PRIMARY KEY,
    created_at INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    amount INTEGER NOT NULL,
    end TEXT NOT NULL,
    has_webhook INTEGER NOT NULL,
    place TEXT NOT NULL,
    draw TEXT NOT NULL
) STRICT;

-- What more than one table needs of a payment.
CREATE TEMP VIEW payments AS
SELECT d.*, e.status, e.order_status, e.is_paid, e.parts_refunded, d.amount * e.parts_refunded / 4 AS refunded,
    d.amount * e.is_paid AS captured,
    iif(e.has_intent, 'pi_mock_' || d.place || substr(d.draw, 1, 13), NULL) AS intent,
    iif(e.has_intent, 'pi_mock_' || d.place || substr(d.draw, 1, 13) || '_secret_' || substr(d.draw, 15, 26), NULL) AS secret,
    iif(e.is_paid, 'ch_mock_' || d.place || substr(d.draw, 41, 13), NULL) AS charge,
    d.created_at + 3000 * (SELECT max(call) FROM calls c WHERE c.end = d.end) AS updated_at
FROM drawn d JOIN ends e ON e.end = d.end;

-- name: batch
INSERT INTO main.orders (id, user_id, amount, currency, status, metadata, created_at, updated_at)
SELECT id, user_id, amount, 'USD', order_status, '{}', created_at - 2000, updated_at FROM payments ORDER BY id;

INSERT INTO main.payment_transactions (
    id, order_id, user_id, provider, payment_intent_id, client_secret, amount, currency, captured, refunded, reserved,
    capture_method, status, payment_method, provider_charge_id, error_code, decline_code, error_message, metadata, version,
    created_at, updated_at)
SELECT id, id, user_id, provider, intent, secret, amount, 'USD', captured, refunded, 0, 'automatic', status,
    iif(is_paid, 'card', NULL), charge,
    CASE end WHEN 'declined' THEN 'card_declined' WHEN 'rejected' THEN 'invalid_request' END,
    iif(end = 'declined', 'insufficient_funds', NULL),
    CASE end WHEN 'declined' THEN 'Your card has insufficient funds.' WHEN 'rejected' THEN 'The request was refused.' END,
    '{}', 2 + is_paid * 2 + (parts_refunded > 0) * 2, created_at, updated_at
FROM payments ORDER BY id;

INSERT INTO main.operations (
    id, transaction_id, kind, state, request, attempts, may_have_been_sent, fence, next_check_at, request_id, outcome, created_at,
    updated_at)
SELECT p.id * 4 + c.call - 4, p.id, c.kind, c.state,
    CASE c.kind
    WHEN 'create' THEN
        '{"create":{"_0":{"amount":{"currency":"USD","minorUnits":' || p.amount || '},"captureMethod":"automatic","metadata":{},'
        || '"orderID":' || p.id || ',"userID":"' || p.user_id || '"}}}'
    WHEN 'confirm' THEN
        '{"confirm":{"_0":{"paymentIntentID":"' || p.intent || '","paymentMethod":"pm_card_visa"}}}'
    WHEN 'refund' THEN
        '{"refund":{"_0":{"amount":{"currency":"USD","minorUnits":' || p.refunded || '},"metadata":{},"paymentIntentID":"'
        || p.intent || '"}}}'
    ELSE '{"cancel":{"_0":{"paymentIntentID":"' || p.intent || '"}}}'
    END,
    1, 0, 1, p.created_at + 3000 * c.call + 57000, 'req_' || substr(p.draw, 26 + 9 * c.call, 26), c.outcome,
    p.created_at + 3000 * (c.call - 1), p.created_at + 3000 * (c.call - 1) + 9
FROM payments p CROSS JOIN calls c ON c.end = p.end ORDER BY p.id, c.call;

INSERT INTO main.transaction_events (
    id, transaction_id, type, actor, from_status, to_status, amount, operation_id, created_at)
SELECT p.id * 8 + c.call * 2 + h.half - 8, p.id,
    c.kind || '.' || coalesce(h.word, iif(c.state = 'succeeded', 'succeeded', c.outcome)),
    iif(h.half, 'gateway', 'user:' || p.user_id), iif(c.call = 1 AND NOT h.half, NULL, c.before),
    iif(h.half, c.after, c.before), iif(c.kind = 'refund', p.refunded, NULL), p.id * 4 + c.call - 4,
    p.created_at + 3000 * (c.call - 1) + 9 * h.half
FROM payments p CROSS JOIN calls c ON c.end = p.end CROSS JOIN halves h ORDER BY p.id, c.call, h.half;

INSERT INTO main.refunds (
    transaction_id, operation_id, provider_refund_id, amount, currency, status, metadata, created_at, updated_at)
SELECT id, id * 4 - 1, 're_mock_' || place || substr(draw, 60, 13), refunded, 'USD', 'succeeded', '{}', updated_at - 3000,
    updated_at
FROM payments WHERE parts_refunded > 0 ORDER BY id;

INSERT INTO main.webhook_events (
    provider, event_id, payment_intent_id, event, raw_body, state, attempts, result, next_try_at, created_at, updated_at)
SELECT provider, 'evt_' || substr(draw, 55, 24), intent,
    '{"createdAt":{"unixMilliseconds":' || updated_at || '},"id":"evt_' || substr(draw, 55, 24)
    || '","subject":{"paymentIntent":{"_0":{"amount":{"currency":"USD","minorUnits":' || amount || '},"amountCaptured":' || captured
    || ',"captureMethod":"automatic","chargeID":"' || charge || '","clientSecret":"' || secret || '","id":"' || intent
    || '","metadata":{"order_id":"' || id || '","user_id":"' || user_id
    || '"},"paymentMethod":"card","status":"succeeded"}}},"type":"payment_intent.succeeded"}',
    CAST('{"id":"evt_' || substr(draw, 55, 24) || '","object":"event","type":"payment_intent.succeeded","created":'
    || updated_at / 1000 || ',"livemode":false,"data":{"object":{"id":"' || intent
    || '","object":"payment_intent","amount":' || amount || ',"amount_capturable":0,"amount_received":' || captured
    || ',"cancellation_reason":null,"capture_method":"automatic","client_secret":"' || secret
    || '","currency":"usd","customer":null,"description":null,"last_payment_error":null,"latest_charge":"' || charge
    || '","livemode":false,"metadata":{"order_id":"' || id || '","user_id":"' || user_id
    || '"},"next_action":null,"payment_method":"pm_card_visa","payment_method_types":["card"],"receipt_email":null,'
    || '"statement_descriptor_suffix":null,"status":"succeeded"}}}' AS BLOB),
    iif(id % 50, 'applied', 'ignored'), 0, 'the transaction is succeeded', updated_at + 500, updated_at + 500, updated_at + 500
FROM payments WHERE has_webhook AND is_paid ORDER BY id;

DELETE FROM drawn;
