#!/usr/bin/env python3
"""Paynow's redirect flow on 127.0.0.1, for tests and for trying the example out. It moves no money and keeps nothing.

    python3 paynow.py --port 8301 --id 1201 --key 3e9fed89-60e1-4ce5-ab6e-6b1eb2d4f977

Without --port it takes a free one. The first line that it prints is its address. With --sign it only hashes a message. Written from Paynow's documentation:
    https://developers.paynow.co.zw/docs/initiate_transaction.html   /interface/initiatetransaction
    https://developers.paynow.co.zw/docs/polling_status.html         /Interface/CheckPayment/, /interface/trace
    https://developers.paynow.co.zw/docs/status_update.html          what is posted to the result URL
    https://developers.paynow.co.zw/docs/generating_hash.html        the hash
What is on the payer's page (/Payment/ConfirmPayment/<number>) is the simulator's own. Its form takes
    action=send|pay|hold|cancel|dispute|refund    what happens to the transaction
    notify=no                                     the status update gets lost on its way
"""

import argparse
import hashlib
import html
import http.server
import re
import secrets
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ACTIONS = {
    "send": "Sent", "pay": "Paid", "hold": "Awaiting Delivery", "cancel": "Cancelled", "dispute": "Disputed", "refund": "Refunded",
}
# From which statuses an action is possible. A cancelled transaction cannot be taken up again.
UNPAID = {"Created", "Sent"}
PAID = {"Paid", "Awaiting Delivery", "Delivered", "Disputed"}
# How often a status update is sent where the answer to it is an error.
DELIVERIES = 10
PAUSE_SECONDS = 0.5


def hash_of(fields, key):
    """Of (name, value) pairs: SHA-512 over the values in order and the key, in upper-case hexadecimal."""
    joined = "".join(value for name, value in fields if name.lower() != "hash")
    return hashlib.sha512((joined + key).encode()).hexdigest().upper()


def signed(fields, key):
    return urllib.parse.urlencode(fields + [("hash", hash_of(fields, key))])


class Refusal(Exception):
    """Words for status=Error."""


class LostAnswer(Exception):
    """It has happened, and the connection ends before anybody is told."""


