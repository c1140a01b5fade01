"""The ceilings: bare routes of the same framework, and SQLite alone with the same rows."""
import json
import os
import subprocess

from .observe import observed
from .processes import Server, free_port
from .workload import API, BODY
from .wrk import request


class BareRoutes(Server):
    """Bare routes that are up; they take the tokens and webhooks of a gateway's installation."""

    def __init__(self, build, installation, folder, load, patience, events):
        self.load = load
        self.patience = patience
        self.events = events
        self.token = installation.token
        port = free_port()
        super().__init__(
            [os.path.join(build.folder, "ceiling"), "serve", "--port", str(port)], port=port,
            log=os.path.join(folder, "ceiling.log"), environment={
                **build.environment, "CEILING_TOKEN_SECRET": installation.token_secret,
                "CEILING_WEBHOOK_SECRET": installation.webhook_secret})
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def measure(self, operation, connections, seconds):
        """A row like the gateway's."""
        texts = self._requests(operation)
        row = self.patience.until_undisturbed(
            lambda: observed(self, self.load, texts, connections=connections, seconds=seconds, repeats=True))
        return {"operation": f"bare {operation}", "connections": connections, **row, "problems": []}

    def _requests(self, operation):
        if operation == "webhook":
            return list(self.events.requests(2000))
        path = f"{API}/payments/create-payment-intent"
        return [request("POST", path, self.token, BODY.format(order)) for order in range(100_000, 102_000)]


def sqlite_alone(build, folder, seconds, disk, groups=(1, 64)):
    """Creations a second with so many of them in each transaction."""
    rows = []
    for group in groups:
        probe = disk.probe(0.25)
        command = [
            os.path.join(build.folder, "ceiling"), "write", "--database", os.path.join(folder, f"ceiling-{group}.db"), "--group",
            str(group), "--seconds", str(seconds)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **build.environment})
        result = json.loads(done.stdout)
        rows.append({"group": group, **result, "rate": result["creations"] / result["seconds"], "disk": probe})
    return rows
