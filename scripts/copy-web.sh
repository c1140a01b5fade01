#!/usr/bin/env bash
# Puts the web assets beside the executable, where the gateway looks for them: copy-web.sh FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=$1/web
rm -rf "$target"
cp -R .web "$target"
rm -f "$target/.inputs.sha256"
