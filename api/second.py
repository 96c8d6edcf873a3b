"""The second factor at log-in: whose it is asked of, set up, checked, remembered, taken away."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session as Database

from adapters.records import ALL, Records
from adapters.records.factors import FACTORS, FactorMachineRow, FactorRow, RecoveryRow
from adapters.records.people import Person
from adapters.records.tables import AuditRow
from api.desk import shift_end
from api.identity import digest, now_ms
from api.throttle import address_of, charge, forgive, subjects_of
from core import totp
from core.actor import Actor
from core.errors import Refused
from core.sealing import Seal
from core.words import Role

RECOVERY = 8
"""Codes for who has lost their telephone."""
_RECOVERY_BYTES = 10
"""80 bits, 16 characters: hashed once, they are still nobody's to guess."""
WRONG = "This is not the code of now; wait for the next one, or use a recovery code."
ANEW = "Begin again: load the page for a new square."
SAID = (WRONG, ANEW)
"""What is said through a variable, for the catalogue."""


def has(records: Records, login: str) -> bool:
    """Whether somebody has set one up."""
    with records.session(ALL, reading=True) as session:
        return session.get(FactorRow, login) is not None


def waits(records: Records, roles: AbstractSet[Role], machine: str, person: Person) -> bool:
    """Whether somebody whose password is right is asked for more.

    Args:
        records: Where it is kept.
        roles: Who must have a second factor.
        machine: Cookie of the machine; empty where it has none.
        person: Who logs in.
    """
    with records.session(ALL, reading=True) as session:
        if session.get(FactorRow, person.login) is None:
            return person.role in roles
        mine = {"machine": digest(machine), "login": person.login}
        known = session.get(FactorMachineRow, mine) if machine else None
        return known is None or known.until < now_ms()


def seal_kept(records: Records, seal: Callable[[], Seal]) -> int:
    """Secrets that an earlier version kept readable are sealed; how many there were.

    The key is asked for only where there are any.
    """
    with records.session(ALL) as session:
        rows = session.scalars(select(FactorRow)).all()
        readable = [(row, key) for row in rows if (key := totp.key_of(row.secret)) is not None]
        for row, key in readable:
            row.secret = seal().sealed(row.login, key)
    return len(readable)


def set_up(
    records: Records, seal: Seal, login: str, secret: str, said: str, address: str
) -> list[str]:
    """A second factor, once a code shows that the telephone has it; its recovery codes.

    Raises:
        Refused: The code is not of this secret and now; or too many tries.
    """
    subjects = _subjects(login, address)
    charge(records, subjects, now_ms())
    key = totp.key_of(secret)
    if key is None:
        raise Refused(ANEW)
    step = totp.step_of(key, _plain(said), now_ms())
    if step is None:
        raise Refused(WRONG, code="unauthenticated")
    forgive(records, subjects)
    codes = [_recovery() for _ in range(RECOVERY)]
    with records.session(ALL) as session:
        _clear(session, login)
        sealed = seal.sealed(login, key)
        session.add(FactorRow(login=login, secret=sealed, step=step, set_at=now_ms()))
        session.add_all(RecoveryRow(login=login, hash=digest(_plain(code))) for code in codes)
        session.add(AuditRow(at=now_ms(), actor=login, action="second_factor", detail="set up"))
    return codes


def check(records: Records, seal: Seal, login: str, said: str, address: str) -> None:
    """Whether what somebody says is a code of now, or a recovery code; each opens once.

    Raises:
        Refused: It is none; or too many tries.
    """
    subjects = _subjects(login, address)
    charge(records, subjects, now_ms())
    with records.session(ALL) as session:
        right = _taken(session, seal, login, _plain(said))
    if not right:
        raise Refused(WRONG, code="unauthenticated")
    forgive(records, subjects)


def remember(records: Records, machine: str, login: str, timezone: str) -> None:
    """A machine asks no more for somebody's second factor until their shift ends."""
    shifts = [known.shift for known in records.staff.shifts(login)]
    now = now_ms()
    with records.session(ALL) as session:
        mine = (FactorMachineRow.machine == digest(machine)) & (FactorMachineRow.login == login)
        session.execute(delete(FactorMachineRow).where(mine | (FactorMachineRow.until < now)))
        until = shift_end(shifts, now, timezone)
        session.add(FactorMachineRow(machine=digest(machine), login=login, until=until))


def take_away(records: Records, login: str, *, by: str) -> bool:
    """All that there is of somebody's second factor; False where there was none."""
    with records.session(ALL) as session:
        there = session.get(FactorRow, login) is not None
        _clear(session, login)
        if there:
            detail = f"taken away from {login}"
            session.add(AuditRow(at=now_ms(), actor=by, action="second_factor", detail=detail))
    return there


def give_up(records: Records, roles: AbstractSet[Role], actor: Actor) -> None:
    """Somebody takes their own away.

    Raises:
        Refused: Their role must have one.
    """
    if actor.role in roles:
        raise Refused("Your role must have a second factor.", code="forbidden")
    take_away(records, actor.login, by=actor.login)


def left(records: Records, login: str) -> int:
    """Recovery codes that are not used yet."""
    with records.session(ALL, reading=True) as session:
        return session.query(RecoveryRow).filter_by(login=login).count()


def _taken(session: Database, seal: Seal, login: str, said: str) -> bool:
    """Uses a code up, in one statement that can only succeed once.

    Where the key is lost, recovery codes still open.
    """
    row = session.get(FactorRow, login)
    key = seal.opened(login, row.secret) if row is not None else None
    step = totp.step_of(key, said, now_ms()) if key is not None else None
    done = (
        update(FactorRow).where(FactorRow.login == login, FactorRow.step < step).values(step=step)
        if step is not None
        else delete(RecoveryRow).where(RecoveryRow.login == login, RecoveryRow.hash == digest(said))
    )
    result = session.execute(done, execution_options={"synchronize_session": False})
    return isinstance(result, CursorResult) and result.rowcount == 1


def _clear(session: Database, login: str) -> None:
    for table in FACTORS:
        session.execute(delete(table).where(table.login == login))


def _subjects(login: str, address: str) -> tuple[str, str]:
    """Codes have a count of their own: wrong ones shut nobody out of giving the password."""
    return subjects_of(f"second:{login}", address)[0], address_of(address)


def _recovery() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def _plain(said: str) -> str:
    """What was typed, without what people write between."""
    return "".join(c for c in said[:80] if c.isascii() and c.isalnum()).upper()
