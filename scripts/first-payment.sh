#!/usr/bin/env bash
# Prints a first payment as commands to paste: first-payment.sh BASE_URL USER_TOKEN ADMIN_TOKEN
set -euo pipefail

cat <<COMMANDS

The gateway is ready at $1 (Ctrl-C stops it); documentation: $1/api/docs

A first payment, to paste into another terminal:

api=$1/api/v1
user='Authorization: Bearer $2'
admin='Authorization: Bearer $3'
json='Content-Type: application/json'
field() { tee /dev/stderr | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "\$1"; echo >&2; }

# 1. User 42 orders something for 99.99 USD.
order=\$(curl -sS "\$api/orders" -H "\$user" -H "\$json" -d '{"amount": 99.99, "currency": "USD"}' | field id)

# 2. The order gets a payment intent at the default provider.
intent=\$(curl -sS "\$api/payments/create-payment-intent" -H "\$user" -H "\$json" \\
    -d "{\"order_id\": \$order, \"amount\": 99.99, \"currency\": \"USD\"}" | field payment_intent_id)

# 3. A test card pays it.
transaction=\$(curl -sS "\$api/payments/\$intent/confirm" -H "\$user" -H "\$json" -d '{"payment_method": "pm_card_visa"}' | field id)

# 4. The transaction, with every step it took.
curl -sS "\$api/payments/transactions/\$transaction" -H "\$user"; echo
curl -sS "\$api/payments/transactions/\$transaction/events" -H "\$user"; echo

# 5. A part of it goes back; an admin lists all transactions.
curl -sS -X POST "\$api/payments/\$intent/refund?amount=50.00" -H "\$user" -H 'Idempotency-Key: first-refund-'"\$order"; echo
curl -sS "\$api/payments/transactions?limit=5" -H "\$admin"; echo

COMMANDS
