#!/usr/bin/env bash
# Runs the gateway in the foreground and shows a first payment once it is ready: run.sh EXECUTABLE
# SIGINT (Ctrl-C), SIGTERM and SIGHUP stop it through SIGTERM, so that it drains; its exit code is passed on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

gateway=$1
port=${PORT:-8080}
base=http://127.0.0.1:$port

# A crash names its functions. With debug information in the executable that takes 20 seconds, and a fifth of one without.
lean=$gateway-run
if [[ ! $lean -nt $gateway ]]; then
    strip --strip-debug -o "$lean.new" "$gateway"
    mv "$lean.new" "$lean"
fi
names="symbolicate=fast,images=none${SWIFT_BACKTRACE:+,$SWIFT_BACKTRACE}"

# Job control gives the gateway a process group of its own: Ctrl-C reaches this script alone, which asks it to drain.
set -m
SWIFT_BACKTRACE=$names "$lean" serve --host 127.0.0.1 --port "$port" </dev/null &
pid=$!
set +m

# `wait` returns early when a trapped signal arrives, before the gateway has ended.
interrupted=0
forward() {
    interrupted=1
    kill -TERM "$pid" 2>/dev/null || true
}
trap forward INT TERM HUP

# finish [LEAST]: waits for the gateway and exits with its code, or with LEAST where that is greater.
finish() {
    local code least=${1:-0}
    while true; do
        interrupted=0
        wait "$pid" && code=0 || code=$?
        ((interrupted)) || break
    done
    exit $((code > least ? code : least))
}

running() { kill -0 "$pid" 2>/dev/null; }

until curl --silent --fail --max-time 2 --output /dev/null "$base/readyz"; do
    if ! running || ((interrupted)); then
        finish
    fi
    if ((SECONDS > 60)); then
        echo "run: $base/readyz has not answered 200 for a minute; see the log above" >&2
        forward
        finish 1
    fi
    sleep 0.2
done

if user_token=$("$gateway" token --subject 42) &&
    admin_token=$("$gateway" token --subject 1 --role admin); then
    scripts/first-payment.sh "$base" "$user_token" "$admin_token"
else
    echo "run: no token could be made for the first payment; the gateway runs all the same" >&2
fi
finish
