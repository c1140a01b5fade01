"""The questions that are asked of a full database: look-ups by random ids, and lists with every filter, first pages and deep ones."""
import base64
import json
import random
import time
from dataclasses import dataclass, field

from .workload import API
from .wrk import request

COUNT = 20_000
# By their share of the payments, the last two with hardly any.
STATUSES = ("succeeded", "refunded", "failed", "canceled")


@dataclass
class Side:
    """One of the gateways that are compared: who may ask, and what there is to ask for."""

    gateway: object
    admin: str
    # A user with very many payments, and users with few, by their tokens.
    heavy: str
    light: list
    # Providers, those with the fewest payments last.
    providers: tuple
    # Payments at random: number, intent's id, order, time in milliseconds.
    payments: list = field(default_factory=list)

    def draw(self, seed=7):
        """Picks the payments, anew where the books have grown."""
        books, source = self.gateway.books, random.Random(seed)
        last = books.rows("SELECT max(id) FROM payment_transactions")[0][0]
        self.payments = books.rows(
            """
            SELECT t.id, payment_intent_id, order_id, created_at
            FROM json_each(:numbers) CROSS JOIN payment_transactions t ON t.id = value
            WHERE payment_intent_id IS NOT NULL
            """, numbers=json.dumps([source.randint(1, last) for _ in range(COUNT)]))


def reads(side):
    """Name: the requests, made as they are read. p99 has to be in bounds for each."""
    get = {
        "transaction by number": "/payments/transactions/{0}",
        "its history": "/payments/transactions/{0}/events",
        "its refunds, by intent": "/payments/{1}/refunds",
    }
    pages = {
        "all, newest": (side.admin, ""),
        "all, deep pages": (side.admin, "cursor={cursor}"),
        "all, of one day": (side.admin, "created_from={day}T00:00:00Z&created_to={day}T23:59:59Z"),
        "by order": (side.admin, "order_id={order}"),
        "by status": (side.admin, "status={status}"),
        "by status, deep pages": (side.admin, "status={status}&cursor={cursor}"),
        "by provider": (side.admin, "provider={provider}"),
        "by provider and status": (side.admin, "provider={provider}&status={status}"),
        "by provider and status, deep pages": (side.admin, "provider={provider}&status={status}&cursor={cursor}"),
        "user with few payments": (None, ""),
        "user with most payments": (side.heavy, ""),
        "the same, deep pages": (side.heavy, "cursor={cursor}"),
        "the same, by status": (side.heavy, "status={status}&cursor={cursor}"),
        "the same, by provider": (side.heavy, "provider={provider}&cursor={cursor}"),
        "the same, by provider and status": (side.heavy, "provider={provider}&status={status}&cursor={cursor}"),
    }
    found = {f"get: {name}": _looks(side, API + path) for name, path in get.items()}
    for name, (token, query) in pages.items():
        found[f"list: {name}"] = _pages(side, f"{API}/payments/transactions?{query}".rstrip("?"), token)
    found["list: orders of the user with most, deep pages"] = _pages(side, f"{API}/orders?cursor={{cursor}}", side.heavy)
    return found


def _looks(side, path):
    for payment in side.payments:
        yield request("GET", path.format(*payment), side.admin)


def _pages(side, path, token):
    source = random.Random(path)
    for number, _, order, created in side.payments:
        yield request("GET", path.format(
            cursor=base64.b64encode(f"v1:{number}".encode()).decode().rstrip("="), order=order, day=_day(created),
            status=source.choice(STATUSES), provider=source.choice(side.providers)), token or source.choice(side.light))


def _day(milliseconds):
    return time.strftime("%Y-%m-%d", time.gmtime(milliseconds / 1000))
