"""Webhooks as the mock provider would post them: Stripe's shape, signed by the mock's scheme with the time of now."""
import hashlib
import hmac
import itertools
import json
import time

from .wrk import request

PAYMENTS = """
SELECT t.payment_intent_id, t.client_secret, t.amount, t.captured, t.provider_charge_id, t.created_at / 1000, t.order_id, o.id
FROM payment_transactions t JOIN operations o ON o.transaction_id = t.id AND o.kind = 'create'
WHERE t.id > :payment_transactions AND +t.status IN ('succeeded', 'partially_refunded') ORDER BY t.id LIMIT :count
"""


class Events:
    """Makes events; no two have the same id."""

    def __init__(self, installation):
        self.installation = installation
        self.numbers = itertools.count(1)

    def requests(self, count):
        """So many payment_intent.succeeded, shared out among the payments that are paid.

        The gateway knows already that they are: it is what it hears of nearly every payment that it has confirmed itself.
        """
        books = self.installation.books
        installation = books.rows("SELECT installation FROM installation")[0][0]
        payments = books.rows(PAYMENTS, count=count)
        key = self.installation.webhook_secret.encode()
        for row in itertools.islice(itertools.cycle(payments), count):
            body = _event(f"evt_bench_{next(self.numbers)}", installation, *row)
            now = int(time.time())
            signature = hmac.new(key, f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
            yield request(
                "POST", "/api/v1/payments/webhooks/mock", body=body,
                headers=[("Mock-Signature", f"t={now},v1={signature}")])


def _event(event, installation, intent, secret, amount, captured, charge, created, order, operation):
    return json.dumps({
        "id": event, "object": "event", "type": "payment_intent.succeeded", "created": created, "livemode": False,
        "data": {"object": {
            "id": intent, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_received": captured,
            "cancellation_reason": None, "capture_method": "automatic", "client_secret": secret, "created": created,
            "currency": "usd", "customer": None, "description": None, "last_payment_error": None, "latest_charge": charge,
            "livemode": False,
            "metadata": {
                "gateway_operation_id": f"{installation}-{operation}", "order_id": str(order), "user_id": "42"},
            "next_action": None, "payment_method": "pm_card_visa", "payment_method_types": ["card"], "receipt_email": None,
            "statement_descriptor_suffix": None, "status": "succeeded",
        }},
    }, separators=(",", ":"))
