#!/usr/bin/env bash
# Compiles the SDK by the compiler alone, as Sources/ProviderAPI/Package.swift has SwiftPM do it, in a few seconds.
# Usage: scripts/compile-sdk.sh SDK OUT [ARGUMENT ...]
#   SDK       the package's folder, Sources/ProviderAPI or a copy of it
#   OUT       where ProviderAPI.swiftmodule and ProviderAPI.swiftinterface go
#   ARGUMENT  more for swiftc, such as -emit-library -o OUT/libProviderAPI.so
set -euo pipefail

(($# >= 2)) || { sed -n '2,6s/^# //p' "$0" >&2; exit 64; }
sdk=$1 out=$2
shift 2
sources=$(find "$sdk/Sources/ProviderAPI" -name '*.swift' | LC_ALL=C sort)
[[ -n $sources ]] || { echo "$sdk/Sources/ProviderAPI: no Swift sources there" >&2; exit 1; }
mkdir -p "$out"
mapfile -t sources <<<"$sources"
"${SWIFT:-swift}c" -module-name ProviderAPI -swift-version 6 -enable-library-evolution -whole-module-optimization -warnings-as-errors \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility \
    -enable-upcoming-feature InternalImportsByDefault -I "$sdk/Sources/CLibcrypto" \
    -emit-module -emit-module-path "$out/ProviderAPI.swiftmodule" -emit-module-interface-path "$out/ProviderAPI.swiftinterface" \
    "$@" "${sources[@]}"
