#!/usr/bin/env bash
# Fails when git holds what must not be in it: build products, resolved versions, databases, secrets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

failed=0
report() {
    echo "$1" >&2
    sed 's/^/    /' >&2
    failed=1
}

products=$(git ls-files | grep -E '(^|/)(\.build[^/]*|\.venv|\.web|dist|var)/|(^|/)Package\.resolved$|(^|/)\.env$|(^|/)core(\.[0-9]+)?$' || true)
[[ -z $products ]] || report 'in git, but made on each machine anew (see .gitignore):' <<<"$products"

binaries=$(git ls-files | grep -E '\.(db|db-wal|db-shm|sqlite3?|so|o|a|swiftmodule|jsonl|pem|key|p12)$' || true)
[[ -z $binaries ]] || report 'in git, but a database, a binary or a key:' <<<"$binaries"

# The forms of real secrets. Made-up ones in tests are shorter or spell out that they are none.
secrets=$(git grep -InE \
    -e '(sk|rk)_live_[0-9A-Za-z]{16,}' \
    -e '(sk|rk)_test_[0-9A-Za-z]{24,}' \
    -e 'whsec_[0-9A-Za-z]{32,}' \
    -e 'eyJ[0-9A-Za-z_-]{16,}\.eyJ[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{32,}' \
    -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' \
    -- . ':!scripts/check-tracked.sh' | cut -c 1-120 || true)
[[ -z $secrets ]] || report 'looks like a secret:' <<<"$secrets"

exit "$failed"
