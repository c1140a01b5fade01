#!/usr/bin/env bash
# Whether the checker can fail: builds every deliberately broken gateway of Torture/Mutants in a copy of the sources, and runs the
# checks that are named in it. Each mutant has to be caught. Arguments: names of mutants; none for all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=${TEETH_FOLDER:-$root/.build-teeth}
swift=${SWIFT:-swift}
read -r -a flags <<<"${SWIFT_BUILD_FLAGS:---explicit-target-dependency-import-check error}"
seed=${TEETH_SEED:-7}

build() {
    local product
    for product in gateway MockProvider Strikes gateway-torture; do
        "$swift" build --package-path "$work/tree" --product "$product" "${flags[@]}"
    done
}

refresh() {
    mkdir -p "$work/tree"
    # With their times, so that only what differs is built again.
    local part
    for part in Package.swift Sources Tests Torture Benchmarks; do
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
build >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" >&2; exit 1; }

missed=()
for mutant in "${mutants[@]}"; do
    patch=$root/Torture/Mutants/$mutant.patch
    checks=$(sed -n 's/^Caught-by: //p' "$patch")
    refresh
    patch --silent --fuzz 0 --strip 1 --directory "$work/tree" <"$patch"
    if ! build >"$work/$mutant.build.log" 2>&1; then
        echo "teeth: $mutant does not build, see $work/$mutant.build.log" >&2
        missed+=("$mutant (does not build)")
        continue
    fi
    status=0
    "$work/tree/.build/debug/gateway-torture" --short --seed "$seed" --only "$checks" --report "$work/$mutant.json" \
        >"$work/$mutant.log" 2>&1 || status=$?
    # Exit 1 with a breach of an invariant: a check that could not be carried out has caught nothing.
    if ((status == 1)) && grep -qE '^(I[1-8]|answer|stop) ' "$work/$mutant.log"; then
        echo "teeth: $mutant caught by $checks: $(grep -cE '^(I[1-8]|answer|stop) ' "$work/$mutant.log") violations, the first: \
$(grep -m1 -E '^(I[1-8]|answer|stop) ' "$work/$mutant.log" | cut -c1-160)"
    else
        echo "teeth: $mutant ESCAPED $checks (exit $status), see $work/$mutant.log" >&2
        missed+=("$mutant")
    fi
done

if ((${#missed[@]} > 0)); then
    printf 'teeth: not caught: %s\n' "${missed[@]}" >&2
    exit 1
fi
echo "teeth: all ${#mutants[@]} mutants were caught (seed $seed)"
