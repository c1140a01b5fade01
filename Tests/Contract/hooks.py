"""What schemathesis does differently here: loaded by schemathesis.toml."""

import itertools

import schemathesis
from schemathesis.generation.meta import StatefulPhaseData

numbers = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request of a story a key of its own: made-up ones are often the same, and a story would end with a refused reuse."""
    key = "Idempotency-Key"
    if case.meta is not None and isinstance(case.meta.phase.data, StatefulPhaseData) and key in (case.headers or {}):
        case.headers[key] = f"story-{next(numbers)}"
