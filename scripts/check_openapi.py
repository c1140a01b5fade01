#!/usr/bin/env python3
"""Checks an OpenAPI description: check_openapi.py FILE

It must be valid OpenAPI, each example must fit its schema, each component must be used,
each error answer must bear the request's id, and each problem code must have an example.
"""

import sys

import jsonschema
import openapi_spec_validator
import yaml

from openapi_to_json import load


def pointers(value, path="#"):
    """Every object in the document, with where it is."""
    if isinstance(value, dict):
        yield path, value
        for key, member in value.items():
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield from pointers(member, f"{path}/{escaped}")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from pointers(element, f"{path}/{index}")


def resolve(document, value):
    """What a reference into the same document refers to; anything else is itself."""
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        target = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def examples(document, holder):
    """The examples of a media type, a parameter or a schema, by name."""
    if "example" in holder:
        yield "example", holder["example"]
    named = holder.get("examples")
    if isinstance(named, dict):
        for name, example in named.items():
            yield name, resolve(document, example)["value"]


def example_mistakes(document):
    for path, holder in pointers(document):
        if "schema" not in holder:
            continue
        # The components come along so that references within the schema lead somewhere.
        schema = {**holder["schema"], "components": document["components"]}
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        for name, value in examples(document, holder):
            for error in validator.iter_errors(value):
                yield f"{path}: example {name}: {error.json_path}: {error.message}"
    for name, schema in document["components"]["schemas"].items():
        validator = jsonschema.Draft202012Validator({**schema, "components": document["components"]})
        for value in schema.get("examples", []):
            for error in validator.iter_errors(value):
                yield f"#/components/schemas/{name}: example: {error.json_path}: {error.message}"


def unused_components(document):
    used = {value["$ref"] for _, value in pointers(document) if isinstance(value.get("$ref"), str)}
    for kind, members in document["components"].items():
        if kind == "securitySchemes":
            continue
        for name in members:
            if f"#/components/{kind}/{name}" not in used:
                yield f"#/components/{kind}/{name}: nothing refers to it"


def problem_mistakes(document):
    shown = set()
    for path, value in pointers(document):
        problem = value.get("content", {}).get("application/problem+json") if isinstance(value.get("content"), dict) else None
        if problem is None:
            continue
        if "X-Request-Id" not in value.get("headers", {}):
            yield f"{path}: an error answer without X-Request-Id"
        shown.update(example["code"] for _, example in examples(document, problem))
    for code in document["components"]["schemas"]["ProblemCode"]["enum"]:
        if code not in shown:
            yield f"#/components/schemas/ProblemCode: no answer shows {code}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = sys.argv[1]
    try:
        document = load(path)
    except yaml.YAMLError as error:
        sys.exit(f"{path}: {error}")

    mistakes = [f"{error.json_path}: {error.message}" for error in openapi_spec_validator.OpenAPIV31SpecValidator(document).iter_errors()]
    if not mistakes:
        mistakes = [*example_mistakes(document), *unused_components(document), *problem_mistakes(document)]
    for mistake in mistakes:
        print(f"{path}: {mistake}", file=sys.stderr)
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
