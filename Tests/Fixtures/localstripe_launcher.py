"""Runs localstripe (PyPI) as a server for the Stripe provider's tests: localstripe_launcher.py [--port PORT]

localstripe is a server that nobody here wrote; this launcher changes only where it listens and what it has no notion of:

- It binds 127.0.0.1, not every interface. With port 0 the system picks one. The first line of output is {"port": ...}.
- It keeps its objects in memory, not in a file that all localstripes of a machine share.
- Parameters that Stripe documents and localstripe refuses are dropped, and listed under GET /_config/requests with
  everything else each POST held. Parameters that Stripe does not document still get localstripe's refusal.
- A confirmation's `payment_method` is put onto the intent first, as Stripe does, also after a declined attempt.
- A decline (402) has the error type `card_error`, as at Stripe; localstripe calls every error `invalid_request_error`.
"""

import argparse
import json
import re
import socket
import sys

try:
    from aiohttp import web
    from localstripe import resources, server
except ImportError as error:
    sys.exit(f"{error}; `make test` installs scripts/requirements-test.txt into .venv, with localstripe in it")

INTENT = r"/v1/payment_intents/(?P<id>pi_\w+)"

# By path: parameters of Stripe's API reference that localstripe does not know.
DROPPED = {
    r"/v1/payment_intents": {
        "automatic_payment_methods", "confirmation_method", "description", "receipt_email", "return_url", "setup_future_usage",
        "shipping", "statement_descriptor", "statement_descriptor_suffix",
    },
    INTENT + r"/confirm": {"payment_method", "return_url", "receipt_email", "setup_future_usage", "off_session"},
    INTENT + r"/cancel": {"cancellation_reason"},
    INTENT + r"/capture": {"final_capture", "statement_descriptor_suffix", "metadata"},
    r"/v1/refunds": {"reason"},
}

requests = []


def adapt_parameters(path, data):
    """Removes from `data` what localstripe does not know; returns what was removed."""
    for pattern, names in DROPPED.items():
        if re.fullmatch(pattern, path):
            return {name: data.pop(name) for name in names & data.keys()}
    return {}


def set_payment_method(path, data):
    """Does what a confirmation's `payment_method` does at Stripe."""
    confirmation = re.fullmatch(INTENT + "/confirm", path)
    token = data.get("payment_method")
    if not confirmation or not token:
        return
    intent = resources.PaymentIntent._api_retrieve(confirmation["id"])
    if intent.status not in ("requires_payment_method", "requires_confirmation"):
        return
    intent.payment_method = resources.PaymentMethod._api_retrieve(token).id
    # A failed charge would keep the intent from being confirmed again.
    intent.latest_charge = None


def install_adaptations():
    original = server.get_post_data

    async def get_post_data(request, remove_auth=True):
        data = await original(request, remove_auth) or {}
        # localstripe reads the body twice: for authentication, then for the call. The second time counts.
        if remove_auth and request.path.startswith("/v1/"):
            entry = {
                "method": request.method,
                "path": request.path,
                "headers": {name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"},
                "parameters": json.loads(json.dumps(data)),
            }
            set_payment_method(request.path, data)
            entry["dropped"] = sorted(adapt_parameters(request.path, data))
            requests.append(entry)
        return data

    server.get_post_data = get_post_data

    @web.middleware
    async def type_declines(request, handler):
        response = await handler(request)
        if response.status == 402:
            body = json.loads(response.text)
            body["error"]["type"] = "card_error"
            return web.json_response(body, status=402)
        return response

    server.app.middlewares.insert(0, type_declines)
    server.app.router.add_get("/_config/requests", lambda _: web.json_response(requests))
    resources.Store.dump_to_disk = lambda store: None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    port = parser.parse_args().port

    install_adaptations()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    web.run_app(server.app, sock=listener, print=None)


if __name__ == "__main__":
    main()
