"""Short secrets sealed with a key that does not lie beside them.

By HMAC-SHA-256 alone (RFC 2104), encrypted first and then authenticated: one block of it, of a
number that is used once, hides what is secret, and another key signs that together with whose it
is. What is sealed can neither be read, nor changed, nor given to somebody else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

LEAST_KEY = 16
"""Characters of a key that somebody writes. Shorter ones are soon tried."""
MOST_BYTES = hashlib.sha256().digest_size
"""Longest secret: one block hides it. [B]"""
_ONCE, _SIGN = 12, 16
"""A number by chance, of which two alike come after some 2⁴⁸; and what is kept of the signature."""


@dataclass(frozen=True, slots=True, repr=False)
class Seal:
    """Seals and opens with one key."""

    key: bytes

    def sealed(self, whose: str, secret: bytes) -> str:
        """A secret as it may be kept.

        Raises:
            ValueError: It is longer than one block.
        """
        if len(secret) > MOST_BYTES:
            raise ValueError(f"{len(secret)} bytes are more than the {MOST_BYTES} that are hidden")
        once = secrets.token_bytes(_ONCE)
        hidden = self._masked(once, secret)
        return base64.urlsafe_b64encode(once + hidden + self._signed(whose, once, hidden)).decode()

    def opened(self, whose: str, kept: str) -> bytes | None:
        """The secret; None where another key sealed it, for somebody else, or nobody did."""
        try:
            raw = base64.b64decode(kept.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        once, hidden, sign = raw[:_ONCE], raw[_ONCE:-_SIGN], raw[-_SIGN:]
        if not hidden or not hmac.compare_digest(self._signed(whose, once, hidden), sign):
            return None
        return self._masked(once, hidden)

    def _masked(self, once: bytes, text: bytes) -> bytes:
        block = hmac.digest(self._part(b"hide"), once, hashlib.sha256)
        return bytes(a ^ b for a, b in zip(text, block, strict=False))

    def _signed(self, whose: str, once: bytes, hidden: bytes) -> bytes:
        said = b"".join((once, hidden, whose.encode()))
        # Of fixed lengths but for whose it is, which comes last: nothing can be read two ways.
        length = len(hidden).to_bytes(1, "big")
        return hmac.digest(self._part(b"sign"), length + said, hashlib.sha256)[:_SIGN]

    def _part(self, use: bytes) -> bytes:
        return hmac.digest(self.key, use, hashlib.sha256)
