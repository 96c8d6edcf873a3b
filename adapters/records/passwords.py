"""Passwords: Argon2id, and the same time spent on an account that does not exist."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from pwdlib import PasswordHash

from core.errors import Refused

LEAST, MOST = 8, 128
"""ASVS 5.0: at least eight; a longest one, since hashing megabytes is an attack."""

_at_once = threading.Semaphore(2)
"""A hash takes 160 ms and 64 MB: more at once and a burst of log-ins stops everything else."""


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """The hash to keep.

    Raises:
        Refused: It is too short or too long.
    """
    if not LEAST <= len(password) <= MOST:
        raise Refused(f"a password has {LEAST} to {MOST} characters")
    with _at_once:
        return _hasher().hash(password)


def hashed_pin(pin: str) -> str:
    """The hash of a PIN, which whoever calls this has looked at."""
    with _at_once:
        return _hasher().hash(pin)


def verified(password: str, kept: str | None) -> bool:
    """Whether the password is right; takes as long where there is no account."""
    with _at_once:
        right = _hasher().verify(password[:MOST], kept or _nobody())
    return right and kept is not None and len(password) <= MOST
