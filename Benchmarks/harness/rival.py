"""The same job with FastAPI, SQLAlchemy and SQLite: two workers of uvicorn, in an environment of their own."""
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing

from .gateway import Installation
from .observe import observed
from .processes import Server
from .workload import API, BODY
from .wrk import request

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fastapi")
# More than it can ever use up: orders that are there from the start.
ORDERS_PER_SECOND = 4000
MAKE_ORDERS = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
INSERT INTO orders (id, user_id, amount, currency, status, metadata, created_at, updated_at)
SELECT n, '42', 9999, 'USD', 'pending', '{}', 1795562651365 + n, 1795562651365 + n FROM numbers
"""
ANSWERED = "SELECT payment_intent_id, amount FROM payment_transactions WHERE payment_intent_id IS NOT NULL"


def python(folder):
    """The Python of a virtual environment with the pinned packages; made once and kept in `folder`."""
    requirements = os.path.join(SOURCES, "requirements.txt")
    with open(requirements, "rb") as file:
        digest = hashlib.sha256(file.read() + sys.version.encode() + folder.encode()).hexdigest()
    interpreter, stamp = os.path.join(folder, "bin", "python"), os.path.join(folder, ".stamp")
    if not (os.path.exists(stamp) and open(stamp).read() == digest):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run(
            [interpreter, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps", "--requirement",
             requirements], check=True)
        with open(stamp, "w") as file:
            file.write(digest)
    return interpreter


def measure(build, folder, interpreter, load, disk, connections, seconds, workers=2):
    """Its creations at so many connections, as a row like the gateway's, over a new database."""
    installation = Installation(build, tempfile.mkdtemp(prefix="fastapi.", dir=folder))
    installation.run("migrate")
    orders = ORDERS_PER_SECOND * seconds
    with closing(sqlite3.connect(installation.books.database)) as database, database:
        database.execute(MAKE_ORDERS, (orders,))
    environment = {
        **build.environment, "BENCH_DATABASE": installation.books.database, "BENCH_JOURNAL": installation.books.journal,
        "BENCH_SECRET": installation.token_secret, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        interpreter, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(installation.port), "--workers",
        str(workers), "--no-access-log", "--log-level", "warning"]
    log = os.path.join(installation.folder, "log")
    with Server(command, port=installation.port, log=log, environment=environment, directory=SOURCES) as server:
        server.wait_until_ready()
        path = f"{API}/payments/create-payment-intent"
        probe = disk.probe(0.25)
        requests = (request("POST", path, installation.token, BODY.format(order)) for order in range(1, orders + 1))
        result = observed(server, load, requests, connections=connections, seconds=seconds, repeats=False)
    return {
        "operation": "FastAPI create", "connections": connections, "workers": workers, **result, "disk": probe,
        "problems": _disagreements(installation.books, result)}


def _disagreements(books, result):
    with open(books.journal) as journal:
        theirs = {(line["object"], line["amount"]) for line in map(json.loads, journal)}
    ours = set(books.rows(ANSWERED))
    problems = []
    # A worker that is ended may have called its provider for a request and have written nothing of it yet.
    if ours - theirs:
        problems.append(f"{len(ours - theirs)} intents are not in its provider's book")
    if len(ours) < result["ok"]:
        problems.append(f"{result['ok']} were answered well, {len(ours)} are in the books")
    if result["ran_out"]:
        problems.append("it used up all orders: the rate is too low")
    return problems
