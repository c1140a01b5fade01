"""A whole payment, with all that can come in between: python3 example.py (see ../README.md for the environment)."""

import json
import os
import time
import uuid
from decimal import Decimal

import requests
from gateway import Gateway, Problem, mock_signature

URL = os.environ.get("GATEWAY_URL", "http://127.0.0.1:8080")
gateway = Gateway(URL, os.environ["GATEWAY_TOKEN"])


def expect(condition, what):
    if not condition:
        raise SystemExit(f"not as expected: {what}")


def begin(amount="99.99", example="plain"):
    """An order, and a payment intent for it. Amounts are decimals in text, in units of the currency: 99.99 USD, 100 JPY."""
    order = gateway.post("/orders", {"amount": amount, "currency": "USD", "description": "Two tickets"})
    request = {"order_id": order["id"], "amount": amount, "currency": "USD", "metadata": {"example": example}}
    return order, gateway.post("/payments/create-payment-intent", request)


def wait_for(status, transaction):
    for _ in range(600):
        now = gateway.get(f"/payments/transactions/{transaction}")
        if now["status"] == status:
            return now
        time.sleep(0.1)
    raise SystemExit(f"the transaction {transaction} is {now['status']}, not {status}")


def pay():
    order, intent = begin()
    print(f"order {order['id']}: {order['status']}, payment intent: {intent['status']}")
    # A browser would take intent["client_secret"] and the payer's card to the provider. A test token does without.
    paid = gateway.post(f"/payments/{intent['payment_intent_id']}/confirm", {"payment_method": "pm_card_visa"})
    expect(paid["status"] == "succeeded" and paid["amount"] == Decimal("99.99"), paid)
    print(f"confirmed: {paid['status']}")
    return intent


def repeat_safely(intent):
    """With the same key a request is done once, and its answer is the same, byte by byte."""
    path, key = f"/payments/{intent['payment_intent_id']}/refund", str(uuid.uuid4())
    first = gateway.post(path, {"reason": "requested_by_customer"}, key=key, amount="50.00")
    again = gateway.post(path, {"reason": "requested_by_customer"}, key=key, amount="50.00")
    expect(again.is_replay and again.bytes == first.bytes, "a replay has the same bytes")
    after = gateway.get(f"/payments/transactions/{intent['transaction_id']}")
    expect(after["status"] == "partially_refunded" and after["amount_refunded"] == Decimal("50"), after)
    print(f"refunded once, asked twice: {first['amount']} {first['currency']}, {after['status']}")
    try:
        gateway.post(path, {"reason": "duplicate"}, key=key, amount="50.00")
        expect(False, "a key is for one request")
    except Problem as problem:
        print(f"the key of another request: {problem.status} {problem.code}")


def handle_errors():
    _, intent = begin()
    path = f"/payments/{intent['payment_intent_id']}/confirm"
    try:
        gateway.post(path, {"payment_method": "pm_card_chargeDeclinedInsufficientFunds"})
        expect(False, "this card is declined")
    except Problem as problem:
        # The payer's matter: show why, and let them try another card. The same intent takes it.
        print(f"declined: {problem.status} {problem.code}, {problem.decline_code}")
    expect(gateway.post(path, {"payment_method": "pm_card_visa"})["status"] == "succeeded", "another card")
    try:
        gateway.post("/orders", {"amount": "9.999", "currency": "USD"})
        expect(False, "USD has two decimals")
    except Problem as problem:
        # The program's mistake: each wrong field has its own line.
        print(f"invalid: {problem.status} {problem.code}, {problem.errors[0]['field']}")
    try:
        gateway.get("/orders/999999999")
        expect(False, "there is no such order")
    except Problem as problem:
        print(f"unknown: {problem.status} {problem.code}")


def survive_a_slow_provider():
    """The connection is given up, the request is still at work, the outcome is not known: the answer comes with the same key."""
    _, intent = begin(example="slow")
    path = f"/payments/{intent['payment_intent_id']}"
    paid = gateway.post(f"{path}/confirm", {"payment_method": "pm_card_visa"}, timeout=1)
    expect(paid["status"] == "succeeded", paid)
    refund = gateway.post(f"{path}/refund", amount="10.00")
    expect(refund["refund_id"].startswith("re_"), refund)
    print(f"a slow provider: {paid['status']}, refund {refund['status']}")


def wait_for_a_webhook():
    """The provider tells the gateway of what comes later, by a webhook; a client sees the transaction move."""
    _, intent = begin(example="pays-later")
    paid = gateway.post(f"/payments/{intent['payment_intent_id']}/confirm", {"payment_method": "pm_card_visa"})
    wait_for("succeeded", intent["transaction_id"])
    history = gateway.get(f"/payments/transactions/{intent['transaction_id']}/events")["data"]
    moved = next(line for line in history if line["to_status"] == "succeeded")
    print(f"paid later: {paid['status']}, then succeeded, by {moved['actor'].split(':')[0]}")


def post_a_webhook(secret):
    """What the provider sends, and how it is signed: over the raw bytes, with the secret that only it and the gateway know."""
    _, intent = begin()
    event = {
        "id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": "payment_intent.canceled", "created": int(time.time()),
        "data": {"object": {
            "id": intent["payment_intent_id"], "object": "payment_intent", "amount": 9999, "currency": "usd",
            "status": "canceled"}},
    }
    body = json.dumps(event).encode()

    def deliver(signature):
        return requests.post(f"{URL}/api/v1/payments/webhooks/mock", data=body, timeout=30,
                             headers={"Content-Type": "application/json", **signature})

    forged = deliver(mock_signature(body, "another secret"))
    expect(forged.status_code == 400 and forged.json()["code"] == "invalid_signature", forged.text)
    for _ in range(2):
        taken = deliver(mock_signature(body, secret))
        expect(taken.status_code == 200 and taken.json() == {"received": True}, taken.text)
    wait_for("canceled", intent["transaction_id"])
    print("webhook: forged 400, signed 200, again 200, canceled once")


repeat_safely(pay())
handle_errors()
survive_a_slow_provider()
wait_for_a_webhook()
post_a_webhook(os.environ["MOCK_WEBHOOK_SECRET"])
print("done")
