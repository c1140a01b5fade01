#!/usr/bin/env python3
"""Holds what gateways answered against openapi.yaml: check_answers.py ANSWERS OPENAPI_JSON

ANSWERS is what the integration tests have written down (see Tests/GatewayHarness/AnswerLog.swift). Each answer must be described:
its status for the operation, its media type, its headers, its problem code, and every member of its body. And each status and
each problem code that is described must be among the answers, but for those that UNSEEN gives a reason for.
"""

import collections
import copy
import json
import re
import sys

import jsonschema_rs

READERS = [
    "listOrders", "getOrder", "listTransactions", "getTransaction", "listTransactionEvents", "getPayment", "listRefunds",
]
# What is described and no integration test brings about: operation (None: any), status, problem code, and why.
UNSEEN = [
    (None, "500", "internal", "a mistake of the gateway's; RequestBoundaryTests makes one in process"),
    *((name, "503", "unavailable", "SQLite reads past every lock; RequestBoundaryTests has a database fail") for name in READERS),
    *(
        (name, "422", "card_number_refused", "CardNumberCorpusTests put numbers into paths and queries in process")
        for name in [*READERS, "listProviders", "listProviderCommands"]
    ),
    *(
        (name, "409", "order_already_paid", "the mock pays no canceled intent; ContradictionTests have two payments of one order")
        for name in ["confirmPayment", "capturePayment"]
    ),
    ("runProviderCommand", "503", "unavailable", "the memory of all bodies is full; BodyMemoryTests fill it in process"),
    ("getReadiness", "503", "unavailable", "a gateway that starts or ends has no open port; OperationsRoutes are asked in process"),
]
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def resolve(document, value):
    while isinstance(value, dict) and isinstance(value.get("$ref"), str) and value["$ref"].startswith("#/"):
        target = document
        for part in value["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def strict(value):
    """The same schema, taking no member that it does not name."""
    if isinstance(value, list):
        return [strict(element) for element in value]
    if not isinstance(value, dict):
        return value
    made = {name: strict(member) for name, member in value.items()}
    if "properties" in made and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return made


class Operation:
    def __init__(self, document, components, method, path, operation):
        self.name = operation["operationId"]
        self.method, self.path = method, path
        # A path with more fixed parts comes first: /payments/transactions is no payment intent.
        self.parameters = path.count("{")
        pattern = re.sub(r"\\\{(\w+)\\\}", lambda name: ".+" if name[1] == "path" else "[^/]+", re.escape(path))
        self.pattern = re.compile(f"{pattern}/?")
        self.responses = {}
        for status, response in operation["responses"].items():
            response = resolve(document, response)
            media = {}
            for media_type, content in response.get("content", {}).items():
                codes = {resolve(document, example)["value"]["code"] for example in content.get("examples", {}).values()
                         if media_type == "application/problem+json"}
                schema = {**strict(content["schema"]), "components": components}
                media[media_type] = (jsonschema_rs.Draft202012Validator(schema, validate_formats=True), codes)
            headers = {name: resolve(document, header) for name, header in response.get("headers", {}).items()}
            self.responses[status] = (media, headers)


def described(document):
    components = copy.deepcopy(document["components"])
    components["schemas"] = strict(components["schemas"])
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method.upper() in METHODS:
                yield Operation(document, components, method.upper(), path, operation)


def find(operations, method, path):
    fitting = [operation for operation in operations if operation.pattern.fullmatch(path)]
    method = "GET" if method == "HEAD" else method
    of_method = [operation for operation in fitting if operation.method == method]
    return min(of_method, key=lambda operation: operation.parameters, default=None), bool(fitting)


def mistakes(answer, operation, path_exists):
    status, headers = str(answer["status"]), answer["headers"]
    media_type = headers.get("content-type", "").split(";")[0]
    if operation is None:
        problem = json.loads(answer["body"]) if media_type == "application/problem+json" and answer["method"] != "HEAD" else {}
        expected = "405" if path_exists else "404"
        if status != expected:
            yield f"no such operation, and answered {status} and not {expected}"
        if status == "405" and "allow" not in headers:
            yield "405 without Allow"
        if answer["method"] != "HEAD" and problem.get("status") != answer["status"]:
            yield f"{status} without a problem document"
        return
    if status not in operation.responses and "default" not in operation.responses:
        yield f"{operation.name} answers {status}, which is not described"
        return
    media, described_headers = operation.responses.get(status) or operation.responses["default"]
    for name, header in described_headers.items():
        value = headers.get(name.lower())
        if value is None:
            if header.get("required"):
                yield f"{operation.name} {status} lacks the header {name}"
        elif "pattern" in header["schema"] and not re.search(header["schema"]["pattern"], value):
            yield f"{operation.name} {status}: {name}: {value}"
    if answer["method"] == "HEAD" or not media:
        return
    if media_type not in media and "*/*" not in media:
        yield f"{operation.name} {status} has the media type {media_type or 'none'}"
        return
    validator, codes = media.get(media_type) or media["*/*"]
    body = json.loads(answer["body"]) if media_type.endswith("json") else answer["body"]
    for error in validator.iter_errors(body):
        yield f"{operation.name} {status}: {'/'.join(map(str, error.instance_path))}: {error.message}"
    if codes and body.get("code") not in codes:
        yield f"{operation.name} {status} has no example of {body.get('code')}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as source:
        operations = list(described(json.load(source)))

    found, seen, count = collections.Counter(), set(), 0
    with open(sys.argv[1], encoding="utf-8") as source:
        for line in source:
            answer = json.loads(line)
            count += 1
            operation, path_exists = find(operations, answer["method"], answer["path"].split("?")[0])
            for mistake in mistakes(answer, operation, path_exists):
                found[mistake] += 1
            if operation is not None:
                status = str(answer["status"])
                seen.add((operation.name, status, None))
                if answer["headers"].get("content-type") == "application/problem+json" and answer["method"] != "HEAD":
                    seen.add((operation.name, status, json.loads(answer["body"])["code"]))

    excused = set()
    for operation in operations:
        for status, (media, _) in operation.responses.items():
            codes = {code for _, codes in media.values() for code in codes} or {None}
            for code in codes:
                wanted = (operation.name, status, code)
                reasons = [row for row in UNSEEN if row[0] in (None, operation.name) and row[1:3] == (status, code)]
                excused.update(reasons)
                if status != "default" and wanted not in seen and not reasons:
                    found[f"no test sees {operation.name} answer {status} {code or ''}".rstrip()] += 1
                if wanted in seen and any(row[0] is not None for row in reasons):
                    found[f"UNSEEN names {' '.join(filter(None, wanted))}, which is seen"] += 1
    for row in UNSEEN:
        if row not in excused:
            found[f"UNSEEN names what is not described: {row[:3]}"] += 1

    for mistake, times in sorted(found.items()):
        print(f"contract: {mistake}" + (f" ({times} times)" if times > 1 else ""), file=sys.stderr)
    if not count:
        sys.exit("contract: no answer was written down")
    if found:
        sys.exit(f"contract: {len(found)} differences between {count} answers and the description")
    print(f"contract: {count} answers of {len({name for name, _, _ in seen})} operations are as described")


if __name__ == "__main__":
    main()
