#!/usr/bin/env bash
# Holds the SDK's public interface to the one that is recorded in Sources/ProviderAPI/Interface.
# Usage: scripts/sdk-interface.sh check|record [SDK]
#   check   fails with a list where a module that was built against the recorded interface could break in a host with today's:
#           something is removed or changed, a requirement has no default, an enum is frozen. Additions pass.
#   record  writes today's interface down: what a release does. It refuses what `check` refuses.
#   SDK     the package's folder; Sources/ProviderAPI where none is given
# A higher ProviderABI.version allows anything: a host of the new version refuses all modules of the old one.
set -euo pipefail

usage() { sed -n '3,8s/^# //p' "$0" >&2; exit 64; }
(($# >= 1 && $# <= 2)) || usage
command=$1
[[ $command == check || $command == record ]] || usage
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sdk=${2:-$scripts/../Sources/ProviderAPI}
recorded=$sdk/Interface/ProviderAPI.swiftinterface
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The digester lies beside the compiler, which need not be the one of that name in PATH.
resources=$("${SWIFT:-swift}c" -print-target-info | sed -n 's/^ *"runtimeResourcePath": "\(.*\)".*/\1/p')
digester=$(dirname "$(dirname "$resources")")/bin/swift-api-digester
[[ -x $digester ]] || { echo "sdk-interface: there is no $digester; the toolchain has to be a whole one" >&2; exit 1; }

# What depends on the machine and the compiler's patch level is no part of the interface.
normalise() { sed -E '/^\/\/ swift-(compiler-version|module-flags-ignorable)/d; s/^(\/\/ swift-module-flags:.*) -target [^ ]+/\1/' "$1"; }

# A module's declarations as JSON, as a linker sees them (-abi) and as a compiler does.
dump() {
    local kind
    for kind in abi api; do
        "$digester" -dump-sdk $([[ $kind == abi ]] && echo -abi) -module ProviderAPI -I "$work/$1" -module-cache-path "$work/cache" \
            -avoid-location -avoid-tool-args -abort-on-module-fail -o "$work/$1/$kind.json"
    done
}

# How the interface of one folder differs from that of another: one sentence a line.
differences() {
    local kind
    for kind in abi api; do
        "$digester" -diagnose-sdk $([[ $kind == abi ]] && echo -abi) -module-cache-path "$work/cache" \
            -input-paths "$work/$1/$kind.json" -input-paths "$work/$2/$kind.json" 2>&1
    done | sed -e '/^$/d' -e '/^\/\*.*\*\/$/d' | LC_ALL=C sort -u
    # Both views leave out that something is compiled into the module: without it a module's version is always the host's.
    grep '@_alwaysEmitIntoClient' "$work/$1/ProviderAPI.swiftinterface" |
        { grep -vxFf "$work/$2/ProviderAPI.swiftinterface" || true; } | sed 's/^ *\(.*[^ {]\)[ {]*$/\1 is no longer there as it was/'
}

# A changed signature is told by its mangled names too: that is kept only where nothing plainer is said of the declaration.
plainly() {
    awk '{
        name = $0
        sub(/ has mangled name changing.*/, "", name)
        if (name == $0) { print; said = said "\n" $0 } else { mangled[NR] = $0; declaration[NR] = name }
    }
    END { for (line in mangled) if (!index(said, "\n" declaration[line] " ")) print mangled[line] }'
}

abi_version() {
    awk '/@_alwaysEmitIntoClient public static var version: Swift.UInt32/ { getline; gsub(/[^0-9]/, ""); print; exit }' "$1"
}

"$scripts/compile-sdk.sh" "$sdk" "$work/compiled"
mkdir "$work/today" "$work/recorded"
normalise "$work/compiled/ProviderAPI.swiftinterface" >"$work/today/ProviderAPI.swiftinterface"
version=$(abi_version "$work/today/ProviderAPI.swiftinterface")
[[ -n $version ]] || { echo 'sdk-interface: ProviderABI.version is not compiled into modules (@_alwaysEmitIntoClient)' >&2; exit 1; }

record() {
    mkdir -p "$(dirname "$recorded")"
    cp "$work/today/ProviderAPI.swiftinterface" "$recorded"
    echo "sdk-interface: recorded (ABI $version)"
}
if [[ ! -e $recorded ]]; then
    [[ $command == record ]] && { record; exit; }
    echo "sdk-interface: there is no $recorded; write it with scripts/sdk-interface.sh record" >&2
    exit 1
fi

cp "$recorded" "$work/recorded/ProviderAPI.swiftinterface"
before=$(abi_version "$recorded")
dump recorded
dump today
differences recorded today >"$work/differences"
addition=" is a new API without '@available'"
additions=$(sed -n "s/$addition\$//p" "$work/differences")
breaks=$(sed "/$addition\$/d" "$work/differences" | plainly | LC_ALL=C sort)

if ((version < before)); then
    echo "sdk-interface: ProviderABI.version is $version, and $before is recorded: it never goes back" >&2
    exit 1
elif ((version > before)); then
    echo "sdk-interface: ABI $version follows the recorded $before: every module has to be built again"
elif [[ -n $breaks ]]; then
    {
        echo "sdk-interface: modules that were built against the recorded interface would break:"
        printf '%s\n' "$breaks" | sed 's/^/  /'
        echo "put it back, or add the new beside the old (a new requirement with a default); if it has to be, raise ProviderABI.version above $before"
    } >&2
    exit 1
elif [[ -n $additions ]]; then
    echo "sdk-interface: additions, which every module survives; a release records them:"
    printf '%s\n' "$additions" | sed 's/^/  /'
else
    echo "sdk-interface: as recorded (ABI $version)"
fi
if [[ $command == record ]]; then record; fi
