"""Gateways with two providers, one of which takes a second for each call, and what the providers' own books say."""
import json
import os
import sqlite3
import urllib.request
from contextlib import closing

from .gateway import Gateway, Installation
from .processes import Server, free_port
from .rival import MAKE_ORDERS

SERVER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "slow", "stripe.py")
ORDERS = 300_000
CONFIGURATION = """\
environment: development
server: {{ host: 127.0.0.1, port: {port} }}
database: {{ url: "sqlite:gateway.db" }}
auth: {{ algorithm: HS256, secret: "{token_secret}" }}
providers:
  - name: quick
    module: libMockProvider.so
    settings: {{ webhook_secret: "{webhook_secret}", journal: quick.jsonl, webhooks: false }}
  - name: slow
{slow}
routing: {{ default: quick }}
"""
MOCK = """\
    module: libMockProvider.so
    settings:
      webhook_secret: {secret}
      journal: slow.jsonl
      webhooks: false
      scenarios: [{{ delay: {delay}s }}]
"""
STRIPE = """\
    module: libStripeProvider.so
    settings: {{ secret_key: sk_test_bench, api_base: "http://127.0.0.1:{port}" }}
"""


class SlowMock:
    """The mock provider within the gateway; every call waits first."""

    name = "mock in the process"

    def __init__(self, folder, interpreter, delay):
        self.folder = folder
        self.configuration = MOCK.format(secret="whsec_slow", delay=delay)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def books(self):
        return journal(os.path.join(self.folder, "slow.jsonl"))


class SlowStripe(Server):
    """The Stripe module, and a server over HTTP that answers it like Stripe."""

    name = "Stripe's module over HTTP"

    def __init__(self, folder, interpreter, delay):
        port = free_port()
        os.makedirs(folder, exist_ok=True)
        super().__init__(
            [interpreter, SERVER, "--port", str(port), "--delay", str(delay)], port=port, log=os.path.join(folder, "stripe.log"))
        self.configuration = STRIPE.format(port=port)
        self.wait_until_ready("/books")

    def set_delay(self, seconds):
        """From now on calls take so long."""
        urllib.request.urlopen(self.base + "/delay", data=str(seconds).encode(), timeout=10).close()

    def books(self):
        with urllib.request.urlopen(self.base + "/books", timeout=60) as answer:
            return {intent["id"]: (intent["amount"], 0, 0) for intent in json.load(answer)["intents"]}


class TwoProviders(Gateway):
    """A gateway that is up, with a quick provider and a slow one, and orders enough. Its soft limit of open files is the one that a login
    has: raising it is the gateway's affair."""

    def __init__(self, build, folder, slow):
        installation = Installation(build, folder, CONFIGURATION, slow=slow.configuration)
        self.slow = slow
        installation.run("migrate")
        with closing(sqlite3.connect(installation.books.database)) as database, database:
            database.execute(MAKE_ORDERS, (ORDERS,))
        self.orders = iter(range(1, ORDERS + 1))
        super().__init__(installation)

    def calls_in_flight(self):
        """How many calls of the slow provider are under way, by the gateway's own metrics."""
        with urllib.request.urlopen(self.base + "/metrics", timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith('gateway_provider_calls_in_flight{provider="slow"}'):
                    return int(float(line.split(" ")[1]))
        return 0

    def descriptors(self):
        """How many files and sockets it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def disagreements(self):
        """Everything in which the three books differ; nothing may be under way."""
        theirs = journal(os.path.join(self.installation.folder, "quick.jsonl")) | self.slow.books()
        return self.books.differences(theirs)


def journal(path):
    """Intent: amount, captured and refunded, as a mock's journal says."""
    with open(path) as lines:
        intents = (json.loads(line)["payment_intent"] for line in lines)
        return {intent["id"]: (intent["amount"], intent["amount_captured"], intent["amount_refunded"]) for intent in intents}
