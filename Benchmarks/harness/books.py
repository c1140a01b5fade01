"""What the two books say: the gateway's database, and the mock provider's journal."""
import json
import os
import sqlite3
from contextlib import closing

# What a load of each operation adds to the books, counted before and after it.
EFFECTS = {
    "orders": "SELECT count(*) FROM orders",
    "create": "SELECT count(*) FROM operations WHERE kind = 'create' AND state = 'succeeded'",
    "confirm": "SELECT count(*) FROM operations WHERE kind = 'confirm' AND state = 'succeeded'",
    "refund": "SELECT count(*) FROM refunds WHERE status = 'succeeded'",
    "webhook": "SELECT count(*) FROM webhook_events WHERE state = 'applied' AND event_id LIKE 'evt_bench_%'",
}


class Books:
    """The books of a gateway in `folder`. The database is only ever read."""

    def __init__(self, folder):
        self.database = os.path.join(folder, "gateway.db")
        self.journal = os.path.join(folder, "journal.jsonl")
        self._read_to = 0
        self._theirs = {}

    def rows(self, sql, *arguments):
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql, arguments).fetchall()

    def count(self, operation):
        """How many effects of an operation are in the books; None for one without."""
        sql = EFFECTS.get(operation)
        return self.rows(sql)[0][0] if sql else None

    def disagreements(self):
        """Everything in which the books differ; nothing may be under way. An empty list is what has to come back."""
        ours = {
            row[0]: row[1:]
            for row in self.rows(
                """
                SELECT payment_intent_id, amount, captured, refunded FROM payment_transactions
                WHERE payment_intent_id IS NOT NULL
                """)
        }
        theirs = self._journal()
        problems = []
        for intent in (ours.keys() ^ theirs.keys()):
            problems.append(f"{intent} is only {'here' if intent in ours else 'at the mock'}")
        for intent in (ours.keys() & theirs.keys()):
            if ours[intent] != theirs[intent]:
                problems.append(f"{intent}: amount, captured, refunded are {ours[intent]} here, {theirs[intent]} at the mock")
        opened = self.rows("SELECT count(*) FROM operations WHERE state NOT IN ('succeeded', 'failed')")[0][0]
        if opened:
            problems.append(f"{opened} operations are open")
        pending = self.rows("SELECT count(*) FROM webhook_events WHERE state <> 'applied'")[0][0]
        if pending:
            problems.append(f"{pending} webhooks are not applied")
        reserved = self.rows("SELECT count(*) FROM payment_transactions WHERE reserved <> 0")[0][0]
        if reserved:
            problems.append(f"{reserved} transactions have something reserved")
        return problems

    def _journal(self):
        """Intent: amount, captured and refunded, from its last line. Only what is new of the journal is read."""
        with open(self.journal, "rb") as journal:
            journal.seek(self._read_to)
            for line in journal:
                entry = json.loads(line)
                intent = entry["payment_intent"]
                self._theirs[intent["id"]] = (intent["amount"], intent["amount_captured"], intent["amount_refunded"])
                self._read_to += len(line)
        return self._theirs
