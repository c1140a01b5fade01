#!/usr/bin/env bash
# Every check that needs no build. Runs them all, names those that failed, exits 1 when one did.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
failed=()
check() {
    local name=$1
    shift
    echo "lint: $name"
    "$@" || failed+=("$name")
}

shell_syntax() {
    local script bad=0
    for script in scripts/*.sh Tests/Contract/*.sh .ci/run; do
        bash -n "$script" || bad=1
        [[ -x $script ]] || { echo "$script: not executable; chmod +x it" >&2; bad=1; }
    done
    return "$bad"
}

# A mutant that no longer applies would silently be no tooth any more.
mutants_apply() {
    local mutant bad=0
    for mutant in Torture/Mutants/*.patch; do
        patch --dry-run --silent --fuzz 0 --strip 1 <"$mutant" >/dev/null || { echo "$mutant: does not apply" >&2; bad=1; }
    done
    return "$bad"
}

# A limit is for hangs: ten minutes, or thirty where a test builds packages. A shorter one fails on a slow machine (CONTRIBUTING.md).
time_limits() {
    ! grep --recursive --line-number --include='*.swift' '\.timeLimit(' Sources Tests Torture Examples Templates \
        | grep --invert-match --extended-regexp '\.timeLimit\(\.minutes\((10|30)\)\)' >&2
}

# Pages that link to what is not there. The guide to the SDK has its own check (make docs).
links() {
    local pages
    mapfile -t pages < <(find . -name '*.md' ! -path './.*' ! -path './dist/*' ! -path '*/.build*' ! -path './Templates/*')
    python3 scripts/check_links.py "${pages[@]}"
}

check 'format (make format corrects most of it)' \
    "$swift" format lint --strict --parallel --recursive Package.swift Sources Tests Torture Benchmarks Examples Templates
check 'imports' scripts/check-imports.sh
check 'versions of Swift packages' python3 scripts/check_packages.py
check 'API description' .venv/bin/python scripts/check_openapi.py openapi.yaml
check 'time limits of tests' time_limits
check 'links' links
check 'mutants' mutants_apply
check 'benchmarks'\'' harness' python3 -m unittest discover --quiet --start-directory Benchmarks/tests --top-level-directory Benchmarks
check 'shell scripts' shell_syntax
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    check 'files in git' scripts/check-tracked.sh
fi

if ((${#failed[@]} > 0)); then
    printf 'lint: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
