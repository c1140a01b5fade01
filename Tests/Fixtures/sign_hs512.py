"""Prints a JWT that is properly signed with HMAC-SHA512: sign_hs512.py SECRET CLAIMS"""

import base64
import hashlib
import hmac
import sys


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def main():
    secret, claims = (argument.encode() for argument in sys.argv[1:])
    signed = encode(b'{"alg":"HS512","typ":"JWT"}') + b"." + encode(claims)
    signature = encode(hmac.new(secret, signed, hashlib.sha512).digest())
    print((signed + b"." + signature).decode())


if __name__ == "__main__":
    main()
