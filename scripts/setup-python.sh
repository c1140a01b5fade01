#!/usr/bin/env bash
# Fills .venv/ with the pinned packages of scripts/requirements-NAME.txt, for each NAME given (all without any).
# The files hold the SHA-256 of each package as it is for Debian 12's Python 3.11 on x86-64 and ARM64: pip refuses any other file.
# A stamp with the checksum of the file tells what is there already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

(($# > 0)) || set -- web test lint

venv=.venv
# A venv holds absolute paths: one that was moved, or whose interpreter was removed, is of no use.
if ! [[ -f $venv/.path && $(<"$venv/.path") == "$PWD/$venv" ]] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    echo "$PWD/$venv" >"$venv/.path"
fi

# What builds a package from source is held to its hash like the rest, and is there first.
names=()
for name in "$@"; do
    [[ $name != test ]] || names+=(build)
    names+=("$name")
done

for name in "${names[@]}"; do
    requirements=scripts/requirements-$name.txt
    stamp=$venv/.$name.sha256
    if [[ -f $stamp ]] && sha256sum --check --status "$stamp"; then
        continue
    fi
    echo "setup: installing the Python packages of $requirements into $venv/"
    # The files list every package that is needed: nothing unpinned comes in as a dependency.
    "$venv/bin/pip" --disable-pip-version-check --quiet install --no-deps --no-build-isolation --require-hashes \
        --requirement "$requirements"
    sha256sum "$requirements" >"$stamp"
done
