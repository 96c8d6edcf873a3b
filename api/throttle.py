"""The throttle before log-ins: every try counts before its password is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from adapters.records import ALL, Records
from adapters.records.engine import insert_for
from adapters.records.tables import AttemptRow
from api.refusals import Told
from core.words import Text

FREE_TRIES = 5
LONGEST_WAIT_MS = 15 * 60_000
"""Five tries are free, then the wait doubles up to a quarter of an hour; never a lock, or
anybody could shut out anybody."""
OFFICE = 4
"""An address is shared by a whole office behind one router: it may err so much more often."""
_FORGOTTEN_MS = 12 * 3_600_000
_ACCOUNT, _ADDRESS = "login:", "address:"


def subjects_of(login: str, address: str) -> tuple[str, str]:
    """What a try is counted against: the account, whether there is one or not, and the address."""
    return f"{_ACCOUNT}{login[:64]}", address_of(address)


def address_of(address: str) -> str:
    """What a try is counted against that names no account."""
    return f"{_ADDRESS}{address[:64]}"


def charge(records: Records, subjects: Sequence[str], now: int) -> None:
    """Count a try as failed until :func:`forgive` says otherwise.

    Checked and counted in one transaction that locks first: of many tries at once no more
    than the free ones come to have their passwords looked at.

    Args:
        records: Where tries are kept.
        subjects: Of :func:`subjects_of`.
        now: System time. [ms]

    Raises:
        Told: Too many tries; it says how long to wait, and the try is not counted.
    """
    with records.session(ALL) as session:
        session.execute(
            insert_for(records.engine)(AttemptRow).on_conflict_do_nothing(),
            [{"subject": s, "failures": 0, "until": 0, "last": now} for s in sorted(subjects)],
        )
        rows = _locked(session, subjects)
        wait_ms = max(row.until for row in rows) - now
        if wait_ms > 0:
            wait = max(1, round(wait_ms / 1000))
            raise Told(Text("Too many tries; the next one in {wait} s.", {"wait": wait}),
                       code="too_many")  # fmt: skip
        for row in rows:
            row.failures = row.failures + 1 if now - row.last < _FORGOTTEN_MS else 1
            row.last = now
            beyond = row.failures - _free(row.subject)
            if beyond >= 0:
                row.until = now + min(LONGEST_WAIT_MS, 1000 * 2 ** min(beyond, 20))


def forgive(records: Records, subjects: Sequence[str]) -> None:
    """The try was a good one: an account begins anew, an address has one failure less."""
    accounts = [subject for subject in subjects if subject.startswith(_ACCOUNT)]
    others = [subject for subject in subjects if subject not in accounts]
    with records.session(ALL) as session:
        session.execute(delete(AttemptRow).where(AttemptRow.subject.in_(accounts)))
        for row in _locked(session, others):
            row.failures = max(0, row.failures - 1)
            if row.failures < _free(row.subject):
                row.until = 0


def _free(subject: str) -> int:
    return FREE_TRIES * (OFFICE if subject.startswith(_ADDRESS) else 1)


def _locked(session: Session, subjects: Sequence[str]) -> Sequence[AttemptRow]:
    """Rows in one order for everybody, so that no two wait for each other."""
    query = select(AttemptRow).where(AttemptRow.subject.in_(subjects))
    return session.scalars(query.order_by(AttemptRow.subject).with_for_update()).all()
