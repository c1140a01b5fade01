#!/usr/bin/env bash
# The rate of create-payment-intent at 64 connections, with SQLite at synchronous=FULL, the mock provider and a folder of its own:
#   Benchmarks/create-payment-intent.sh GATEWAY_EXECUTABLE [SECONDS]
# It creates the orders first, measures the disk's own fdatasync rate in the same run, and checks afterwards that both books agree.
# Rates hold for the machine and the hour: compare within one run only. Needs wrk, curl and python3.
set -euo pipefail
gateway=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${2:-10}
connections=64
threads=2
folder=$(mktemp -d)
pid=
finish() {
    [[ -z $pid ]] || { kill -TERM "$pid" 2>/dev/null && wait "$pid" || true; }
    rm -rf "$folder"
}
trap finish EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$folder/providers.yaml" <<YAML
environment: development
server: { host: 127.0.0.1, port: $port }
database: { url: "sqlite:gateway.db" }
auth: { algorithm: HS256, secret: "$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')" }
providers:
  - name: mock
    module: libMockProvider.so
    settings: { journal: journal.jsonl }
routing: { default: mock }
YAML
export GATEWAY_CONFIG=$folder/providers.yaml GATEWAY_LOG_LEVEL=warning
"$gateway" serve 2>"$folder/log" &
pid=$!
base=http://127.0.0.1:$port
until curl -sf -o /dev/null "$base/readyz"; do
    kill -0 "$pid" || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done
token=$("$gateway" token --subject 42 2>/dev/null)
memory() { awk '/^Vm(RSS|HWM)/ { printf "%s %.0f MB  ", $1, $2 / 1024 }' "/proc/$pid/status"; echo; }
load() { wrk -t "$threads" -c "$connections" -d "${seconds}s" -s payments.lua "$base" -- "$1" "$token" "$threads" 1 | grep '^result' | sed "s/^result/$1/"; }

echo "machine: $(nproc) cores, $(uname -m); $connections connections, ${seconds}s"
python3 - "$folder/probe" <<'PYTHON'
import os, sys, time
descriptor = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
start, count = time.monotonic(), 0
while time.monotonic() - start < 2:
    os.pwrite(descriptor, b"x" * 4096, count * 4096)
    os.fdatasync(descriptor)
    count += 1
print(f"disk: {count / 2:.0f} fdatasync/s")
PYTHON
echo "memory at rest: $(memory)"
# Intents come faster or slower than orders by the machine: twice the time makes enough orders.
seconds=$((seconds * 2)) load orders
orders=$(curl -sf -H "Authorization: Bearer $token" "$base/api/v1/orders?limit=1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"][0]["id"])')
load intents
echo "memory under load: $(memory)"
python3 - "$folder" "$orders" <<'PYTHON'
import json, sqlite3, sys
folder, orders = sys.argv[1], int(sys.argv[2])
books = sqlite3.connect(f"file:{folder}/gateway.db?mode=ro", uri=True)
ours = {row[0] for row in books.execute("SELECT payment_intent_id FROM payment_transactions WHERE payment_intent_id IS NOT NULL")}
open_operations = books.execute("SELECT count(*) FROM operations WHERE state IN ('pending', 'unknown')").fetchone()[0]
lines = [json.loads(line) for line in open(f"{folder}/journal.jsonl")]
theirs = {line["object"] for line in lines if line["operation"] == "create"}
print(f"books: {len(ours)} intents here, {len(theirs)} at the mock, {len(ours ^ theirs)} differ, {open_operations} operations open, {orders} orders")
sys.exit(1 if ours ^ theirs or open_operations else 0)
PYTHON
