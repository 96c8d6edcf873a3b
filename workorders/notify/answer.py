"""Where a telephone service asks when a key was pressed: signed, for one person, order and hour."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from core.clock import HOUR_MS

LASTS_MS = HOUR_MS
"""A ring is over long before; the same as one is tried for."""


def address(console: str, secret: str, order: str, login: str, now: int) -> str:
    """The address for one ring; whoever has it may acknowledge, and nothing else. [ms]"""
    until = now + LASTS_MS
    signed = _signature(secret, order, login, until)
    return f"{console}/ring/{quote(order)}/{quote(login)}/{until}/{signed}"


def holds(secret: str, order: str, login: str, until: int, signed: str, now: int) -> bool:
    """Whether it is ours and not too old. [ms]"""
    mine = _signature(secret, order, login, until)
    return bool(secret) and now <= until and hmac.compare_digest(mine, signed)


def _signature(secret: str, order: str, login: str, until: int) -> str:
    said = f"{order}\n{login}\n{until}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:40]
