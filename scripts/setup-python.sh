#!/usr/bin/env bash
# Fills .venv/ with the pinned packages of scripts/requirements-NAME.txt, for each NAME given (all without any).
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

for name in "$@"; do
    requirements=scripts/requirements-$name.txt
    stamp=$venv/.$name.sha256
    if [[ -f $stamp ]] && sha256sum --check --status "$stamp"; then
        continue
    fi
    echo "setup: installing the Python packages of $requirements into $venv/"
    # The files list every package that is needed: nothing unpinned comes in as a dependency.
    "$venv/bin/pip" --disable-pip-version-check --quiet install --no-deps --requirement "$requirements"
    sha256sum "$requirements" >"$stamp"
done
