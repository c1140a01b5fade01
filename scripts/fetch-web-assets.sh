#!/usr/bin/env bash
# Fills .web/ with what the documentation pages load, so that they work with no internet in the browser:
# Swagger UI and ReDoc from the Python package drf-spectacular-sidecar (see setup-python.sh), and openapi.yaml as JSON.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=.venv/bin/python
inputs=(openapi.yaml scripts/requirements-web.txt scripts/fetch-web-assets.sh scripts/openapi_to_json.py)
stamp=.web/.inputs.sha256
if [[ -f $stamp ]] && sha256sum --check --status "$stamp" && [[ -f .web/openapi.json ]]; then
    exit 0
fi

assets=$("$python" -c 'import importlib.util as u; print(u.find_spec("drf_spectacular_sidecar").submodule_search_locations[0])')
assets=$assets/static/drf_spectacular_sidecar

rm -rf .web
mkdir -p .web/swagger-ui .web/redoc
# Without the source maps, two thirds of the size.
cp "$assets"/swagger-ui-dist/{swagger-ui.css,swagger-ui-bundle.js,swagger-ui-standalone-preset.js,favicon-32x32.png} .web/swagger-ui/
cp "$assets"/swagger-ui-dist/{oauth2-redirect.html,oauth2-redirect.js,LICENSE,swagger-ui-bundle.js.LICENSE.txt} .web/swagger-ui/
cp "$assets"/redoc/{bundles/redoc.standalone.js,bundles/redoc.standalone.js.LICENSE.txt,LICENSE} .web/redoc/
# ReDoc's footer would load a logo from elsewhere.
sed --in-place 's|https://cdn\.redoc\.ly/redoc/logo-mini\.svg|data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E|' .web/redoc/redoc.standalone.js
if grep --quiet 'cdn\.redoc\.ly' .web/redoc/redoc.standalone.js; then
    echo 'web: redoc.standalone.js still loads something from cdn.redoc.ly' >&2
    exit 1
fi
"$python" scripts/openapi_to_json.py openapi.yaml .web/openapi.json
sha256sum "${inputs[@]}" >"$stamp"
