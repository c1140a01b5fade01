#!/usr/bin/env bash
# A whole payment with curl and jq, with all that can come in between (see ../README.md for the environment).
set -euo pipefail

url=${GATEWAY_URL:-http://127.0.0.1:8080}
api=$url/api/v1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Not on a command line, where every user of the machine could read it.
printf 'Authorization: Bearer %s\n' "$GATEWAY_TOKEN" >"$folder/token"

fail() {
    echo "not as expected: $1" >&2
    exit 1
}
new_key() { cat /proc/sys/kernel/random/uuid; }

# call METHOD PATH [BODY [KEY [TIMEOUT]]]: sends, and repeats until the answer is final. Sets `status`, and the files head and body.
# With the same key the gateway does it once, however often it is asked. Keep it with what you want done, before you ask.
# A provider has 20 seconds; whoever waits 30 gets its answer instead of asking again.
call() {
    local method=$1 path=$2 body=${3:-} key=${4:-$(new_key)} timeout=${5:-30} code
    local options=(--silent --request "$method" --header "@$folder/token" --max-time "$timeout"
        --dump-header "$folder/head" --output "$folder/body" --write-out '%{http_code}')
    [[ $method == GET ]] || options+=(--header "Idempotency-Key: $key")
    [[ -z $body ]] || options+=(--header 'Content-Type: application/json' --data "$body")
    for _ in {1..30}; do
        if ! status=$(curl "${options[@]}" "$api$path") || ! code=$(jq -r '.code // "accepted"' "$folder/body" 2>/dev/null); then
            # Silence, or a proxy's page: nobody knows whether it was done. The key makes it safe to ask again.
            echo '  no answer, asking again with the same key'
            sleep 1
            continue
        fi
        case $status/$code in
        202/* | 429/* | 503/* | 409/idempotency_in_flight)
            # 202: the provider's outcome is not known yet. 409: the first request is still at work. 429, 503: not now.
            echo "  $status $code, asking again"
            sleep "$(header retry-after 1)"
            ;;
        *) return ;;
        esac
    done
    fail "$method $path: no final answer"
}
header() { awk -F ': *' -v name="$1" -v default="$2" 'tolower($1) == name { default = $2 } END { sub(/\r$/, "", default); print default }' "$folder/head"; }
field() { jq -r "$1" "$folder/body"; }
expect() { [[ $status == "$1" && $(field "$2") == "$3" ]] || fail "$status $(cat "$folder/body")"; }

# An order, and a payment intent for it. Amounts are decimals in text, in units of the currency: 99.99 USD, 100 JPY.
begin() {
    call POST /orders '{"amount": "99.99", "currency": "USD", "description": "Two tickets"}'
    expect 201 .status pending
    order=$(field .id)
    call POST /payments/create-payment-intent \
        "$(jq -n --argjson id "$order" --arg example "${1:-plain}" '{order_id: $id, amount: "99.99", currency: "USD", metadata: {example: $example}}')"
    expect 201 .status requires_payment_method
    intent=$(field .payment_intent_id) transaction=$(field .transaction_id)
}

wait_for() {
    for _ in {1..600}; do
        call GET "/payments/transactions/$transaction"
        [[ $(field .status) != "$1" ]] || return 0
        sleep 0.1
    done
    fail "the transaction $transaction did not become $1"
}

begin
echo "order $order: pending, payment intent: requires_payment_method"
# A browser would take the client_secret and the payer's card to the provider. A test token does without.
call POST "/payments/$intent/confirm" '{"payment_method": "pm_card_visa"}'
expect 200 .status succeeded
echo 'confirmed: succeeded'

# With the same key a request is done once, and its answer is the same, byte by byte.
key=$(new_key)
call POST "/payments/$intent/refund?amount=50.00" '{"reason": "requested_by_customer"}' "$key"
expect 200 .currency USD
amount=$(field .amount)
cp "$folder/body" "$folder/first"
call POST "/payments/$intent/refund?amount=50.00" '{"reason": "requested_by_customer"}' "$key"
[[ $(header idempotency-replayed false) == true ]] || fail 'it is marked as a replay'
cmp -s "$folder/first" "$folder/body" || fail 'a replay has the same bytes'
call GET "/payments/transactions/$transaction"
expect 200 '"\(.status) \(.amount_refunded)"' 'partially_refunded 50'
echo "refunded once, asked twice: $amount USD, partially_refunded"
call POST "/payments/$intent/refund?amount=50.00" '{"reason": "duplicate"}' "$key"
expect 422 .code idempotency_key_reused
echo 'the key of another request: 422 idempotency_key_reused'

# The payer's matter: show why, and let them try another card. The same intent takes it.
begin
call POST "/payments/$intent/confirm" '{"payment_method": "pm_card_chargeDeclinedInsufficientFunds"}'
expect 402 .decline_code insufficient_funds
echo "declined: $status $(field .code), $(field .decline_code)"
call POST "/payments/$intent/confirm" '{"payment_method": "pm_card_visa"}'
expect 200 .status succeeded
# The program's mistake: each wrong field has its own line.
call POST /orders '{"amount": "9.999", "currency": "USD"}'
expect 422 '.errors[0].field' amount
echo "invalid: $status $(field .code), amount"
call GET /orders/999999999
expect 404 .code not_found
echo "unknown: $status $(field .code)"

# The connection is given up, the request is still at work, the outcome is not known: the answer comes with the same key.
begin slow
call POST "/payments/$intent/confirm" '{"payment_method": "pm_card_visa"}' "$(new_key)" 1
expect 200 .status succeeded
call POST "/payments/$intent/refund?amount=10.00"
expect 200 '.refund_id[:3]' re_
echo "a slow provider: succeeded, refund $(field .status)"

# The provider tells the gateway of what comes later, by a webhook; a client sees the transaction move.
begin pays-later
call POST "/payments/$intent/confirm" '{"payment_method": "pm_card_visa"}'
before=$(field .status)
wait_for succeeded
call GET "/payments/transactions/$transaction/events"
actor=$(field '[.data[] | select(.to_status == "succeeded")][0].actor | split(":")[0]')
echo "paid later: $before, then succeeded, by $actor"

# What the provider sends, and how it is signed: over the raw bytes, with the secret that only it and the gateway know.
begin
event=$(jq -cn --arg id "evt_$(new_key | tr -d -)" --arg intent "$intent" --argjson now "$(date +%s)" '
    {id: $id, object: "event", type: "payment_intent.canceled", created: $now, data: {object:
        {id: $intent, object: "payment_intent", amount: 9999, currency: "usd", status: "canceled"}}}')
deliver() {
    local now digest
    now=$(date +%s)
    digest=$(printf '%s.%s' "$now" "$event" | openssl dgst -sha256 -hmac "$1" -hex | sed 's/.* //')
    status=$(curl --silent --max-time 30 --output "$folder/body" --write-out '%{http_code}' "$api/payments/webhooks/mock" \
        --header 'Content-Type: application/json' --header "Mock-Signature: t=$now,v1=$digest" --data-binary "$event")
}
deliver 'another secret'
expect 400 .code invalid_signature
for _ in 1 2; do
    deliver "$MOCK_WEBHOOK_SECRET"
    expect 200 .received true
done
wait_for canceled
echo 'webhook: forged 400, signed 200, again 200, canceled once'
echo 'done'
