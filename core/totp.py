"""Codes that change with time: RFC 6238 over RFC 4226, as telephones' authenticators make them.

SHA-1, 30 s and six digits: what every authenticator knows, and all that some of them do.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_S = 30
"""How long one code stands. [s]"""
DIGITS = 6
DRIFT = 1
"""Steps before and after now that count too: a telephone may be half a minute off, and a person
types for as long. More, and a code seen over a shoulder is good for longer."""
SECRET_BYTES = 20
"""As long as the hash, as RFC 4226 asks."""


def new_secret() -> str:
    """A secret as authenticators take it: base 32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes | None:
    """The bytes of a secret; None where it is none of ours."""
    try:
        key = base64.b32decode(secret.encode())
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == SECRET_BYTES else None


def code(key: bytes, counter: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226, 5.3)."""
    digest = hmac.new(key, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(key: bytes, said: str, now_ms: int) -> int | None:
    """The step whose code somebody says now; None where it is the code of none near. [ms]"""
    if not (said.isascii() and said.isdecimal() and len(said) == DIGITS):
        return None
    step = now_ms // 1000 // STEP_S
    near = range(max(0, step - DRIFT), step + DRIFT + 1)
    # All are compared, so that the answer takes as long whichever it is.
    right = [n for n in near if hmac.compare_digest(code(key, n), said)]
    return right[-1] if right else None


def address(issuer: str, login: str, secret: str) -> str:
    """What an authenticator reads off the square."""
    label = quote(f"{issuer}:{login}", safe=":")
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"
