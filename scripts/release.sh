#!/usr/bin/env bash
# Builds the optimised gateway into dist/, a folder that can be copied to a machine without a Swift toolchain,
# and checks a copy of it with the toolchain out of reach.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
read -ra build_flags <<<"${SWIFT_BUILD_FLAGS:-}"
# A scratch folder of its own leaves the debug build as it is. Without the toolchain's run path,
# an executable finds its libraries beside itself ($ORIGIN, which SwiftPM always adds) and nowhere else.
build_flags+=(--configuration release --scratch-path .build-release -Xswiftc -no-toolchain-stdlib-rpath)

for product in gateway MockProvider StripeProvider; do
    "$swift" build --product "$product" "${build_flags[@]}"
done
bin=$("$swift" build --show-bin-path "${build_flags[@]}")
read -r runtime resources < <("$swift" -print-target-info | python3 -c '
import json, sys
paths = json.load(sys.stdin)["paths"]
print(paths["runtimeLibraryPaths"][0], paths["runtimeResourcePath"])')

built=(gateway libProviderAPI.so libMockProvider.so libStripeProvider.so)
staging=$(mktemp -d .build-release/dist.XXXXXX)
trap 'rm -rf "$staging"' EXIT
chmod 755 "$staging"
dist=$staging/dist
mkdir "$dist"

for file in "${built[@]}"; do
    cp "$bin/$file" "$dist/"
    # Symbols stay, for backtraces; lines and types, most of the size, go.
    strip --strip-debug "$dist/$file"
done
# The gateway has Swift's runtime start this one where it crashes (Sources/GatewayHost/Process).
strip --strip-all -o "$dist/swift-backtrace-static" "$resources/../../libexec/swift/linux/swift-backtrace-static"
cp -R .web "$dist/web"
rm -f "$dist/web/.inputs.sha256"
cp openapi.yaml LICENSE .env.example "$dist/"
mkdir "$dist/systemd"
cp deploy/*.service deploy/*.timer "$dist/systemd/"
mkdir "$dist/bin"
cp deploy/gateway "$dist/bin/"
scripts/copy-sdk.sh "$dist"

needed() { readelf --dynamic "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

# Every library of the Swift runtime that is needed, directly or by another of them. The rest is the system's.
queue=("${built[@]}")
system=()
while ((${#queue[@]} > 0)); do
    file=${queue[0]}
    queue=("${queue[@]:1}")
    for library in $(needed "$dist/$file"); do
        if [[ -e $dist/$library ]]; then
            continue
        elif [[ -e $runtime/$library ]]; then
            cp --dereference "$runtime/$library" "$dist/"
            queue+=("$library")
        else
            system+=("$library")
        fi
    done
done
mapfile -t system < <(printf '%s\n' "${system[@]}" | sort -u)

# The digests of the modules go into the configurations, as production demands.
with_digests() { DIST=$dist awk '
/^ *module:/ { module = $2 }
/^ *sha256: null/ && module != "" {
    command = "sha256sum \"" ENVIRON["DIST"] "/" module "\""
    command | getline line
    close(command)
    split(line, words, " ")
    sub(/sha256: null.*/, "sha256: " words[1])
}
{ print }
' "$1"; }
with_digests providers.yaml >"$dist/providers.yaml"
with_digests deploy/providers.production.yaml >"$dist/providers.production.yaml"

# A certificate is bound to a module's bytes: it is given once nothing changes them any more.
"$dist/gateway" certify "$dist/libStripeProvider.so" --recording Tests/Fixtures/stripe

# The Debian packages that hold the system's libraries; dpkg knows a file by one of its two names (/lib is a link).
debian_packages() {
    command -v dpkg-query >/dev/null || return 0
    local library path
    for library in "${system[@]}"; do
        path=$(ldconfig_path "$library")
        [[ -n $path ]] || continue
        { dpkg-query --search "$path" || dpkg-query --search "/usr$path" || dpkg-query --search "${path#/usr}" || true; } 2>/dev/null
    done | cut -d : -f 1 | sort -u | paste -s -d ' '
}
ldconfig_path() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }'; }
packages=$(debian_packages)

swift_version=$("$swift" --version 2>/dev/null | sed -nE 's/.*Swift version ([^ ]+).*/\1/p')
cat >"$dist/README.md" <<README
# Payment gateway

Built with Swift version $swift_version for $(uname -m) Linux with glibc $(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2) or later. Needs no Swift toolchain.

    ./gateway check        # is the configuration right?
    ./gateway providers    # what would be loaded
    ./gateway serve        # http://127.0.0.1:8080, documentation under /api/docs

