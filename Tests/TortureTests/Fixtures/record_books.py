"""Records the books that the tests doctor: record_books.py GATEWAY

Runs a gateway through one payment of each kind, stops it, and writes beside this file what it and the mock provider wrote
down and what the client was told: books.sql, journal.txt, told.txt.
"""

import json
import pathlib
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent


class Client:
    def __init__(self, base, token, admin):
        self.base, self.tokens, self.told = base, {"user": token, "admin": admin}, []

    def call(self, method, path, body=None, key=None, caller="user", kind="application/json"):
        number = f"request-{len(self.told) + 1}"
        request = urllib.request.Request(self.base + path, method=method)
        request.add_header("Authorization", "Bearer " + self.tokens[caller])
        request.add_header("X-Request-ID", number)
        if key:
            request.add_header("Idempotency-Key", key)
        if body is not None:
            request.add_header("Content-Type", kind)
            request.data = (body if isinstance(body, str) else json.dumps(body)).encode()
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read().decode()
        told = {
            "requestID": answer.headers.get("X-Request-ID", number), "method": method, "path": path, "status": answer.status,
            "body": text, "isReplay": answer.headers.get("Idempotency-Replayed") == "true", "caller": caller,
        }
        if key:
            told["key"] = key
        if "pages" not in path:
            self.told.append(told)
        return json.loads(text) if text.startswith("{") else {}

    def intent(self, amount, **more):
        order = self.call("POST", "/orders", {"amount": amount, "currency": "USD"})
        terms = {"order_id": order["id"], "amount": amount, "currency": "USD", **more}
        return self.call("POST", "/payments/create-payment-intent", terms, key=f"create-{order['id']}")["payment_intent_id"]

    def act(self, intent, action, body=None, caller="user", **more):
        key = f"{action.split('?')[0]}-{len(self.told)}"
        return self.call("POST", f"/payments/{intent}/{action}", body or {}, key=key, caller=caller, **more)

    def pay(self, intent, card):
        return self.act(intent, "confirm", {"payment_method": card})


def payments(client):
    refunded = client.intent(99.99)
    client.pay(refunded, "pm_card_visa")
    client.act(refunded, "refund?amount=50.00")
    client.call("POST", f"/payments/{refunded}/refund?amount=9.99", {}, key="twice")
    client.call("POST", f"/payments/{refunded}/refund?amount=9.99", {}, key="twice")
    client.act(refunded, "refund?amount=50.00")

    declined = client.intent(20)
    client.pay(declined, "pm_card_chargeDeclinedInsufficientFunds")
    client.pay(declined, "pm_card_visa")
    client.act(declined, "refund")

    captured = client.intent(30, capture_method="manual")
    client.pay(captured, "pm_card_visa")
    client.act(captured, "capture", {"amount": 25}, caller="admin")

    client.act(client.intent(40), "cancel")
    client.pay(client.intent(50), "pm_card_chargeDeclined")

    challenged = client.intent(60)
    page = client.pay(challenged, "pm_card_threeDSecure2Required")["next_action"]["redirect_url"]
    client.call("POST", page.split("/api/v1")[1], "outcome=approve", kind="application/x-www-form-urlencoded")

    failing = client.intent(70)
    client.pay(failing, "pm_card_refundFail")
    client.act(failing, "refund?amount=7.00")
    client.pay(client.intent(80), "pm_card_createDispute")
    client.call("GET", f"/payments/{refunded}")


def settled(database):
    """Whether the refund that fails late and the dispute are in the books, and no event waits."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as books:
        failed = books.execute("SELECT count(*) FROM refunds WHERE status = 'failed'").fetchone()[0]
        disputed = books.execute("SELECT count(*) FROM payment_transactions WHERE dispute IS NOT NULL").fetchone()[0]
        pending = books.execute("SELECT count(*) FROM webhook_events WHERE state = 'pending'").fetchone()[0]
        return failed == 1 and disputed == 1 and pending == 0


def main(gateway, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = folder / "providers.yaml"
    configuration.write_text(
        'environment: development\ndatabase: {url: "sqlite:books.db"}\nproviders:\n  - name: mock\n    module: libMockProvider.so\n'
        "    settings: {journal: mock-journal.jsonl}\nrouting: {default: mock}\n"
    )
    common = ["--config", str(configuration)]
    process = subprocess.Popen([gateway, "serve", *common, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(base + "/readyz")
                break
            except OSError:
                time.sleep(0.1)
        tokens = [
            subprocess.run([gateway, "token", *common, *who], capture_output=True, text=True, check=True).stdout.strip()
            for who in (["--subject", "42"], ["--subject", "1", "--role", "admin"])
        ]
        client = Client(base + "/api/v1", *tokens)
        payments(client)
        for _ in range(300):
            if settled(folder / "books.db"):
                break
            time.sleep(0.1)
        else:
            sys.exit("the books do not settle")
    finally:
        process.terminate()
        process.wait()

    with sqlite3.connect(folder / "books.db") as books:
        # What is never read is kept short: raw bodies are long.
        books.execute("UPDATE webhook_events SET raw_body = CAST('{}' AS BLOB)")
        dump = [line for line in books.iterdump() if "sqlite_sequence" not in line]
    (HERE / "books.sql").write_text("\n".join(dump) + "\n")
    journal = re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:8080", (folder / "mock-journal.jsonl").read_text())
    (HERE / "journal.txt").write_text(journal)
    (HERE / "told.txt").write_text("".join(json.dumps(told) + "\n" for told in client.told))


with tempfile.TemporaryDirectory() as temporary:
    main(sys.argv[1], pathlib.Path(temporary))
