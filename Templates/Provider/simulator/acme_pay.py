"""Acme Pay on this machine: the API of docs/acme-pay-api.md, in memory, with Python's standard library alone.

    python3 simulator/acme_pay.py --webhook-url http://127.0.0.1:8080/api/v1/payments/webhooks/acme-pay

Tokens decide what becomes of a payment: tok_ok pays, tok_declined and tok_poor are declined, tok_3ds wants the payer to open
challenge_url first, tok_slow is pending and paid two seconds later. With `"capture": "manual"` what would pay authorises.
A refund with the metadata {"by": "bank"} is queued, and done two seconds later.
"""

import argparse
import hashlib
import hmac
import json
import queue
import random
import re
import string
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DECLINES = {"tok_declined": None, "tok_poor": "insufficient_funds"}
TOKENS = {"tok_ok", "tok_3ds", "tok_slow", *DECLINES}
SLOW = 2.0  # seconds


def new_id(prefix):
    return f"{prefix}_{''.join(random.choices(string.ascii_letters, k=14))}"


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status, code, message, field=None, decline_code=None):
        super().__init__(message)
        self.status = status
        error = {"code": code, "message": message, "decline_code": decline_code, "field": field}
        self.body = {"error": {name: value for name, value in error.items() if value is not None}}


def invalid(message, field=None):
    return Refused(400, "invalid_request", message, field=field)