From the system it needs: ${system[*]}
${packages:+On Debian: \`apt-get install ca-certificates $packages\`
}
- \`providers.yaml\` says which modules are loaded; the sha256 of each is filled in. \`providers.production.yaml\` is one for real
  money, with Stripe: it names the variables that it needs.
- \`.env.example\`: copy it to \`.env\` for the secrets.
- \`systemd/\` has the units of a service and of its hourly backup, \`bin/gateway\` the command for the operators of that service;
  docs/operators.md of the sources says how to install them.
- \`lib*Provider.so\` are the modules, the other \`.so\` files the SDK that they share with the gateway, and the Swift runtime.
  They, and \`web/\`, belong beside the executable.
- \`swift-backtrace-static\` writes the functions of a crash into the log.
- \`./gateway provider new acme\` makes the package of a provider of your own, from \`sdk/\` and \`templates/\`. Building it needs the
  Swift toolchain named above.
- \`SHA256SUMS\`: \`sha256sum --check SHA256SUMS\` tells whether the folder arrived whole, \`SHA256SUMS.sig\` from whom it comes, where the
  release was signed: docs/operators.md of the sources says how to verify it.
- \`sbom.cdx.json\` lists what it is made of, with versions, as CycloneDX.
README

# --- What it is made of, and its sums ---

scripts/check_packages.py .build-release/workspace-state.json
linked=()
for package in $packages; do
    linked+=("$package=$(dpkg-query --show --showformat='${Version}:${Architecture}' "$package")")
done
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || true)} scripts/sbom.py \
    --version "$("$dist/gateway" --version)" --state .build-release/workspace-state.json --swift "$swift_version" \
    --debian "${linked[@]}" --python scripts/requirements-web.txt >"$dist/sbom.cdx.json"
scripts/sign-release.sh "$dist"

# --- The check: a copy, an empty environment, and no toolchain ---

fail() {
    echo "release: $1" >&2
    exit 1
}

copy=$staging/copy
cp -R "$dist" "$copy"
copy=$(realpath "$copy")
(cd "$copy" && sha256sum --check --quiet SHA256SUMS) || fail 'the copy differs'

# Where mount namespaces are allowed, the toolchain's libraries are not only unused but invisible.
isolated=(env -i PATH=/usr/bin:/bin HOME="$copy")
hide='mount -t tmpfs none "$0" && exec "$@"'
if unshare --map-root-user --mount bash -c "$hide" "$runtime" true 2>/dev/null; then
    isolated=(unshare --map-root-user --mount bash -c "$hide" "$runtime" "${isolated[@]}")
fi

for file in "$copy/gateway" "$copy"/*.so; do
    name=${file##*/}
    run_path=$(readelf --dynamic "$file" | sed -nE 's/.*\((RUNPATH|RPATH)\).*\[(.*)\]/\2/p')
    [[ -z $run_path || $run_path == '$ORIGIN' ]] || fail "$name looks for libraries in $run_path; only \$ORIGIN may be in its run path"
    resolved=$("${isolated[@]}" ldd "$file")
    ! grep -q 'not found' <<<"$resolved" || fail "$name lacks a library: $(grep 'not found' <<<"$resolved")"
    ! grep -qF "$runtime" <<<"$resolved" || fail "$name uses the toolchain: $(grep -F "$runtime" <<<"$resolved")"
done

cd "$copy"
"${isolated[@]}" ./gateway --help >/dev/null || fail 'gateway --help fails in a copy of the folder'
"${isolated[@]}" ./gateway check || fail 'gateway check fails in a copy of the folder'
"${isolated[@]}" GATEWAY_PUBLIC_URL=https://pay.example.com GATEWAY_JWT_SECRET="$(openssl rand -hex 32)" \
    STRIPE_SECRET_KEY="sk_live_$(openssl rand -hex 16)" STRIPE_WEBHOOK_SECRET="whsec_$(openssl rand -hex 16)" \
    ./gateway check --config providers.production.yaml || fail 'providers.production.yaml is refused in a copy of the folder'
# A crash in the copy names functions: the folder has what makes the backtrace.
"${isolated[@]}" ./swift-backtrace-static --help >/dev/null 2>&1 || fail 'swift-backtrace-static does not run in a copy of the folder'
"${isolated[@]}" ./gateway providers || fail 'gateway providers fails in a copy of the folder'
"${isolated[@]}" ./gateway provider new acme --directory "$copy/new/acme" >/dev/null ||
    fail 'gateway provider new fails in a copy of the folder'
grep -qF "?? \"$copy/sdk\"" new/acme/Package.swift || fail 'a new provider does not find the SDK beside the gateway'
cd - >/dev/null

rm -rf dist
mv "$dist" dist
echo "release: dist/ is ready ($(du -sh dist | cut -f 1)); a copy of it ran without the toolchain"
