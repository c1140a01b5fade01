#!/usr/bin/env python3
"""Prints the software bill of materials of a release, as CycloneDX 1.6 JSON.

sbom.py --version VERSION --state WORKSPACE-STATE --swift VERSION [--debian PACKAGE=VERSION[:ARCH] ...] [--python REQUIREMENTS]

It names the Swift packages that SwiftPM resolved, Swift's runtime, the Debian packages whose libraries are linked, and the Python
packages that assets come from. The same input gives the same text: SOURCE_DATE_EPOCH is its time, else there is none.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import sys
import uuid


def swift_packages(state):
    """The remote packages of a workspace-state.json."""
    for dependency in json.loads(pathlib.Path(state).read_text())["object"]["dependencies"]:
        reference = dependency["packageRef"]
        if reference["kind"] != "remoteSourceControl":
            continue
        checkout = dependency["state"]["checkoutState"]
        version = checkout.get("version") or checkout["revision"]
        place = re.sub(r"\.git$", "", reference["location"]).split("://", 1)[-1]
        yield {
            "type": "library", "bom-ref": f"pkg:swift/{place}@{version}", "name": place.rsplit("/", 1)[-1], "version": version,
            "purl": f"pkg:swift/{place}@{version}",
            "externalReferences": [{"type": "vcs", "url": f"https://{place}"}],
            "properties": [{"name": "git:revision", "value": checkout["revision"]}],
        }


def debian_package(text):
    """A package as dpkg knows it: NAME=VERSION or NAME=VERSION:ARCH, where the version may hold colons itself."""
    match = re.fullmatch(r"([a-z0-9][a-z0-9+.-]+)=([^\s]+?)(?::(amd64|arm64|all))?", text)
    if not match:
        sys.exit(f"sbom: {text} is not PACKAGE=VERSION[:ARCH]")
    name, version, architecture = match.groups()
    quoted = version.replace("%", "%25").replace(":", "%3A").replace("+", "%2B")
    purl = f"pkg:deb/debian/{name}@{quoted}" + (f"?arch={architecture}" if architecture else "")
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def python_packages(requirements):
    """The packages of a requirements file, with the hashes that pip holds them to."""
    text = re.sub(r"\\\n", " ", pathlib.Path(requirements).read_text())
    for line in text.splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)==(\S+)", line)
        if match:
            name, version = match.group(1).lower().replace("_", "-"), match.group(2)
            purl = f"pkg:pypi/{name}@{version}"
            hashes = [{"alg": "SHA-256", "content": digest} for digest in re.findall(r"--hash=sha256:([0-9a-f]{64})", line)]
            yield {
                "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
                **({"hashes": hashes} if hashes else {}),
            }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", required=True, help="of the gateway")
    parser.add_argument("--state", required=True, help="SwiftPM's workspace-state.json of the release build")
    parser.add_argument("--swift", required=True, help="the version of the toolchain, whose runtime is part of the release")
    parser.add_argument("--debian", nargs="*", default=[], help="PACKAGE=VERSION[:ARCH]")
    parser.add_argument("--python", help="the requirements file whose packages' assets are part of the release")
    options = parser.parse_args()

    components = list(swift_packages(options.state))
    runtime = f"pkg:github/swiftlang/swift@swift-{options.swift}-RELEASE"
    components.append(
        {"type": "framework", "bom-ref": runtime, "name": "swift-runtime", "version": options.swift, "purl": runtime})
    components += [debian_package(text) for text in options.debian]
    components += list(python_packages(options.python)) if options.python else []
    components.sort(key=lambda component: component["purl"])

    gateway = f"pkg:generic/payment-gateway@{options.version}"
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": gateway, "name": "payment-gateway", "version": options.version, "purl": gateway,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": gateway, "dependsOn": [component["bom-ref"] for component in components]}],
    }
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        moment = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        document["metadata"]["timestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    content = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"
    json.dump(document, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
