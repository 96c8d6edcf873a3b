"""What is kept of telephone numbers and addresses: enough to know one again, not to read it."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy.orm import Session

from adapters.records.requests import KeyOfSite

REQUESTS = "requests"
"""Name of the key by which labels are signed and numbers are marked."""

_SHOWN_END = 4
_LONG, _SHOWN_START = 8, 3
_LEAST_DIGITS = 5
"""Shorter is an extension of the house; it is marked, and shown whole."""


def key_of(session: Session, name: str = REQUESTS) -> bytes | None:
    """A key of this installation, where it was made already."""
    row = session.get(KeyOfSite, name)
    return row.value if row is not None else None


def made_key(session: Session, name: str = REQUESTS) -> bytes:
    """A key of this installation, made where there is none yet."""
    known = key_of(session, name)
    if known is not None:
        return known
    value = secrets.token_bytes(32)
    session.add(KeyOfSite(name=name, value=value))
    session.flush()
    return value


def digits(phone: str) -> str:
    """A number as it is dialled, without what people write between."""
    return "".join(c for c in phone if c.isdigit())


def masked(phone: str) -> str:
    """A number as anybody may see it: ``138····5678``."""
    plain = digits(phone)
    if len(plain) < _LEAST_DIGITS:
        return plain
    start = plain[:_SHOWN_START] if len(plain) >= _LONG else ""
    hidden = len(plain) - len(start) - _SHOWN_END
    return start + "·" * max(hidden, 1) + plain[-_SHOWN_END:]


def marked(key: bytes, what: str, text: str) -> str:
    """The same for the same text, and for nothing else; empty for nothing."""
    if not text:
        return ""
    return hmac.new(key, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()


def phone_mark(key: bytes, phone: str) -> str:
    """Of a telephone number, by its last digits: people leave the country's code out."""
    return marked(key, "phone", digits(phone)[-11:])


def hashed(secret: str) -> str:
    """Of a link's secret, as the records keep it."""
    return hashlib.sha256(secret.encode()).hexdigest()
