#!/usr/bin/env bash
# Puts what authors of providers need beside the executable, where `gateway provider new` looks for it: copy-sdk.sh FOLDER
# The SDK's packages go to FOLDER/sdk, the template of a provider to FOLDER/templates/provider; nothing that a build has left there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

copy() {
    rm -rf "$2"
    mkdir -p "$2"
    tar --create --directory "$1" --exclude '.build*' --exclude Package.resolved --exclude __pycache__ --exclude var . |
        tar --extract --directory "$2" --no-same-owner
}

copy Sources/ProviderAPI "$1/sdk/ProviderAPI"
copy Sources/ProviderTestKit "$1/sdk/ProviderTestKit"
copy Templates/Provider "$1/templates/provider"
