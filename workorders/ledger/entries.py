"""Entries of the ledger: each carries the digest of the one before, signed where there is a key.

Without a key whoever may write to the database can write the whole chain anew. With one, kept
outside of it, they cannot: what was signed is followed by nothing that is not.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.records.ledger import DayRow
from workorders.ledger.sealing import FIRST, alone, seal


class Entry(StrEnum):
    """What an entry of a day is."""

    PROVISIONAL = "provisional"
    """The repair is not proven yet: it never counts."""
    VERIFIED = "verified"
    REVERSED = "reversed"
    """Takes a verified entry back."""
    DISPUTED = "disputed"
    """More than its meter would have used at all: it does not count."""
    NOT_ESTIMABLE = "not_estimable"
    """Nothing is booked, and that is said."""


COUNTED = (Entry.VERIFIED.value, Entry.REVERSED.value)
"""Whose signed savings make the totals."""

_SIGNED = (
    "account_id", "order_id", "at", "day", "carrier", "cell", "counterfactual", "actual", "saving",
    "hours", "u", "state", "why", "price", "price_from", "factor", "factor_from", "revision",
    "building",
)  # fmt: skip


def digest(row: DayRow, previous: str, key: bytes = b"") -> str:
    """Of an entry and the one before it: a hash, or an HMAC where there is a key."""
    return seal([previous, *(getattr(row, name) for name in _SIGNED)], key)


def write(session: Session, rows: Iterable[DayRow], key: bytes = b"") -> int:
    """Appends entries, each bound to the one before, signed where there is a key; how many.

    The chain has one writer at a time, as orders have: who holds their numbers.
    """
    alone(session)
    last = session.scalars(select(DayRow.digest).order_by(DayRow.id.desc()).limit(1)).one_or_none()
    before, count = last or FIRST, 0
    for row in rows:
        row.previous = before
        before = row.digest = digest(row, before, key)
        session.add(row)
        # Ids are given in the order of the chain.
        session.flush()
        count += 1
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a walk along the chain found.

    Attributes:
        entries: Looked at.
        broken: Ids of entries that are not as they were signed, or whose forerunner is gone.
        last: Digest of the last one: kept elsewhere, it shows a tail cut off.
        signed: Entries that are signed by the key.
    """

    entries: int
    signed: int
    broken: Sequence[int]
    last: str


def check(session: Session, key: bytes = b"") -> Checked:
    """Walks the whole chain; for sessions of the whole campus.

    Entries from before there was a key are only hashed. After the first that is signed all must
    be; without the key a signed one cannot be told from a changed one.
    """
    before, broken, count, signed = FIRST, [], 0, 0
    for row in session.scalars(select(DayRow).order_by(DayRow.id).execution_options(yield_per=500)):
        count += 1
        mine = bool(key) and hmac.compare_digest(row.digest, digest(row, row.previous, key))
        plain = not signed and row.digest == digest(row, row.previous)
        if row.previous != before or not (mine or plain):
            broken.append(row.id)
        signed += mine
        before = row.digest
    return Checked(entries=count, signed=signed, broken=broken, last=before)


def revision(session: Session, account: int, day: str, carrier: str) -> int:
    """The next revision of a day's entry."""
    query = select(func.max(DayRow.revision)).where(
        DayRow.account_id == account, DayRow.day == day, DayRow.carrier == carrier
    )
    return (session.scalar(query) or 0) + 1
