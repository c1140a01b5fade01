#!/usr/bin/env bash
# Builds what `make bench` runs, with the flags and into the folder of scripts/release.sh, so that neither compiles for the other again.
# The last line that it prints is the folder with the executables and modules.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
read -ra build_flags <<<"${SWIFT_BUILD_FLAGS:-}"
build_flags+=(--configuration release --scratch-path .build-release -Xswiftc -no-toolchain-stdlib-rpath)

for product in gateway MockProvider StripeProvider ceiling SlowDisk; do
    "$swift" build --product "$product" "${build_flags[@]}" >&2
done
"$swift" build --show-bin-path "${build_flags[@]}"
