#!/usr/bin/env bash
# Has schemathesis try out a running gateway by its own description: run-schemathesis.sh FOLDER [ARGUMENTS OF schemathesis run]
# FOLDER is that of the build, with `gateway`, the mock provider's module and `web` in it. The gateway listens on a free port of
# 127.0.0.1, in a temporary folder of its own, and is ended with this script.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

bin=$(realpath "$1")
shift
folder=$(mktemp -d)
finish() {
    code=$?
    if [[ -n ${gateway:-} ]]; then
        kill -TERM "$gateway" 2>/dev/null || true
        wait "$gateway" || true
    fi
    if ((code)); then tail -n 20 "$folder/log" >&2; fi
    rm -rf "$folder"
    exit "$code"
}
trap finish EXIT

export GATEWAY_CONFIG=$folder/providers.yaml
GATEWAY_JWT_SECRET=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
export GATEWAY_JWT_SECRET

start() {
    # Below the ports that the system gives to outgoing connections.
    port=$((20000 + RANDOM % 12000))
    cat >"$GATEWAY_CONFIG" <<CONFIGURATION
environment: development
server:    { host: 127.0.0.1, port: $port, public_url: "http://127.0.0.1:$port" }
database:  { url: "sqlite:gateway.db" }
auth:      { algorithm: HS256, secret: "\${GATEWAY_JWT_SECRET}", issuer: null, audience: null }
providers:
  - { name: mock, module: libMockProvider.so, enabled: true, settings: { webhook_secret: of-no-use, journal: journal.jsonl } }
routing:   { default: mock, rules: [] }
CONFIGURATION
    "$bin/gateway" serve </dev/null >"$folder/log" 2>&1 &
    gateway=$!
    until curl --silent --fail --max-time 2 --output /dev/null "http://127.0.0.1:$port/readyz"; do
        kill -0 "$gateway" 2>/dev/null || return 1
        sleep 0.1
    done
}
for _ in 1 2 3 4 5; do
    if start; then break; fi
    wait "$gateway" || true
    gateway=
done
[[ -n $gateway ]] || exit 1

export GATEWAY_CONTRACT_USERS=$folder/users.yaml
GATEWAY_CONTRACT_ADMIN=$("$bin/gateway" token --subject 1 --role admin)
export GATEWAY_CONTRACT_ADMIN
user=$("$bin/gateway" token --subject 42)
stranger=$("$bin/gateway" token --subject 43)
cat >"$GATEWAY_CONTRACT_USERS" <<USERS
auth:
  - { name: user, fixedHeaders: [{ name: Authorization, value: "Bearer $user" }] }
  - { name: stranger, fixedHeaders: [{ name: Authorization, value: "Bearer $stranger" }] }
USERS

.venv/bin/schemathesis --config-file Tests/Contract/schemathesis.toml run "http://127.0.0.1:$port/api/openapi.json" "$@"
