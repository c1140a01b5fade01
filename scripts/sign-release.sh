#!/usr/bin/env bash
# Writes SHA256SUMS of a release's folder and signs it: sign-release.sh FOLDER
# The key is the file that RELEASE_SIGNING_KEY names, an OpenSSH key (`ssh-keygen -t ed25519`), or the public half of one in an agent.
# Without it the sums are not signed, which is said. docs/operators.md tells how to verify.
set -euo pipefail

# Names what is signed, so that a signature for something else by the same key does not pass.
namespace=payment-gateway-release
folder=$1
key=${RELEASE_SIGNING_KEY:-}

cd "$folder"
rm -f SHA256SUMS SHA256SUMS.sig
find . -type f ! -name "SHA256SUMS*" -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
if [[ -z $key ]]; then
    echo 'release: SHA256SUMS is not signed; RELEASE_SIGNING_KEY names no key' >&2
    exit 0
fi
if ! command -v ssh-keygen >/dev/null; then
    echo 'release: there is no ssh-keygen to sign SHA256SUMS with; install openssh-client' >&2
    exit 1
fi
ssh-keygen -q -Y sign -f "$key" -n "$namespace" SHA256SUMS
# A signature that does not hold is worse than none.
ssh-keygen -q -Y check-novalidate -n "$namespace" -s SHA256SUMS.sig <SHA256SUMS >/dev/null
