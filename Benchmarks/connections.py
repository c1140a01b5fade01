#!/usr/bin/env python3
"""Holds thousands of idle connections and half-sent webhooks open at a gateway, and measures whether it still serves.

Ends with 1 where a limit is missed. The load is bounded: it opens its connections once and closes them.
"""
import argparse
import json
import os
import resource
import shutil
import socket
import sys
import tempfile
import time

from harness.gateway import CONFIGURATION, Gateway, Installation
from harness.machine import Build
from harness.processes import free_port

LIMITS = {"readyz_ms": 100, "payment_ms": 1000, "memory_mb": 250, "growth": 1.10}
BODY = 64 * 1024


def arguments():
    parser = argparse.ArgumentParser(prog="connections", description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="the folder with gateway and libMockProvider.so")
    parser.add_argument("--idle", type=int, default=5000, help="idle connections (5000)")
    parser.add_argument("--webhooks", type=int, default=2000, help="webhooks of which half of the body is sent (2000)")
    parser.add_argument("--max-connections", type=int, help="server.max_connections; without it the gateway's default")
    return parser.parse_args()


def request(port, method, path, body=None, token=None, timeout=30):
    """Sends a request over a connection of its own, and returns status, JSON and milliseconds."""
    start = time.perf_counter()
    text = "" if body is None else json.dumps(body)
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(text)}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall((head + "\r\n" + text).encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, rest = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    return status, rest, (time.perf_counter() - start) * 1000


def payment(port, token):
    """An order and a payment intent for it, each over a new connection; the milliseconds of both."""
    status, order, first = request(port, "POST", "/api/v1/orders", {"amount": 5, "currency": "USD"}, token)
    expect(status == 201, f"the order was answered {status}")
    body = {"order_id": json.loads(order)["id"], "amount": 5, "currency": "USD"}
    status, _, second = request(port, "POST", "/api/v1/payments/create-payment-intent", body, token)
    expect(status == 201, f"the payment intent was answered {status}")
    return first + second


def expect(condition, complaint):
    if not condition:
        raise RuntimeError(complaint)


def open_connections(port, count, first=b""):
    connections = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        if first:
            connection.sendall(first)
        connections.append(connection)
    return connections


def half_webhook():
    """The head of a webhook with a fresh signature header, and half of its body."""
    head = (
        "POST /api/v1/payments/webhooks/mock HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Mock-Signature: t={int(time.time())},v1={'0' * 64}\r\nContent-Length: {BODY}\r\n\r\n")
    return (head + "x" * (BODY // 2)).encode()


def probe(gateway, management, rounds=10):
    """The slowest readyz and payment of some, in milliseconds, and the memory in MB."""
    ready, paid = [], []
    for _ in range(rounds):
        status, _, spent = request(management, "GET", "/readyz")
        expect(status == 200, f"/readyz was answered {status}")
        ready.append(spent)
        paid.append(payment(gateway.port, gateway.token))
    return {"readyz_ms": max(ready), "payment_ms": max(paid), "memory_mb": gateway.memory()[0] / 1e6}


def settled_memory(gateway, goal, limit=30):
    """The memory in MB once it is no more than `goal`, or after so many seconds."""
    end = time.monotonic() + limit
    while (now := gateway.memory()[0] / 1e6) > goal and time.monotonic() < end:
        time.sleep(0.25)
    return now


def run(options, folder):
    build = Build.at(options.build, os.environ.get("SWIFT", "swift"))
    management = free_port()
    more = f", management: \"127.0.0.1:{management}\""
    if options.max_connections:
        more += f", max_connections: {options.max_connections}"
    text = CONFIGURATION.replace("port: {port} }}", "port: {port}" + more + " }}")
    with Gateway(Installation(build, folder, text)) as gateway:
        for _ in range(50):
            payment(gateway.port, gateway.token)
        rows = [("at the start", probe(gateway, management))]
        idle = open_connections(gateway.port, options.idle)
        rows.append((f"{options.idle} idle connections", probe(gateway, management)))
        webhooks = open_connections(gateway.port, options.webhooks, half_webhook())
        rows.append((f"and {options.webhooks} half-sent webhooks", probe(gateway, management)))
        for connection in idle + webhooks:
            connection.close()
        start = rows[0][1]["memory_mb"]
        settled_memory(gateway, start * LIMITS["growth"])
        rows.append(("once they are closed", probe(gateway, management)))
        return rows


def missed(rows):
    """What is beyond its limit."""
    for name, row in rows:
        for key in ("readyz_ms", "payment_ms", "memory_mb"):
            if row[key] > LIMITS[key]:
                yield f"{name}: {key} is {row[key]:.0f}, and may be {LIMITS[key]}"
    growth = rows[-1][1]["memory_mb"] / rows[0][1]["memory_mb"]
    if growth > LIMITS["growth"]:
        yield f"memory is {growth:.2f} of that at the start, and may be {LIMITS['growth']}"


def main():
    options = arguments()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = options.idle + options.webhooks + 100
    if wanted > hard:
        sys.exit(f"connections: this needs {wanted} open files, and the hard limit is {hard}; raise it with ulimit -Hn")
    folder = tempfile.mkdtemp(prefix="gateway-connections-")
    try:
        rows = run(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("| | slowest `/readyz` | slowest payment | memory |\n| --- | --: | --: | --: |")
    for name, row in rows:
        print(f"| {name} | {row['readyz_ms']:.1f} ms | {row['payment_ms']:.0f} ms | {row['memory_mb']:.0f} MB |")
    complaints = list(missed(rows))
    for complaint in complaints:
        print(f"connections: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
