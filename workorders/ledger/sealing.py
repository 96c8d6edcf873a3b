"""Digests that bind a row to the one before it, and one writer at a time for a chain of them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.orders import OrderNumber

FIRST = "0" * 64
"""What the first row of a chain follows."""


def seal(told: Sequence[object], key: bytes = b"") -> str:
    """Of what a row says and the digest before it: a hash, or an HMAC where there is a key."""
    said = json.dumps(list(told), separators=(",", ":"), sort_keys=True).encode()
    if key:
        return hmac.new(key, said, hashlib.sha256).hexdigest()
    return hashlib.sha256(said).hexdigest()


def alone(session: Session) -> None:
    """A chain has one writer at a time, as orders have: who holds their numbers."""
    if session.get_bind().dialect.name != "sqlite":
        session.scalars(select(OrderNumber.year).with_for_update()).all()
