"""A client of the payment gateway: what every program that calls it needs, in one file."""

import hashlib
import hmac
import time
import uuid
from decimal import Decimal

import requests


class Problem(Exception):
    """An answer of 400 or more: a problem document of RFC 9457. Tell problems apart by `code`, and show `detail` to people."""

    def __init__(self, status, document):
        super().__init__(f"{status} {document.get('code')}: {document.get('detail')}")
        self.status = status
        self.code = document.get("code")
        self.decline_code = document.get("decline_code")
        self.errors = document.get("errors", [])
        self.request_id = document.get("request_id")


class Gateway:
    """One user's view of the gateway."""

    # A provider has 20 seconds; whoever waits longer gets its answer instead of asking again.
    TIMEOUT = 30

    def __init__(self, url, token):
        self.url = url.rstrip("/") + "/api/v1"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path, **query):
        return self._final("GET", path, params=query)

    def post(self, path, body=None, key=None, timeout=TIMEOUT, **query):
        """Posts, and repeats until the answer is final. `key` is the Idempotency-Key: with the same one the gateway does it once,
        however often it is asked. Keep it with what you want done, before you ask: then it survives a crash of your program too."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._final("POST", path, json=body, params=query, headers=headers, timeout=timeout)

    def _final(self, method, path, timeout=TIMEOUT, **request):
        for _ in range(30):
            try:
                response = self.session.request(method, self.url + path, timeout=timeout, **request)
            except (requests.ConnectionError, requests.Timeout):
                response = None
            if response is None or "json" not in response.headers.get("Content-Type", ""):
                # Silence, or a proxy's page: nobody knows whether it was done. The key makes it safe to ask again.
                print("  no answer, asking again with the same key")
                time.sleep(1)
                continue
            # Amounts are exact: JSON numbers as decimals, never as floats.
            document = response.json(parse_float=Decimal)
            in_flight = response.status_code == 409 and document["code"] == "idempotency_in_flight"
            if response.status_code in (202, 429, 503) or in_flight:
                # 202: the provider's outcome is not known yet. 409: the first request is still at work. 429, 503: not now.
                print(f"  {response.status_code} {document.get('code', 'accepted')}, asking again")
                time.sleep(int(response.headers.get("Retry-After", 1)))
                continue
            if not response.ok:
                raise Problem(response.status_code, document)
            return Answer(document, response)
        raise TimeoutError(f"{method} {path}: no final answer")


class Answer(dict):
    """A JSON object, with the response that it came in."""

    def __init__(self, document, response):
        super().__init__(document)
        self.bytes = response.content
        self.is_replay = response.headers.get("Idempotency-Replayed") == "true"


def mock_signature(body, secret, now=None):
    """The header with which the mock provider signs a webhook. Stripe's is made in the same way, under another name."""
    now = int(now or time.time())
    digest = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Mock-Signature": f"t={now},v1={digest}"}
