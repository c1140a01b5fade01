#!/usr/bin/env bash
# Builds the SDK's documentation into .build-docs/, with what the toolchain brings and without a network.
# It fails on every warning of DocC's (a link that leads nowhere), on a public symbol that no topic lists, and on a Swift block of the
# guide that does not compile: the blocks of all articles are the files of one module.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sdk=Sources/ProviderAPI
catalog=$sdk/Sources/ProviderAPI/ProviderAPI.docc
out=.build-docs
rm -rf "$out"
mkdir -p "$out/snippets"

resources=$("${SWIFT:-swift}c" -print-target-info | sed -n 's/^ *"runtimeResourcePath": "\(.*\)".*/\1/p')
docc=$(dirname "$(dirname "$resources")")/bin/docc
[[ -x $docc ]] || { echo "build-docs: there is no $docc; the toolchain has to be a whole one" >&2; exit 1; }

scripts/compile-sdk.sh "$sdk" "$out/sdk" -emit-symbol-graph -emit-symbol-graph-dir "$out/symbols" \
    -symbol-graph-minimum-access-level public -symbol-graph-skip-synthesized-members -emit-extension-block-symbols

# Errors are told at their lines of the article.
awk -v out="$out/snippets" '
FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.md$/, "", name) }
/^```swift$/ { file = out "/" name "-" ++count ".swift"; printf "#sourceLocation(file: \"%s\", line: %d)\n", FILENAME, FNR + 1 >file; next }
/^```$/ { if (file) close(file); file = ""; next }
file { print >file }
END { exit count == 0 }
' "$catalog"/*.md
"${SWIFT:-swift}c" -typecheck -parse-as-library -swift-version 6 -warnings-as-errors -module-name AcmeProvider -I "$out/sdk" \
    "$out"/snippets/*.swift

"$docc" convert "$catalog" --additional-symbol-graph-dir "$out/symbols" --output-path "$out/html" --warnings-as-errors \
    --fallback-display-name ProviderAPI --fallback-bundle-identifier ProviderAPI --fallback-default-module-kind Library

landing=$out/html/data/documentation/providerapi.json
if grep -q '"generated":true' "$landing"; then
    echo "build-docs: a public symbol is in no topic of $catalog/ProviderAPI.md; DocC has made a list of its own for:" >&2
    grep -o '{[^{}]*"generated":true[^{}]*}' "$landing" | grep -o 'doc:[^"]*' | sed 's|.*/|  |' >&2
    exit 1
fi
echo "build-docs: $out/html; to read it: python3 -m http.server --directory $out/html 8000, http://localhost:8000/documentation/providerapi/"
