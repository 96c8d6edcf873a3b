"""Switching the person on a machine that several share in a shift, by a PIN.

A PIN alone opens nothing: it stands for a full log-in of the same person on the same machine in
the same shift, and ends with the shift. After five wrong ones the full log-in is asked for again.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Database

from adapters.records import ALL, Records
from adapters.records.passwords import hashed_pin, verified
from adapters.records.people import Person
from adapters.records.pins import DeskRow, PinRow
from adapters.records.tables import LoginRow
from adapters.sites.people import Shift
from api.identity import Session, digest, log_in, now_ms, open_session
from api.throttle import address_of, charge, forgive
from core.actor import Actor
from core.clock import HOUR_MS
from core.errors import Refused
from core.words import Role

DIGITS = re.compile(r"[0-9]{4,8}", re.ASCII)
MOST_WRONG = 5
"""Of 10,000 PINs of four digits these are one in 2,000; then the password is asked for."""
LONGEST_MS = 12 * HOUR_MS
"""A shift that no roster ends."""
SHORT = "A PIN has 4 to 8 digits, and not all the same."
REFUSED = "Not this PIN, or not on this machine; log in with the password."
FULL = "Who administers logs in with the password."
SAID = (SHORT, REFUSED, FULL)
"""What is said through a variable, for the catalogue."""


def set_pin(records: Records, actor: Actor, password: str, pin: str, address: str) -> None:
    """Somebody's PIN, set by their password; an empty one takes it away.

    Raises:
        Refused: The password is wrong, the PIN is none, or they administer.
    """
    login = actor.login
    if actor.role == Role.ADMIN:
        raise Refused(FULL, code="forbidden")
    if pin and (not DIGITS.fullmatch(pin) or len(set(pin)) == 1):
        raise Refused(SHORT)
    secret, _ = log_in(records, login, password, address)  # throttled as any log-in is
    row = PinRow(login=login, hash=hashed_pin(pin), set_at=now_ms()) if pin else None
    with records.session(ALL) as session:
        session.execute(delete(LoginRow).where(LoginRow.hash == digest(secret)))
        session.execute(delete(PinRow).where(PinRow.login == login))
        session.execute(delete(DeskRow).where(DeskRow.login == login))
        if row is not None:
            session.add(row)


def has_pin(records: Records, login: str) -> bool:
    """Whether somebody has one."""
    with records.session(ALL, reading=True) as session:
        return session.get(PinRow, login) is not None


def remember(records: Records, machine: str | None, login: str, timezone: str) -> str | None:
    """A full log-in on a machine, where the person has a PIN; the machine's secret.

    Args:
        records: Where it is kept.
        machine: The machine's secret so far.
        login: Who logged in.
        timezone: In which shifts are written.
    """
    person = records.people.get(login)
    if person is None or person.role is Role.ADMIN or not has_pin(records, login):
        return machine
    machine, now = machine or secrets.token_urlsafe(32), now_ms()
    shifts = [known.shift for known in records.staff.shifts(login)]
    with records.session(ALL) as session:
        mine = (DeskRow.machine == digest(machine)) & (DeskRow.login == login)
        session.execute(delete(DeskRow).where(mine | (DeskRow.until < now)))
        until = shift_end(shifts, now, timezone)
        session.add(DeskRow(machine=digest(machine), login=login, until=until, wrong=0))
    return machine


def shift_end(shifts: Sequence[Shift], now: int, timezone: str) -> int:
    """When the shift ends in which a moment lies, 12 h from it at the latest. [ms]"""
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [now + LONGEST_MS]
    for shift in shifts:
        if shift.covers(local.isoweekday(), minute):
            days = 1 if shift.end <= minute else 0
            end = midnight + timedelta(days=days, minutes=shift.end)
            ends.append(round(end.timestamp() * 1000))
    return min(ends)


def people_at(records: Records, machine: str | None) -> list[Person]:
    """Who may be switched to on a machine now."""
    if not machine:
        return []
    query = select(DeskRow.login).where(
        DeskRow.machine == digest(machine), DeskRow.until > now_ms(), DeskRow.wrong < MOST_WRONG
    )
    with records.session(ALL, reading=True) as session:
        logins = session.scalars(query.order_by(DeskRow.login)).all()
    return [person for login in logins if (person := records.people.get(login)) is not None]


def switch(
    records: Records, machine: str, login: str, pin: str, address: str
) -> tuple[str, Session]:
    """A session by PIN, until the shift of the full log-in ends.

    Raises:
        Refused: Wrong, or not on this machine: the same words, whatever it was; or too many tries
            from this address.
    """
    subjects = (address_of(address),)
    charge(records, subjects, now_ms())
    with records.session(ALL) as session:
        row, kept = _tried(session, machine, login)
    # A PIN costs tens of megabytes to look at: only on a machine whose secret (256 bits) is known.
    if row is None:
        raise Refused(REFUSED, code="unauthenticated")
    person = records.people.get(login)
    if not verified(pin, kept) or person is None:
        raise Refused(REFUSED, code="unauthenticated")
    forgive(records, subjects)
    if person.role is Role.ADMIN:
        raise Refused(FULL, code="forbidden")
    with records.session(ALL) as session:
        mine = (DeskRow.machine == row.machine) & (DeskRow.login == login)
        session.execute(update(DeskRow).where(mine).values(wrong=0))
    return open_session(records, person, until=row.until)


def _tried(session: Database, machine: str, login: str) -> tuple[DeskRow | None, str | None]:
    """Counts a try as wrong before its PIN is looked at: of many at once five are looked at."""
    mine = (DeskRow.machine == digest(machine)) & (DeskRow.login == login)
    holds = mine & (DeskRow.until > now_ms()) & (DeskRow.wrong < MOST_WRONG)
    row = session.scalars(
        update(DeskRow).where(holds).values(wrong=DeskRow.wrong + 1).returning(DeskRow),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    kept = session.get(PinRow, login)
    if row is None or kept is None:
        return None, None
    session.expunge(row)
    return row, kept.hash
