"""Who asks: log-in sessions in cookies, API keys in headers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete

from adapters.records import ALL, Records
from adapters.records.passwords import verified
from adapters.records.people import Person
from adapters.records.tables import KeyRow, LoginRow
from api.throttle import charge, forgive, subjects_of
from core.actor import Actor
from core.errors import Refused
from core.words import Role

IDLE_MS = 30 * 60_000
ABSOLUTE_MS = 12 * 3_600_000
CREW_IDLE_MS = 12 * 3_600_000
CREW_ABSOLUTE_MS = 30 * 86_400_000
"""Office sessions end after half an hour of nobody; a plumber's phone lasts his shift."""
HALF_MS = 10 * 60_000
"""From the password to the second factor: time to find the telephone, or to set it up."""
_TOUCH_MS = 60_000  # a session's idle clock is written at most once a minute


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in that holds, with the token that its forms carry.

    Attributes:
        half: Whether the second factor is still to come.
    """

    actor: Actor
    csrf: str
    hash: str
    half: bool = False


def now_ms() -> int:
    """System time: sessions and throttles never follow a run's clock. [ms]"""
    return time.time_ns() // 1_000_000


def log_in(
    records: Records, login: str, password: str, address: str,
    half: Callable[[Person], bool] | None = None,
) -> tuple[str, Session]:  # fmt: skip
    """A new session; its secret is handed out once and kept as a hash.

    Args:
        records: Where it is kept.
        login: As typed.
        password: As typed.
        address: Where from; tries count by it.
        half: Of whose log-in a second factor is to come.

    Raises:
        Refused: Wrong, or too many tries: the same words whether the account exists or not.
    """
    login = login.strip().lower()
    subjects = subjects_of(login, address)
    charge(records, subjects, now_ms())
    person = records.people.get(login)
    if not verified(password, person.password if person else None) or person is None:
        raise Refused("Log-in or password is wrong.", code="unauthenticated")
    forgive(records, subjects)
    return open_session(records, person, half=half is not None and half(person))


def open_session(
    records: Records, person: Person, *, until: int | None = None, half: bool = False
) -> tuple[str, Session]:
    """A new session of somebody whose log-in was checked; ``until`` ends it whatever they do.

    One that is ``half`` opens nothing but the question for the second factor.
    """
    secret, now = secrets.token_urlsafe(32), now_ms()
    if half:
        until = now + HALF_MS
    row = LoginRow(
        hash=digest(secret), login=person.login, csrf=secrets.token_urlsafe(24), created=now,
        seen=now, until=until, half=half,
    )  # fmt: skip
    with records.session(ALL) as session:
        session.add(row)
        made = Session(person.actor(), row.csrf, row.hash, half)
    return secret, made


def log_out(records: Records, secret: str) -> None:
    """End a session at once, everywhere."""
    with records.session(ALL) as session:
        session.execute(delete(LoginRow).where(LoginRow.hash == digest(secret)))


def session_of(
    records: Records, secret: str, *, touch: bool = True, half: bool = False
) -> Session | None:
    """The session of a cookie, if it still holds; streams look without touching it.

    One that waits for its second factor is none, but to who asks for it (``half``).
    """
    key, now = digest(secret), now_ms()
    with records.session(ALL, reading=True) as session:
        row = session.get(LoginRow, key)
    person = records.people.get(row.login) if row is not None else None
    if row is None or person is None or (row.half and not half):
        return None
    crew = person.role is Role.TECHNICIAN
    idle, absolute = (CREW_IDLE_MS, CREW_ABSOLUTE_MS) if crew else (IDLE_MS, ABSOLUTE_MS)
    ended = row.until is not None and now > row.until
    if ended or now - row.seen > idle or now - row.created > absolute:
        log_out(records, secret)
        return None
    if touch and now - row.seen > _TOUCH_MS:
        with records.session(ALL) as session:
            again = session.get(LoginRow, key)
            if again is not None:
                again.seen = now
    return Session(person.actor(), row.csrf, key, row.half)


def make_key(records: Records, login: str, days: int) -> str:
    """A new API key of a person, shown once: ``prk_<id>_<secret>``."""
    id_, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    with records.session(ALL) as session:
        expires = now_ms() + days * 86_400_000
        session.add(KeyRow(id=id_, hash=digest(secret), login=login, expires=expires))
    return f"prk_{id_}_{secret}"


def actor_of_key(records: Records, key: str) -> Actor | None:
    """Who an API key speaks for."""
    prefix, _, rest = key.partition("_")
    id_, _, secret = rest.partition("_")
    if prefix != "prk" or not secret:
        return None
    with records.session(ALL, reading=True) as session:
        row = session.get(KeyRow, id_)
    if row is None or row.expires < now_ms() or not hmac.compare_digest(row.hash, digest(secret)):
        return None
    person = records.people.get(row.login)
    return person.actor() if person else None


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
