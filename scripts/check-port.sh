#!/usr/bin/env bash
# Fails with the correction when something listens on 127.0.0.1:$PORT already, before a build is waited for.
set -euo pipefail

port=${PORT:-8080}
if ! [[ $port =~ ^[0-9]{1,5}$ ]] || ((10#$port < 1 || 10#$port > 65535)); then
    echo "run: PORT is '$port', expected a number from 1 to 65535" >&2
    exit 1
fi
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "run: port $port of 127.0.0.1 is in use; stop what listens there, or choose another: make run PORT=$((port < 65535 ? port + 1 : 8081))" >&2
    exit 1
fi
