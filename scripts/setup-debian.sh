#!/usr/bin/env bash
# Installs the Debian packages that a build needs, and only those that are missing; with the argument `test` those of the tests
# too, with `bench` those of the benchmarks. Says nothing when there are none.
set -euo pipefail

packages=(
    # The Swift toolchain's own needs: linker, C headers and libraries, fetching packages.
    binutils ca-certificates git libc6-dev libgcc-12-dev libstdc++-12-dev libxml2 pkg-config tzdata zlib1g-dev
    # What the gateway, its SDK and Foundation's networking link.
    libcurl4-openssl-dev libsqlite3-dev libssl-dev libyaml-dev
    # The scripts, and the servers that tests run against.
    curl patch python3 python3-venv
)
if [[ ${1:-} == test ]]; then
    # Tests look at pages in a real browser, at the database as an operator does, run the clients of others, and check the unit file.
    packages+=(chromium chromium-driver jq nodejs openssh-client openssl sqlite3 systemd)
elif [[ ${1:-} == bench ]]; then
    # The load generator.
    packages+=(wrk)
fi

if ! command -v dpkg-query >/dev/null; then
    echo "setup: not a Debian system; make sure that the equivalents of these are installed: ${packages[*]}" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
((${#missing[@]} > 0)) || exit 0

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        echo "setup: these Debian packages are missing, and there is no sudo to install them with; run as root:" >&2
        echo "    apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get -q update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends "${missing[@]}" </dev/null
