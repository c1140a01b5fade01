#!/usr/bin/env python3
"""Holds the Swift packages to exact versions: check_packages.py [WORKSPACE-STATE]

Every remote package of every manifest in git has an exact version. Where a build has resolved the packages (by default
.build/workspace-state.json), each of them is listed in Package.swift at that version, also those that only other packages use.
Prints each breach and exits with 1 when there is one.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def manifests():
    """The manifests that git has; without git, those outside of the folders that builds make."""
    listed = subprocess.run(
        ["git", "ls-files", "Package.swift", "*/Package.swift"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in ROOT.rglob("Package.swift") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)]


def floating(manifest):
    """The remote packages of a manifest whose version is not exact, as (line, text)."""
    text = manifest.read_text()
    for match in re.finditer(r"\.package\(\s*(?:name:[^,]+,\s*)?url:\s*[^,]+,\s*(\w+:|\S+)", text):
        if match.group(1) != "exact:":
            yield text.count("\n", 0, match.start()) + 1, " ".join(match.group(0).split())


def pinned(manifest):
    """The exact versions of the root's manifest, by the package's identity."""
    text = manifest.read_text()
    pins = {
        url.rsplit("/", 1)[-1].removesuffix(".git").lower(): version
        for url, version in re.findall(r'\.package\(url: "([^"\\]+)", exact: "([^"]+)"\)', text)
    }
    table = re.search(r"let indirect: .*?\n\]", text, re.DOTALL)
    for package, version in re.findall(r'\("[^"]+", "([^"]+)", "([^"]+)"', table.group(0) if table else ""):
        pins[package.lower()] = version
    return pins


def resolved(state):
    """What SwiftPM has checked out, by the package's identity."""
    for dependency in json.loads(state.read_text())["object"]["dependencies"]:
        reference = dependency["packageRef"]
        if reference["kind"] == "remoteSourceControl":
            checkout = dependency["state"]["checkoutState"]
            yield reference["identity"], checkout.get("version") or checkout.get("branch") or checkout["revision"]


def breaches(state):
    for manifest in manifests():
        for line, text in floating(manifest):
            yield f"{manifest.relative_to(ROOT)}:{line}: {text} is no exact version; write exact: and the version that was tested"
    if not state.exists():
        return
    pins = pinned(ROOT / "Package.swift")
    found = dict(resolved(state))
    for identity, version in sorted(found.items()):
        if identity not in pins:
            yield f"Package.swift: {identity} {version} comes in through another package; add it to `indirect`"
        elif pins[identity] != version:
            yield f"Package.swift: {identity} is {pins[identity]} there, and {version} was resolved"
    for identity in sorted(pins.keys() - found.keys()):
        yield f"Package.swift: nothing needs {identity} any more; remove it"


def main():
    state = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".build/workspace-state.json"
    found = list(breaches(state))
    for breach in found:
        print(breach, file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
