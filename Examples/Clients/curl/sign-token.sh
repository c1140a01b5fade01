#!/usr/bin/env bash
# sign-token.sh SUBJECT [SCOPE]: prints a token of a user that is valid for ten minutes, signed with GATEWAY_JWT_SECRET.
set -euo pipefail
: "${GATEWAY_JWT_SECRET:?must be set to the secret that the gateway has}"

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

now=$(date +%s)
claims=$(jq -cn --arg sub "$1" --arg scope "${2:-}" --argjson now "$now" \
    '{sub: $sub, iat: $now, exp: ($now + 600)} + if $scope == "" then {} else {scope: $scope} end')
signed=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(printf '%s' "$claims" | base64url)
# While openssl runs, other users of the machine can see the secret in its command line.
signature=$(printf '%s' "$signed" | openssl dgst -sha256 -hmac "$GATEWAY_JWT_SECRET" -binary | base64url)
echo "$signed.$signature"