class Books:
    """Payments, refunds and remembered keys. Every method runs under one lock."""

    def __init__(self, post_event, base):
        self.post_event, self.base = post_event, base
        self.payments, self.refunds, self.keys = {}, {}, {}
        self.lock = threading.RLock()

    def payment(self, id):
        if id not in self.payments:
            raise Refused(404, "not_found", "There is no such payment.")
        return self.payments[id]

    def event(self, type, **data):
        """Posts a copy: later changes are later events."""
        event = {"id": new_id("evt"), "type": type, "created": int(time.time()), "data": data}
        self.post_event(json.dumps(event))

    def create_payment(self, body):
        amount, currency, capture = body.get("amount"), body.get("currency"), body.get("capture", "automatic")
        if type(amount) is not int or amount < 1:
            raise invalid("amount is a whole number of minor units, 1 or more.", "amount")
        if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
            raise invalid("currency is a code of ISO 4217.", "currency")
        if capture not in ("automatic", "manual"):
            raise invalid("capture is automatic or manual.", "capture")
        payment = {
            "id": new_id("pay"), "status": "open", "amount": amount, "currency": currency, "captured": 0, "capture": capture,
            "reference": body.get("reference"), "metadata": body.get("metadata") or {}, "method": None,
            "client_token": new_id("ct"), "challenge_url": None,
            "last_decline": None,
        }
        self.payments[payment["id"]] = payment
        self.event("payment.open", payment=payment)
        return 201, payment

    def confirm(self, id, body):
        payment, token = self.payment(id), body.get("token")
        if payment["status"] != "open":
            raise Refused(409, "wrong_state", f"The payment is {payment['status']}.")
        if token not in TOKENS:
            raise invalid("There is no such token.", "token")
        payment["method"] = "card"
        if token in DECLINES:
            decline = {"code": "card_declined", "message": "The card was declined.", "decline_code": DECLINES[token]}
            payment["last_decline"] = decline
            self.event("payment.declined", payment=payment)
            raise Refused(402, **decline)
        if token == "tok_3ds":
            payment.update(status="challenge", challenge_url=f"{self.base}/challenge/{id}", return_url=body.get("return_url"))
            self.event("payment.challenge", payment=self.shown(payment))
        elif token == "tok_slow":
            payment["status"] = "pending"
            self.later(lambda: self.pay(payment))
        else:
            self.pay(payment)
        return 200, self.shown(payment)

    def pay(self, payment):
        payment.update(challenge_url=None, last_decline=None)
        if payment["capture"] == "manual":
            payment["status"] = "authorised"
        else:
            payment.update(status="paid", captured=payment["amount"])
        self.event(f"payment.{payment['status']}", payment=self.shown(payment))

    def challenge(self, id):
        """The payer has opened the page, and the bank is content. Returns where the payer goes back to."""
        payment = self.payment(id)
        if payment["status"] == "challenge":
            self.pay(payment)
        return payment.get("return_url")

    def capture(self, id, body):
        payment, amount = self.payment(id), body.get("amount")
        if payment["status"] != "authorised":
            raise Refused(409, "wrong_state", f"The payment is {payment['status']}.")
        if type(amount) is not int or not 1 <= amount <= payment["amount"]:
            raise invalid("amount is at most what was authorised.", "amount")
        payment.update(status="paid", captured=amount)
        self.event("payment.paid", payment=self.shown(payment))
        return 200, self.shown(payment)

    def cancel(self, id, body):
        payment = self.payment(id)
        if payment["status"] not in ("open", "challenge", "authorised"):
            raise Refused(409, "wrong_state", f"The payment is {payment['status']}.")
        payment.update(status="voided", challenge_url=None)
        self.event("payment.voided", payment=self.shown(payment))
        return 200, self.shown(payment)

    def create_refund(self, body):
        payment, amount = self.payment(body.get("payment")), body.get("amount")
        if payment["status"] != "paid":
            raise Refused(409, "wrong_state", f"The payment is {payment['status']}.")
        refunds = [refund for refund in self.refunds.values() if refund["payment"] == payment["id"]]
        left = payment["captured"] - sum(refund["amount"] for refund in refunds if refund["status"] != "failed")
        if type(amount) is not int or not 1 <= amount <= left:
            raise invalid("amount is at most what is left of the payment.", "amount")
        refund = {
            "id": new_id("ref"), "payment": payment["id"], "status": "done", "amount": amount,
            "currency": payment["currency"], "reference": body.get("reference"), "reason": body.get("reason"),
            "failure_reason": None, "metadata": body.get("metadata") or {},
        }
        self.refunds[refund["id"]] = refund
        if refund["metadata"].get("by") == "bank":
            refund["status"] = "queued"
            self.later(lambda: self.finish(refund))
        self.event(f"refund.{refund['status']}", refund=refund)
        return 201, refund

    def finish(self, refund):
        refund["status"] = "done"
        self.event("refund.done", refund=refund)

    def refund(self, id):
        if id not in self.refunds:
            raise Refused(404, "not_found", "There is no such refund.")
        return self.refunds[id]

    def later(self, change):
        def run():
            with self.lock:
                change()

        timer = threading.Timer(SLOW, run)
        timer.daemon = True
        timer.start()

    @staticmethod
    def shown(payment):
        return {name: value for name, value in payment.items() if name != "return_url"}


class API:
    """Routes, keys, and who may call."""

    def __init__(self, books, api_key):
        self.books, self.api_key = books, api_key

    def answer(self, method, target, headers, raw):
        """Returns a status and an object."""
        try:
            if headers.get("Authorization") != f"Bearer {self.api_key}":
                raise Refused(401, "invalid_key", "The key is not valid.")
            url = urlsplit(target)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            with self.books.lock:
                if method == "GET":
                    return self.get(url.path.split("/")[1:], query)
                return self.post(url.path, headers.get("Idempotency-Key"), raw)
        except Refused as refused:
            return refused.status, refused.body

    def get(self, path, query):
        books = self.books
        match path:
            case ["v1", "payments"] if "reference" in query:
                found = [payment for payment in books.payments.values() if payment["reference"] == query["reference"]]
                return 200, {"payments": [books.shown(payment) for payment in reversed(found)]}
            case ["v1", "payments", id]:
                return 200, books.shown(books.payment(id))
            case ["v1", "refunds"] if "payment" in query:
                found = [refund for refund in books.refunds.values() if refund["payment"] == query["payment"]]
                return 200, {"refunds": found[::-1]}
            case ["v1", "refunds", id]:
                return 200, books.refund(id)
        raise Refused(404, "not_found", "There is no such address.")

    def post(self, path, key, raw):
        """Does what is asked for once a key: whoever repeats a request is given the first answer again."""
        if not key:
            raise invalid("The header Idempotency-Key is missing.")
        request = (path, hashlib.sha256(raw).digest())
        if key in self.books.keys:
            first, answer = self.books.keys[key]
            if first != request:
                raise Refused(409, "idempotency_key_reused", "The key was used for another request.")
            return answer
        try:
            answer = self.change(path.split("/")[1:], self.read(raw))
        except Refused as refused:
            answer = refused.status, refused.body
        answer = answer[0], json.loads(json.dumps(answer[1]))
        self.books.keys[key] = request, answer
        return answer

    def change(self, path, body):
        books = self.books
        match path:
            case ["v1", "payments"]:
                return books.create_payment(body)
            case ["v1", "payments", id, "confirm"]:
                return books.confirm(id, body)
            case ["v1", "payments", id, "capture"]:
                return books.capture(id, body)
            case ["v1", "payments", id, "cancel"]:
                return books.cancel(id, body)
            case ["v1", "refunds"]:
                return books.create_refund(body)
        raise Refused(404, "not_found", "There is no such address.")

    @staticmethod
    def read(raw):
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            raise invalid("The body is no JSON.") from None
        if not isinstance(body, dict):
            raise invalid("The body is no object.")
        return body


