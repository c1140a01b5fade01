"""The operations, what each needs before it can be loaded, and one measured load."""
import math
import random

from .events import Events
from .observe import observed
from .wrk import request

API = "/api/v1"
BODY = '{{"order_id":{},"amount":99.99,"currency":"USD"}}'
OPERATIONS = ("orders", "create", "get", "list", "confirm", "refund", "webhook")
# What an operation uses up, and how much faster than the maker of it it might be.
USES = {"create": ("orders", 1.3), "confirm": ("create", 1.6), "webhook": ("orders", 2.0)}
FREE = {
    "create": """
        SELECT o.id FROM orders o
        WHERE o.id > :orders AND NOT EXISTS (SELECT 1 FROM payment_transactions t WHERE t.order_id = o.id) ORDER BY o.id
        """,
    "confirm": """
        SELECT payment_intent_id FROM payment_transactions
        WHERE id > :payment_transactions AND +status = 'requires_payment_method' ORDER BY id
        """,
}
# Loads that only prepare have so many connections, and last so long at most.
PREPARING = 64
LONGEST_PREPARATION = 20


class Workload:
    """Loads a gateway. `load` is a `wrk.Load`, `disk` a `disk.Disk`, `patience` a `Patience`."""

    def __init__(self, gateway, load, disk, patience, say):
        self.gateway = gateway
        self.load = load
        self.disk = disk
        self.patience = patience
        self.say = say
        self.events = Events(gateway.installation)
        self.rates = {}

    def measure(self, operation, connections, seconds):
        """One load, and all that was counted meanwhile. What it needs is prepared first."""
        return self.patience.until_undisturbed(lambda: self._measure_whole(operation, connections, seconds))

    def _measure_whole(self, operation, connections, seconds):
        """One load for which enough was prepared."""
        for generosity in (1, 2, 4):
            self.prepare(operation, connections, seconds * generosity)
            row = self._measure(operation, connections, seconds, generosity)
            if not row["ran_out"]:
                return row
        raise RuntimeError(f"{operation} at {connections} connections: whatever was prepared did not last")

    def prepare(self, operation, connections, seconds):
        """Makes what the operation will use up."""
        if operation in ("get", "list", "refund", "webhook") and not self._paid(1):
            self._fill("confirm", 2000)
            self._run("confirm", PREPARING, 1)
        if operation in FREE:
            self._fill(operation, self._needed(operation, connections, seconds))

    def _fill(self, operation, wanted):
        """Until so much is there for the operation to use up."""
        maker = USES[operation][0]
        while (missing := wanted - len(self._free(operation))) > 0:
            seconds = min(LONGEST_PREPARATION, math.ceil(missing / self._rate(maker, PREPARING)))
            self.say(f"preparing: {maker} for {seconds} s")
            if maker in FREE:
                self._fill(maker, self._needed(maker, PREPARING, seconds))
            self._run(maker, PREPARING, seconds)

    def _needed(self, operation, connections, seconds):
        maker, factor = USES[operation]
        return int(self._rate(maker, connections) * factor * seconds) + connections

    def _rate(self, operation, connections):
        """The rate that was measured, or that of a second's try."""
        if (operation, connections) not in self.rates:
            if operation in FREE:
                self._fill(operation, self._needed(operation, connections, 1))
            self._run(operation, connections, 1)
        return self.rates[operation, connections]

    def _run(self, operation, connections, seconds, generosity=1):
        requests = self._requests(operation, connections, seconds * generosity)
        repeats = operation not in USES
        result = observed(
            self.gateway, self.load, requests, connections=connections, seconds=seconds, repeats=repeats)
        if not result["ran_out"] or (operation, connections) not in self.rates:
            self.rates[operation, connections] = max(result["rate"], 1)
        return result

    def _measure(self, operation, connections, seconds, generosity):
        gateway, books = self.gateway, self.gateway.books
        metrics_before = gateway.settle()
        effects_before = books.count(operation)
        disk = self.disk.probe(0.25)
        result = self._run(operation, connections, seconds, generosity)
        metrics = gateway.settle()
        commits = metrics["gateway_store_commits_total"] - metrics_before["gateway_store_commits_total"]
        units = metrics["gateway_store_units_total"] - metrics_before["gateway_store_units_total"]
        row = {
            "operation": operation, "connections": connections, **result,
            "commits_per_second": commits / result["seconds"], "commits": commits, "units": units,
            "units_per_commit": units / commits if commits else None,
            "requests_per_commit": result["ok"] / commits if commits else None, "disk": disk,
        }
        row["problems"] = books.disagreements() + self._missing(operation, row, effects_before)
        return row

    def _missing(self, operation, row, before):
        """Whether every answer had its effect. Requests that were cut off at the end may have had theirs too."""
        if before is None or row["ran_out"]:
            return []
        effects = self.gateway.books.count(operation) - before
        row["effects"] = effects
        if row["ok"] <= effects <= row["ok"] + row["connections"] + row["broken"]:
            return []
        return [f"{row['ok']} were answered well, {effects} are in the books"]

    def _free(self, operation):
        return [row[0] for row in self.gateway.books.rows(FREE[operation])]

    def _paid(self, limit):
        """Intents that can be refunded, those with the fewest refunds first."""
        sql = """
            SELECT payment_intent_id FROM payment_transactions
            WHERE id > :payment_transactions AND +status IN ('succeeded', 'partially_refunded') ORDER BY refunded, id LIMIT :limit
            """
        return [row[0] for row in self.gateway.books.rows(sql, limit=limit)]

    def _requests(self, operation, connections, seconds):
        token = self.gateway.token
        match operation:
            case "orders":
                return [request("POST", f"{API}/orders", token, '{"amount":99.99,"currency":"USD"}')] * 2
            case "create":
                path = f"{API}/payments/create-payment-intent"
                return (request("POST", path, token, BODY.format(order)) for order in self._free("create"))
            case "confirm":
                body = '{"payment_method":"pm_card_visa"}'
                return (
                    request("POST", f"{API}/payments/{intent}/confirm", token, body) for intent in self._free("confirm"))
            case "refund":
                return (
                    request("POST", f"{API}/payments/{intent}/refund?amount=0.01", token) for intent in self._paid(100_000))
            case "get":
                last = self.gateway.books.rows("SELECT max(id) FROM payment_transactions")[0][0]
                ids = random.Random(connections).choices(range(1, last + 1), k=20_000)
                return (request("GET", f"{API}/payments/transactions/{number}", token) for number in ids)
            case "list":
                return [request("GET", f"{API}/payments/transactions", token)] * 2
            case "webhook":
                return self.events.requests(self._needed("webhook", connections, seconds))
        raise ValueError(operation)
