"""The gateway under load: the release build with the mock provider, in a folder of its own."""
import os
import secrets
import sqlite3
import subprocess
import time
import urllib.request
from contextlib import closing

from .books import Books
from .processes import Server, free_port

CONFIGURATION = """\
environment: development
server: {{ host: 127.0.0.1, port: {port} }}
database: {{ url: "sqlite:gateway.db" }}
auth: {{ algorithm: HS256, secret: "{token_secret}" }}
providers:
  - name: mock
    module: libMockProvider.so
    settings:
      webhook_secret: "{webhook_secret}"
      journal: journal.jsonl
      webhooks: false     # its own posts would share the machine with the load
routing: {{ default: mock }}
"""
# Every ten minutes the gateway reads the mock's list of events, and takes in all those that were never posted.
LIFETIME = 580
# With GATEWAY_LOG_LEVEL=info the log lines are measured too, in the file `log` of the folder: compare it with a run at `warning`.
LOG_LEVEL = os.environ.get("GATEWAY_LOG_LEVEL", "warning")


class Installation:
    """A folder with a configuration, secrets of its own, and a token of a user. The database in it is the gateway's default:
    SQLite at synchronous=FULL, without which the gateway refuses to start."""

    def __init__(self, build, folder, configuration=CONFIGURATION, **settings):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.executable = os.path.join(build.folder, "gateway")
        self.token_secret = secrets.token_hex(32)
        self.webhook_secret = "whsec_" + secrets.token_hex(16)
        self.port = free_port()
        path = os.path.join(folder, "providers.yaml")
        with open(path, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(
                configuration.format(
                    port=self.port, token_secret=self.token_secret, webhook_secret=self.webhook_secret, **settings))
        self.environment = {
            **build.environment, "GATEWAY_CONFIG": path, "GATEWAY_LOG_LEVEL": LOG_LEVEL}
        self.books = Books(folder)
        self.token = self.token_of("42")

    def token_of(self, user, *more):
        """A token of this user."""
        return self.run("token", "--subject", user, "--ttl", "1d", *more).strip()

    def read_events_later(self):
        """Has the mock's list of events read only from tomorrow on. No gateway may be running."""
        tomorrow = (time.time() + 24 * 3600) * 1000
        with closing(sqlite3.connect(self.books.database)) as connection:
            connection.execute(
                "INSERT INTO event_listings (provider, listed_until, created_at, updated_at) VALUES ('mock', :at, :at, :at)",
                {"at": int(tomorrow)})
            # A gateway that does not believe a mark ahead of the mock's clock reads a page, and cannot take it.
            connection.execute(
                "CREATE TRIGGER event_listings_later BEFORE UPDATE OF listed_until ON event_listings "
                "BEGIN SELECT RAISE(ABORT, 'a benchmark takes in no events'); END")
            connection.commit()

    def run(self, *arguments):
        """Runs a command of the gateway and returns what it prints."""
        done = subprocess.run(
            [self.executable, *arguments], capture_output=True, text=True, cwd=self.folder,
            env={**os.environ, **self.environment})
        if done.returncode:
            raise RuntimeError(f"gateway {arguments[0]} failed: {done.stderr[-2000:]}")
        return done.stdout


class Gateway(Server):
    """A gateway that is up. Its log level is `warning` unless GATEWAY_LOG_LEVEL is set: a line for each request is a choice of the operator."""

    def __init__(self, installation):
        self.installation = installation
        self.books = installation.books
        self.token = installation.token
        self.started = time.monotonic()
        super().__init__(
            [installation.executable, "serve"], port=installation.port, log=os.path.join(installation.folder, "log"),
            environment=installation.environment, directory=installation.folder)
        try:
            self.seconds_to_ready = self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def metrics(self):
        """The metrics without labels, by name."""
        with urllib.request.urlopen(self.base + "/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        samples = (line.split(" ") for line in lines if not line.startswith("#") and "{" not in line)
        return {name: float(value) for name, value in samples}

    def settle(self, limit=30):
        """Waits until nothing is under way any more, and returns the metrics of then."""
        end, units = time.monotonic() + limit, None
        while time.monotonic() < end:
            metrics = self.metrics()
            waiting = ("gateway_open_operations", "gateway_pending_webhooks", "gateway_store_waiting_units")
            if any(metrics[name] for name in waiting):
                units = None
            elif metrics["gateway_store_units_total"] == units:
                return metrics
            else:
                # What is in a commit at this moment neither waits nor is open yet: twice the same, and there was none.
                units = metrics["gateway_store_units_total"]
            time.sleep(0.05)
        raise RuntimeError("the gateway still has open operations long after the load")

    @property
    def age(self):
        """Seconds since its start."""
        return time.monotonic() - self.started
