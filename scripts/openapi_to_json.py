#!/usr/bin/env python3
"""Writes a YAML file as JSON: openapi_to_json.py INPUT OUTPUT

Keys keep their order, a key given twice is an error, and only what JSON itself knows is
converted: a date stays the string it is written as, and so do the words yes, no, on and off.
"""

import json
import re
import sys

import yaml


class JSONLoader(yaml.SafeLoader):
    """Resolves plain scalars by YAML 1.2's JSON schema in place of YAML 1.1's guesses."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    "in a mapping", node.start_mark, f"the key {key.value!r} is given twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


JSONLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|)$"), ["n", ""])
JSONLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
JSONLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
JSONLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-0123456789"),
)


def text_keys(value):
    """The same value with every key a string, as JSON wants it: a response is found under "200", not 200."""
    if isinstance(value, dict):
        return {str(key): text_keys(member) for key, member in value.items()}
    if isinstance(value, list):
        return [text_keys(element) for element in value]
    return value


def load(path):
    with open(path, encoding="utf-8") as source:
        return text_keys(yaml.load(source, Loader=JSONLoader))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = sys.argv[1:]
    try:
        document = load(source)
    except yaml.YAMLError as error:
        sys.exit(f"{source}: {error}")
    with open(target, "w", encoding="utf-8") as output:
        json.dump(document, output, ensure_ascii=False, indent=1, allow_nan=False)
        output.write("\n")


if __name__ == "__main__":
    main()
