"""Fills a database that `gateway migrate` has made with finished payments: the same rows from the same seed, wherever it runs.

The schema is whatever is there: its indexes and triggers are put aside while the rows come in, and made again from their own text.
"""
import bisect
import itertools
import os
import random
import sqlite3
import string
from contextlib import closing

PIECES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "generated.sql")
# Names that no gateway of a benchmark has configured: its own load is never mixed up with what was generated.
PROVIDERS = ("north", "south")
SEED = 20_240_101
# The first and the last payment, in milliseconds: 2024 and 2025. Fixed, so that the rows are the same every day.
FIRST, LAST = 1_704_067_200_000, 1_767_225_600_000
BATCH = 500_000
# Up to so many payments everything is checked at the end; more are made by the same statements.
CHECKED_WHOLE = 1_000_000


def schema(connection):
    """The whole schema as text, in the order in which it was made."""
    return connection.execute(
        "SELECT type, name, sql FROM main.sqlite_master WHERE sql IS NOT NULL ORDER BY type, name").fetchall()


def generate(path, payments, say, seed=SEED):
    """Fills the database at `path`, which must have a schema and no rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        before = schema(connection)
        # A file that is not finished is thrown away, so nothing has to be safe on the way.
        for setting in (
                "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -1000000", "threads = 2",
                "temp_store = MEMORY", "foreign_keys = OFF"):
            connection.execute(f"PRAGMA {setting}").fetchall()
        pieces = _pieces()
        put_aside = _put_aside(connection)
        connection.executescript(pieces["setup"])
        connection.execute("UPDATE installation SET installation = ?, created_at = ?", (f"{seed:032x}", FIRST))
        for first in range(1, payments + 1, BATCH):
            count = min(BATCH, payments + 1 - first)
            connection.executemany(
                "INSERT INTO drawn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _draw(connection, first, count, payments, seed))
            connection.executescript("BEGIN;" + pieces["batch"] + "COMMIT;")
            say(f"{first + count - 1:,} of {payments:,} payments")
        for sql in put_aside:
            say(sql.splitlines()[0][:80])
            connection.execute(sql)
        if schema(connection) != before:
            raise RuntimeError("the schema is not what it was before")
        _check(connection, payments)
        connection.execute("PRAGMA locking_mode = NORMAL").fetchall()
        connection.execute("PRAGMA journal_mode = WAL").fetchall()


def _pieces():
    with open(PIECES) as file:
        parts = file.read().split("-- name: ")[1:]
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in parts)}


def _put_aside(connection):
    """Drops indexes and triggers; returns their texts, in the order in which they were made."""
    found = connection.execute(
        "SELECT type, name, sql FROM main.sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    for kind, name, _ in found:
        connection.execute(f'DROP {kind} main."{name}"')
    return [sql for _, _, sql in found]


def _draw(connection, first, count, payments, seed):
    """The payments from number `first` on, spread evenly over the time."""
    source = random.Random(f"{seed}:{first}")
    ends, weights = zip(*connection.execute("SELECT end, weight FROM ends ORDER BY end"), strict=True)
    bounds = list(itertools.accumulate(weights))
    users = user_count(payments)
    for number in range(first, first + count):
        bits = source.getrandbits(64)
        created = FIRST + (LAST - FIRST) * number // payments
        yield (
            number, created, _user((bits & 0xffff_ffff) / 2**32, users), PROVIDERS[(bits >> 32) % 10 < 3],
            100 + (bits >> 36) % 49_900, ends[bisect.bisect_right(bounds, (bits >> 40) % bounds[-1])], (bits >> 50) % 10 == 0,
            _digits(number)[-8:],
            "".join(_digits(source.getrandbits(64)) for _ in range(6)))


_ALPHABET = string.digits + string.ascii_lowercase
_TRIPLES = ["".join(triple) for triple in itertools.product(_ALPHABET, repeat=3)]


def _digits(number):
    """A number of 64 bits in base 36, 13 digits."""
    number, last = divmod(number, 36**3)
    number, third = divmod(number, 36**3)
    number, second = divmod(number, 36**3)
    number, first = divmod(number, 36**3)
    return _ALPHABET[number] + _TRIPLES[first] + _TRIPLES[second] + _TRIPLES[third] + _TRIPLES[last]


def user_count(payments):
    """How many users there are: ten payments each on average."""
    return max(1, payments // 10)


def user_name(number):
    """The user with this number from 1; the first ones have the most payments."""
    return f"user-{number}"


def _user(share, users):
    """A long tail: of ten million payments the first user has some 300,000, and most have a handful."""
    return user_name(1 + int(users * share**4))


def _check(connection, payments):
    count = connection.execute("SELECT count(*) FROM payment_transactions").fetchone()[0]
    problems = [] if count == payments else [f"{count} payments"]
    if payments <= CHECKED_WHOLE:
        problems += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        problems += [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
    if problems:
        raise RuntimeError(f"what was generated is not sound: {problems[:5]}")
