"""A provider that takes its time: it answers as much of Stripe's API as payment intents need, each call after a delay.

One process with uvloop and httptools, so that it is not what a load of thousands of calls at once waits for. It keeps its own books:
`GET /books` lists every intent, and how many calls were under way at most. `POST /delay` with a number of seconds sets the delay; calls
that wait already are answered after their old one.
"""
import argparse
import asyncio
import json
import resource
import sys
from urllib.parse import parse_qs, urlsplit

import httptools
import uvloop

INTENTS = "/v1/payment_intents"


class Account:
    """What the provider knows."""

    def __init__(self, delay):
        self.delay = delay
        self.intents = {}
        self.by_key = {}
        self.under_way = 0
        self.most_under_way = 0

    def answer(self, method, path, query, headers, body):
        """The answer's object; the effect happens now."""
        if method == "POST" and path == INTENTS:
            return self._create(headers.get(b"idempotency-key", b"").decode(), parse_qs(body))
        if path in (INTENTS, INTENTS + "/search"):
            wanted = parse_qs(query).get("query", [""])[0]
            found = [
                intent for intent in self.intents.values()
                if path == INTENTS or f"'{intent['metadata'].get('gateway_operation_id')}'" in wanted]
            return {"object": "list", "data": found[-100:][::-1], "has_more": False}
        if path.startswith(INTENTS + "/"):
            return self.intents.get(path.removeprefix(INTENTS + "/"))
        return {"object": "list", "data": [], "has_more": False}

    def _create(self, key, form):
        if key in self.by_key:
            return self.by_key[key]
        number = len(self.intents) + 1
        intent = {
            "id": f"pi_slow_{number:08}", "object": "payment_intent", "amount": int(form["amount"][0]), "amount_received": 0,
            "currency": form["currency"][0], "status": "requires_payment_method",
            "capture_method": form["capture_method"][0], "client_secret": f"pi_slow_{number:08}_secret",
            "metadata": {name[9:-1]: values[0] for name, values in form.items() if name.startswith("metadata[")},
            "payment_method_types": ["card"]}
        self.intents[intent["id"]] = self.by_key[key] = intent
        return intent


class Connection(asyncio.Protocol):
    """One connection: requests come one after the other, as clients of HTTP/1 send them."""

    def __init__(self, account, loop):
        self.account = account
        self.loop = loop

    def connection_made(self, transport):
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def connection_lost(self, error):
        self.transport = None

    def data_received(self, data):
        self.parser.feed_data(data)

    def on_message_begin(self):
        self.url, self.headers, self.body = b"", {}, b""

    def on_url(self, url):
        self.url += url

    def on_header(self, name, value):
        self.headers[name.lower()] = value

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        account, method = self.account, self.parser.get_method().decode()
        path, query = urlsplit(self.url.decode())[2:4]
        body = self.body.decode()
        if path == "/books":
            books = {"most_under_way": account.most_under_way, "intents": list(account.intents.values())}
            return self.send(200, books)
        if path == "/delay":
            account.delay = float(body)
            return self.send(200, {})
        account.under_way += 1
        account.most_under_way = max(account.most_under_way, account.under_way)
        self.loop.call_later(account.delay, self.finish, method, path, query, self.headers, body)

    def finish(self, *request):
        self.account.under_way -= 1
        # Whoever has given up meanwhile may still have been served: so a provider that hangs is.
        found = self.account.answer(*request)
        self.send(200 if found else 404, found or {"error": {"type": "invalid_request_error", "code": "resource_missing"}})

    def send(self, status, value):
        if self.transport is None:
            return
        body = json.dumps(value).encode()
        self.transport.write(
            b"HTTP/1.1 %d Fine\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))


async def serve(port, delay):
    loop = asyncio.get_running_loop()
    account = Account(delay)
    server = await loop.create_server(lambda: Connection(account, loop), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=1, help="seconds that each call takes")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        uvloop.run(serve(options.port, options.delay))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
