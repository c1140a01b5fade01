"""What the two books say: the gateway's database, and the mock provider's journal."""
import glob
import json
import os
import sqlite3
from contextlib import closing

# What a load of each operation adds to the books, counted before and after it. In every statement `:orders` and the like stand for
# the last row of that table that was there before the run.
EFFECTS = {
    "orders": "SELECT count(*) FROM orders WHERE id > :orders",
    "create": "SELECT count(*) FROM operations WHERE id > :operations AND kind = 'create' AND state = 'succeeded'",
    "confirm": "SELECT count(*) FROM operations WHERE id > :operations AND kind = 'confirm' AND state = 'succeeded'",
    "refund": "SELECT count(*) FROM refunds WHERE id > :refunds AND status = 'succeeded'",
    "webhook": """
        SELECT count(*) FROM webhook_events
        WHERE id > :webhook_events AND state = 'applied' AND event_id LIKE 'evt_bench_%'
        """,
}
TABLES = ("orders", "payment_transactions", "operations", "refunds", "webhook_events")


class Books:
    """The books of a gateway in `folder`. The database is only ever read."""

    def __init__(self, folder):
        self.database = os.path.join(folder, "gateway.db")
        self.journal = os.path.join(folder, "journal.jsonl")
        self._read_to = 0
        self._theirs = {}
        self.before = dict.fromkeys(TABLES, 0)

    def start_here(self):
        """What is in the database now is not of this run: the mock's journal knows nothing of it."""
        for table in TABLES:
            self.before[table] = self.rows(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0]

    def rows(self, sql, **arguments):
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql, {**self.before, **arguments}).fetchall()

    def count(self, operation):
        """How many effects of an operation are in the books; None for one without."""
        sql = EFFECTS.get(operation)
        return self.rows(sql)[0][0] if sql else None

    def disagreements(self):
        """Everything in which the books differ; nothing may be under way. An empty list is what has to come back."""
        return self.differences(self._journal())

    def differences(self, theirs):
        """The same against what providers have of each intent: amount, captured and refunded."""
        ours = {
            row[0]: row[1:]
            for row in self.rows(
                """
                SELECT payment_intent_id, amount, captured, refunded FROM payment_transactions
                WHERE id > :payment_transactions AND payment_intent_id IS NOT NULL
                """)
        }
        problems = []
        for intent in (ours.keys() ^ theirs.keys()):
            problems.append(f"{intent} is only {'here' if intent in ours else 'at the provider'}")
        for intent in (ours.keys() & theirs.keys()):
            if ours[intent] != theirs[intent]:
                problems.append(f"{intent}: amount, captured, refunded are {ours[intent]} here, {theirs[intent]} at the provider")
        opened = self._count("operations", "state NOT IN ('succeeded', 'failed')")
        if opened:
            problems.append(f"{opened} operations are open")
        pending = self._count("webhook_events", "state <> 'applied'")
        if pending:
            problems.append(f"{pending} webhooks are not applied")
        reserved = self._count("payment_transactions", "reserved <> 0")
        if reserved:
            problems.append(f"{reserved} transactions have something reserved")
        return problems

    def forget_journal(self):
        """Removes the mock's journal. No gateway may be running."""
        for path in glob.glob(self.journal + "*"):
            os.unlink(path)

    def _count(self, table, condition):
        return self.rows(f"SELECT count(*) FROM {table} WHERE id > :{table} AND {condition}")[0][0]

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
