#!/usr/bin/env bash
# Whether the checkers can fail: builds every deliberately broken gateway of Torture/Mutants in a copy of the sources, and runs the
# checks that are named in it, or the explorer of the state machine. Each mutant has to be caught. Arguments: names of mutants; none
# for all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=${TEETH_FOLDER:-$root/.build-teeth}
swift=${SWIFT:-swift}
read -r -a flags <<<"${SWIFT_BUILD_FLAGS:---explicit-target-dependency-import-check error}"
seed=${TEETH_SEED:-7}
# So many states find each mutant that names the explorer. The tests hold the sound rules to more (ExplorerTests).
states=20000

build() {
    local product
    for product in "$@"; do
        "$swift" build --package-path "$work/tree" --product "$product" "${flags[@]}"
    done
}

# What a mutant's checks need.
products() {
    if [[ $1 == explorer:* ]]; then
        echo lifecycle-explorer
    else
        echo gateway MockProvider Strikes gateway-torture
    fi
}

# Runs the named checks and prints what they found; fails where they found nothing. The output is in the file.
torture() {
    local checks=$1 log=$2 status=0
    "$work/tree/.build/debug/gateway-torture" --short --seed "$seed" --only "$checks" --report "${log%.log}.json" >"$log" 2>&1 \
        || status=$?
    # Exit 1 with a breach of an invariant: a check that could not be carried out has caught nothing.
    ((status == 1)) || return 1
    grep -qE '^(I[1-8]|answer|stop) ' "$log" || return 1
    echo "$(grep -cE '^(I[1-8]|answer|stop) ' "$log") violations, the first: \
$(grep -m1 -E '^(I[1-8]|answer|stop) ' "$log" | cut -c1-160)"
}

# Searches a profile of the explorer and prints what the history that it found ends with; fails where it found none.
explore() {
    local profile=$1 log=$2 status=0
    "$work/tree/.build/debug/lifecycle-explorer" --profile "$profile" --states "$states" >"$log" 2>&1 || status=$?
    ((status == 1)) || return 1
    grep -m1 -E '^(I[1-8]|P[1-5]): ' "$log" | cut -c1-160
}

refresh() {
    mkdir -p "$work/tree"
    # With their times, so that only what differs is built again.
    local part
    for part in Package.swift Sources Tests Torture Benchmarks Examples; do
        rm -rf "${work:?}/tree/$part"
        cp -a "$root/$part" "$work/tree/"
    done
}

mutants=("$@")
if ((${#mutants[@]} == 0)); then
    for file in Torture/Mutants/*.patch; do mutants+=("$(basename "$file" .patch)"); done
fi

echo "teeth: building the sound gateway in $work"
refresh
build gateway MockProvider Strikes gateway-torture >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" >&2; exit 1; }

missed=()
for mutant in "${mutants[@]}"; do
    patch=$root/Torture/Mutants/$mutant.patch
    checks=$(sed -n 's/^Caught-by: //p' "$patch")
    read -r -a needed <<<"$(products "$checks")"
    refresh
    patch --silent --fuzz 0 --strip 1 --directory "$work/tree" <"$patch"
    if ! build "${needed[@]}" >"$work/$mutant.build.log" 2>&1; then
        echo "teeth: $mutant does not build, see $work/$mutant.build.log" >&2
        missed+=("$mutant (does not build)")
        continue
    fi
    case $checks in
        explorer:*) found=$(explore "${checks#explorer:}" "$work/$mutant.log") || found= ;;
        *) found=$(torture "$checks" "$work/$mutant.log") || found= ;;
    esac
    if [[ -n $found ]]; then
        echo "teeth: $mutant caught by $checks: $found"
    else
        echo "teeth: $mutant ESCAPED $checks, see $work/$mutant.log" >&2
        missed+=("$mutant")
    fi
done

if ((${#missed[@]} > 0)); then
    printf 'teeth: not caught: %s\n' "${missed[@]}" >&2
    exit 1
fi
echo "teeth: all ${#mutants[@]} mutants were caught (seed $seed)"