class Paynow:
    def __init__(self, integration, key, answers_to_lose=0):
        self.integration = integration
        self.key = key
        self.answers_to_lose = answers_to_lose
        self.base = ""
        self.lock = threading.Lock()
        self.transactions = []

    # What the merchant asks.

    def initiate(self, fields):
        values = self.check(fields)
        if not re.fullmatch(r"\d+\.\d\d", values.get("amount", "")) or not values["amount"].strip("0."):
            raise Refusal("Invalid amount field")
        for name in ("reference", "returnurl", "resulturl"):
            if not values.get(name):
                raise Refusal(f"Missing field: {name}")
        trace = values.get("merchanttrace")
        if trace is not None and len(trace) > 32:
            raise Refusal("Invalid merchanttrace field")
        with self.lock:
            if trace and any(known["trace"] == trace for known in self.transactions):
                raise Refusal("Duplicate merchanttrace")
            transaction = {
                **values, "number": 9510 + len(self.transactions), "guid": str(uuid.uuid4()), "status": "Created", "trace": trace,
            }
            self.transactions.append(transaction)
            self.answers_to_lose -= 1
            if self.answers_to_lose >= 0:
                raise LostAnswer()
        return signed([
            ("status", "Ok"), ("browserurl", f"{self.base}/Payment/ConfirmPayment/{transaction['number']}"),
            ("pollurl", self.poll_url(transaction)), ("paynowreference", str(transaction["number"])),
        ], self.key)

    def poll(self, guid):
        return self.status_update(self.find("guid", guid, Refusal("No such transaction")))

    def trace(self, fields):
        trace = self.check(fields).get("merchanttrace")
        try:
            return self.status_update(self.find("trace", trace, Refusal()))
        except Refusal:
            return signed([("status", "NotFound")], self.key)

    def check(self, fields):
        values = {name.lower(): value for name, value in fields}
        if values.get("id") != str(self.integration):
            raise Refusal("Invalid Id.")
        right = hash_of(fields, self.key)
        if not secrets.compare_digest(values.get("hash", "").encode(), right.encode()):
            raise Refusal(f"Invalid Hash.  Hash should start with: {right[:6]}")
        return values

    # What the payer and Paynow's staff do.

    def act(self, number, action):
        """Changes the status, and tells whether it did."""
        with self.lock:
            transaction = next((known for known in self.transactions if known["number"] == number), None)
            if transaction is None or action not in ACTIONS:
                return None
            allowed = PAID if action in ("dispute", "refund") else UNPAID | ({"Disputed"} if action == "pay" else set())
            if transaction["status"] not in allowed:
                return None
            transaction["status"] = ACTIONS[action]
            return transaction

    def notify(self, transaction):
        body = self.status_update(transaction).encode()
        for _ in range(DELIVERIES):
            request = urllib.request.Request(transaction["resulturl"], data=body, method="POST")
            request.add_header("Content-Type", "application/x-www-form-urlencoded")
            try:
                with urllib.request.urlopen(request, timeout=10):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(PAUSE_SECONDS)

    # Parts.

    def find(self, name, value, otherwise):
        with self.lock:
            for transaction in self.transactions:
                if value is not None and transaction[name] == value:
                    return dict(transaction)
        raise otherwise

    def poll_url(self, transaction):
        return f"{self.base}/Interface/CheckPayment/?guid={transaction['guid']}"

    def status_update(self, transaction):
        return signed([
            ("reference", transaction["reference"]), ("paynowreference", str(transaction["number"])),
            ("amount", transaction["amount"]), ("status", transaction["status"]), ("pollurl", self.poll_url(transaction)),
        ], self.key)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    paynow = None

    def do_GET(self):
        transaction = self.shown()
        if transaction is None:
            return self.answer(404, "text/plain", "There is no such page.\n")
        buttons = "".join(f'<button name="action" value="{action}">{action}</button> ' for action in ACTIONS)
        self.answer(200, "text/html", (
            "<!doctype html><title>Paynow simulator</title>"
            f"<h1>{html.escape(transaction['amount'])} for {html.escape(transaction.get('additionalinfo', ''))}</h1>"
            f"<p>Transaction {transaction['number']}, {html.escape(transaction['status'])}</p>"
            f'<form method="post">{buttons}<label><input type="checkbox" name="notify" value="no"> lose the status update</label></form>'
        ))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        fields = urllib.parse.parse_qsl(body, keep_blank_values=True)
        url = urllib.parse.urlsplit(self.path)
        path = url.path.lower()
        try:
            if path == "/interface/initiatetransaction":
                self.message(self.paynow.initiate(fields))
            elif path == "/interface/trace":
                self.message(self.paynow.trace(fields))
            elif path == "/interface/checkpayment/":
                self.message(self.paynow.poll(dict(urllib.parse.parse_qsl(url.query)).get("guid")))
            elif path.startswith("/payment/confirmpayment/"):
                self.decide(dict(fields))
            else:
                self.answer(404, "text/plain", "There is no such page.\n")
        except LostAnswer:
            self.close_connection = True
        except Refusal as refusal:
            self.message(urllib.parse.urlencode([("status", "Error"), ("error", str(refusal))]))

    def decide(self, form):
        shown = self.shown()
        transaction = self.paynow.act(shown["number"], form.get("action")) if shown else None
        if transaction is None:
            return self.answer(409, "text/plain", "The transaction is not there, or that cannot happen to it now.\n")
        if form.get("notify") != "no":
            threading.Thread(target=self.paynow.notify, args=(dict(transaction),), daemon=True).start()
        self.answer(303, "text/plain", "", [("Location", transaction["returnurl"])])

    def shown(self):
        match = re.fullmatch(r"/payment/confirmpayment/(\d{1,9})", urllib.parse.urlsplit(self.path).path.lower())
        try:
            return self.paynow.find("number", int(match[1]), Refusal()) if match else None
        except Refusal:
            return None

    def message(self, text):
        self.answer(200, "text/html", text)

    def answer(self, status, kind, text, headers=()):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        sys.stderr.write("%s %s\n" % (self.command, format % args))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="a free one where it is 0")
    parser.add_argument("--id", type=int, default=1201, help="the integration's id")
    parser.add_argument("--key", default="3e9fed89-60e1-4ce5-ab6e-6b1eb2d4f977", help="the integration's key")
    parser.add_argument("--lose-answers", type=int, default=0, metavar="N", help="the first N creations happen, and nobody is told")
    parser.add_argument("--sign", metavar="MESSAGE", help="print a message (status=Ok&...) with its hash, and end")
    options = parser.parse_args()
    if options.sign is not None:
        print(signed(urllib.parse.parse_qsl(options.sign, keep_blank_values=True), options.key))
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    paynow = Paynow(options.id, options.key, options.lose_answers)
    paynow.base = f"http://127.0.0.1:{server.server_address[1]}"
    Handler.paynow = paynow
    print(paynow.base, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