class Webhooks:
    """Posts events in order, each until it is taken: five times, a second apart."""

    def __init__(self, url, secret):
        self.url, self.secret, self.events = url, secret, queue.Queue()
        threading.Thread(target=self.run, daemon=True).start()

    def post(self, event):
        if self.url:
            self.events.put(event)

    def run(self):
        while True:
            event = self.events.get()
            for _ in range(5):
                if self.deliver(event):
                    break
                time.sleep(1)

    def deliver(self, event):
        now = int(time.time())
        signature = hmac.new(self.secret.encode(), f"{now}.{event}".encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "Acme-Pay-Signature": f"t={now},v1={signature}"}
        type = json.loads(event)["type"]
        try:
            request = urllib.request.Request(self.url, event.encode(), headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                print(f"webhook {type}: {answer.status}", flush=True)
                return True
        except urllib.error.HTTPError as error:
            print(f"webhook {type}: {error.code}", flush=True)
            return False
        except OSError as error:
            print(f"webhook {type}: {error}", flush=True)
            return False


def handler(api):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path.startswith("/challenge/"):
                return self.challenge(self.path.removeprefix("/challenge/"))
            self.respond(*api.answer("GET", self.path, self.headers, b""))

        def do_POST(self):
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.respond(*api.answer("POST", self.path, self.headers, raw))

        def challenge(self, id):
            """The page of the payer's bank, which asks nothing: whoever opens it has passed."""
            try:
                with api.books.lock:
                    back = api.books.challenge(id)
            except Refused as refused:
                return self.respond(refused.status, refused.body)
            if back:
                self.send_response(303)
                self.send_header("Location", back)
                self.send_header("Content-Length", "0")
                return self.end_headers()
            self.respond(200, {"message": "The bank is content. The payment goes on."})

        def respond(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Request-Id", new_id("req"))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format, *arguments):
            print(f"{self.command} {self.path} {arguments[1] if len(arguments) > 1 else ''}", flush=True)

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=4010, help="on 127.0.0.1; 0 for any that is free (default: %(default)s)")
    parser.add_argument("--webhook-url", help="where events are posted; without it none are")
    parser.add_argument("--webhook-secret", default="simulator-webhook-secret", help="default: %(default)s")
    parser.add_argument("--api-key", default="simulator-key", help="default: %(default)s")
    options = parser.parse_args()

    server = ThreadingHTTPServer(("127.0.0.1", options.port), BaseHTTPRequestHandler)
    base = f"http://127.0.0.1:{server.server_port}"
    books = Books(Webhooks(options.webhook_url, options.webhook_secret).post, base)
    server.RequestHandlerClass = handler(API(books, options.api_key))
    print(f"Acme Pay is at {base}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
