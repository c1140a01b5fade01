"""A gateway with the mock provider for the whole test run, and for each test a part of it that no other test sees."""

import os
import pathlib
import signal
import socket
import subprocess
import time
import uuid
from decimal import Decimal

import pytest
import requests

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
EXECUTABLE = str(pathlib.Path(os.environ.get("GATEWAY", REPOSITORY / ".build/debug/gateway")).resolve())
START_LIMIT = 120  # seconds; a start takes one or two

CONFIGURATION = """\
environment: development        # the mock and its commands over HTTP are for development only
server:   {{ host: 127.0.0.1, port: {port}, public_url: "http://127.0.0.1:{port}" }}
database: {{ url: "sqlite:var/gateway.db" }}
auth:     {{ algorithm: HS256, secret: "${{GATEWAY_JWT_SECRET:-}}", issuer: null, audience: null }}
providers:
  - name: mock
    module: libMockProvider.so
    settings: {{ journal: var/mock-journal.jsonl }}
routing:  {{ default: mock, rules: [] }}
"""


class Gateway:
    """A gateway that runs in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/api/v1"
        self.configuration = folder / "providers.yaml"
        self.configuration.write_text(CONFIGURATION.format(port=self.port))
        self.log = folder / "gateway.log"

    def start(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [EXECUTABLE, "serve", "--config", str(self.configuration)], stdout=log, stderr=log, cwd=self.folder)
        end = time.monotonic() + START_LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            try:
                if requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        self.stop()
        pytest.fail(f"the gateway did not start:\n{self.log.read_text()}", pytrace=False)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    def run(self, *arguments):
        """Runs `gateway COMMAND --config ... ARGUMENTS`."""
        command, *rest = arguments
        return subprocess.run(
            [EXECUTABLE, command, "--config", str(self.configuration), *rest],
            capture_output=True, text=True, timeout=120, cwd=self.folder)

    def session(self, subject, *more):
        """A caller of the API, with a token of the gateway's own."""
        token = self.run("token", "--subject", subject, *more)
        assert token.returncode == 0, token.stderr
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token.stdout.strip()}"
        return session


class Scope:
    """The payments of one test: their metadata have its `test_id`, and the mock's commands are limited to it."""

    def __init__(self, gateway, admin, user, test_id):
        self.gateway, self.admin, self.user, self.test_id = gateway, admin, user, test_id

    def post(self, path, body=None, session=None, **query):
        return (session or self.user).post(self.gateway.url + path, json=body, params=query, timeout=60)

    def begin(self, amount="20.00", **more):
        """An order and a payment intent for it; the answer to the latter."""
        order = self.post("/orders", {"amount": amount, "currency": "USD"}).json()
        body = {"order_id": order["id"], "amount": amount, "currency": "USD", "metadata": {"test_id": self.test_id}, **more}
        answer = self.post("/payments/create-payment-intent", body)
        assert answer.status_code == 201, answer.text
        return {"order_id": order["id"], **answer.json()}

    def confirm(self, payment, token="pm_card_visa"):
        return self.post(f"/payments/{payment['payment_intent_id']}/confirm", {"payment_method": token})

    def show(self, payment):
        answer = self.user.get(f"{self.gateway.url}/payments/transactions/{payment['transaction_id']}", timeout=60)
        return answer.json(parse_float=Decimal)

    def mock(self, command, *arguments):
        """Runs one of the mock's commands for this test, over HTTP; the JSON that it prints."""
        body = {"arguments": [*arguments, "--test-id", self.test_id, "--json"]}
        answer = self.post(f"/providers/mock/commands/{command}", body, session=self.admin)
        assert answer.status_code == 200, answer.text
        return answer.json()["output"]

    def effects(self):
        """What the mock has done for this test, oldest first."""
        return [line["operation"] for line in self.mock("ledger")]

    def wait(self, payment, *statuses, timeout="60s"):
        """Waits with `gateway wait` until the payment has one of these statuses."""
        words = [word for status in statuses for word in ("--status", status)]
        return self.gateway.run("wait", "--transaction", str(payment["transaction_id"]), *words, "--timeout", timeout)


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("gateway"))
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture(scope="session")
def admin(gateway):
    return gateway.session("1", "--role", "admin")


@pytest.fixture(scope="session")
def user(gateway):
    return gateway.session("42")


@pytest.fixture
def make_scope(gateway, admin, user, request):
    """Makes parts of the mock that no other test sees, and empties them after the test."""
    scopes = []

    def make():
        scopes.append(Scope(gateway, admin, user, f"{request.node.name}-{uuid.uuid4().hex[:8]}"))
        return scopes[-1]

    yield make
    for scope in scopes:
        scope.mock("reset")


@pytest.fixture
def scope(make_scope):
    return make_scope()
