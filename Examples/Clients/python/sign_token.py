"""sign_token.py SUBJECT [SCOPE]: prints a token of a user that is valid for ten minutes, signed with GATEWAY_JWT_SECRET."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign_token(subject, scope=None, *, secret, lifetime=600):
    now = int(time.time())
    claims = {"sub": subject, "iat": now, "exp": now + lifetime}
    if scope:
        claims["scope"] = scope
    parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.digest(secret.encode(), ".".join(parts).encode(), hashlib.sha256)
    return ".".join([*parts, base64url(signature)])


if __name__ == "__main__":
    secret = os.environ.get("GATEWAY_JWT_SECRET")
    if not secret:
        sys.exit("GATEWAY_JWT_SECRET must be set to the secret that the gateway has")
    print(sign_token(*sys.argv[1:3], secret=secret))
