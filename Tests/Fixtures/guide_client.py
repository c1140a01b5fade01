"""The clients of the original guide, as it prints them: guide_client.py BASE_URL USER_TOKEN ADMIN_TOKEN

Example 1 creates a payment intent, example 3 refunds half of it. What the guide leaves out (the order, the payment
in the browser) stands between them. A second order is paid without a currency, which the guide gives a default. Prints what the guide's clients read, as JSON.
"""

import json
import sys

import requests

base, access_token, admin_token = sys.argv[1:]


def post(path, token, **arguments):
    response = requests.post(f"{base}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=300, **arguments)
    if not response.ok:
        sys.exit(f"{path}: {response.status_code} {response.text}")
    return response


order_id = post("/api/v1/orders", access_token, json={"amount": 99.99, "currency": "USD"}).json()["id"]

# Example 1: Create Payment Intent
response = requests.post(
    f"{base}/api/v1/payments/create-payment-intent",
    json={
        "order_id": order_id,
        "amount": 99.99,
        "currency": "USD"
    },
    headers={
        "Authorization": f"Bearer {access_token}"
    }
)

payment_intent = response.json()
client_secret = payment_intent["client_secret"]

# Example 2 is the payer's browser; the server confirms with a test token instead.
intent_id = payment_intent["payment_intent_id"]
post(f"/api/v1/payments/{intent_id}/confirm", access_token, json={"payment_method": "pm_card_visa"})

# Example 3: Process Refund
response = requests.post(
    f"{base}/api/v1/payments/{intent_id}/refund",
    params={"amount": 50.00},  # Partial refund
    headers={
        "Authorization": f"Bearer {admin_token}"
    }
)

order_without_currency = post("/api/v1/orders", access_token, json={"amount": 12.5, "currency": "EUR"}).json()["id"]
defaulted = post(
    "/api/v1/payments/create-payment-intent", access_token, json={"order_id": order_without_currency, "amount": 12.5}).json()
transaction = requests.get(
    f"{base}/api/v1/payments/transactions/{payment_intent['transaction_id']}",
    headers={"Authorization": f"Bearer {access_token}"}, timeout=20).json()

json.dump(
    {
        "defaulted_currency": defaulted["currency"],
        "transaction_members": sorted(transaction),
        "order_id": order_id,
        "payment_intent": payment_intent,
        "client_secret": client_secret,
        "refund_status": response.status_code,
        "message": response.json()["message"],
    },
    sys.stdout,
)
