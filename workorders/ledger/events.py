"""Non-routine events: what a person says changed beside a repair, and how far it counts.

An event counts once a second person has confirmed it. Days that are booked stay as they were
written: what an event changes is reckoned anew from both chains each time somebody looks
(:mod:`workorders.ledger.adjusting`). So a day that is taken back takes its adjustment with it,
and cells hold what was measured.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.records.ledger_events import LedgerEventRow, LedgerEventStepRow
from core.words import CARRIER_UNIT, Carrier
from workorders.ledger.sealing import FIRST, alone, seal

CONFIRMED, REFUSED, UNDONE = "confirmed", "refused", "undone"


class EventStanding(StrEnum):
    """How far an event is."""

    WAITING = "waiting"
    """For another person than who entered it."""
    COUNTS = "counts"
    REFUSED = "refused"
    UNDONE = "undone"


class Source(StrEnum):
    """Where the size of an event is from."""

    STATED = "stated"
    """A person says so, by the document."""
    ESTIMATED = "estimated"
    """A meter without an order, before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was said of an event."""

    what: str
    by: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEvent:
    """An event and what was said of it.

    Attributes:
        per_day: Added to a day's use; negative where it takes off. [kWh, m³]
        u: Half-width of it, 90 %. [kWh, m³]
        decided: Confirmed or refused.
        undone: What took that back.
    """

    id: int
    building: str
    place: str
    carrier: Carrier
    first: date
    last: date
    per_day: float
    u: float
    words: str
    document: str
    source: Source
    evidence: Mapping[str, Any]
    by: str
    at: int
    decided: Step | None = None
    undone: Step | None = None

    @property
    def unit(self) -> str:
        """Of its size."""
        return CARRIER_UNIT[self.carrier]

    @property
    def standing(self) -> EventStanding:
        """How far it is."""
        if self.undone is not None:
            return EventStanding.UNDONE
        if self.decided is None:
            return EventStanding.WAITING
        counts = self.decided.what == CONFIRMED
        return EventStanding.COUNTS if counts else EventStanding.REFUSED


def read_events(session: Session) -> list[LedgerEvent]:
    """Every event in a session's scope, the newest first."""
    steps: dict[tuple[int, int], Step] = {}
    for row in session.scalars(select(LedgerEventStepRow)):
        said = Step(what=row.what, by=row.by, at=row.at, reason=row.reason)
        steps[row.event_id, row.seq] = said
    return [
        LedgerEvent(
            id=row.id, building=row.building, place=row.place, carrier=Carrier(row.carrier),
            first=date.fromisoformat(row.first), last=date.fromisoformat(row.last),
            per_day=row.per_day, u=row.u, words=row.words, document=row.document,
            source=Source(row.source), evidence=row.evidence, by=row.by, at=row.at,
            decided=steps.get((row.id, 1)), undone=steps.get((row.id, 2)),
        )
        for row in session.scalars(select(LedgerEventRow).order_by(LedgerEventRow.id.desc()))
    ]  # fmt: skip


def counting(session: Session) -> list[LedgerEvent]:
    """Those that count."""
    return [e for e in read_events(session) if e.standing is EventStanding.COUNTS]


def steps_said(session: Session) -> int:
    """How many things were said of events so far: another number, and figures differ."""
    return session.scalar(select(func.count()).select_from(LedgerEventStepRow)) or 0


_EVENT = ("building", "place", "carrier", "first", "last", "per_day", "u", "words", "document",
          "source", "evidence", "by", "at")  # fmt: skip
_STEP = ("building", "event_id", "event_digest", "seq", "what", "by", "at", "reason")


def append_event(session: Session, row: LedgerEventRow, key: bytes) -> None:
    """Writes an event behind the last one."""
    alone(session)
    row.previous = _last(session, LedgerEventRow)
    row.digest = _digest(row, _EVENT, key)
    session.add(row)
    session.flush()


def append_step(session: Session, row: LedgerEventStepRow, key: bytes) -> None:
    """Writes what was said behind what was said before."""
    alone(session)
    row.previous = _last(session, LedgerEventStepRow)
    row.digest = _digest(row, _STEP, key)
    session.add(row)
    session.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEvents:
    """What a walk along both chains found: rows looked at, signed, and those that are broken.

    Attributes:
        broken: Such as ``event 3`` and ``step 5``.
    """

    rows: int
    signed: int
    broken: Sequence[str]


def check_events(session: Session, key: bytes = b"") -> CheckedEvents:
    """Walks both chains; for sessions of the whole campus."""
    events = session.scalars(select(LedgerEventRow).order_by(LedgerEventRow.id)).all()
    steps = session.scalars(select(LedgerEventStepRow).order_by(LedgerEventStepRow.id)).all()
    found = [*_walk("event", events, _EVENT, key), *_walk("step", steps, _STEP, key)]
    digests = {row.id: row.digest for row in events}
    of_others = {f"step {s.id}" for s in steps if digests.get(s.event_id) != s.event_digest}
    broken = [name for name, _, whole in found if not whole]
    return CheckedEvents(
        rows=len(found), signed=sum(signed for _, signed, _ in found),
        broken=tuple(dict.fromkeys([*broken, *sorted(of_others)])),
    )  # fmt: skip


def _walk(
    name: str, rows: Sequence[LedgerEventRow] | Sequence[LedgerEventStepRow],
    told: Sequence[str], key: bytes,
) -> Iterator[tuple[str, bool, bool]]:  # fmt: skip
    """Of each row: its name, whether it is signed, whether it is as it was written."""
    before, signed = FIRST, False
    for row in rows:
        mine = bool(key) and hmac.compare_digest(row.digest, _digest(row, told, key))
        plain = not signed and row.digest == _digest(row, told, b"")
        yield f"{name} {row.id}", mine, row.previous == before and (mine or plain)
        signed, before = signed or mine, row.digest


def _digest(row: LedgerEventRow | LedgerEventStepRow, told: Sequence[str], key: bytes) -> str:
    return seal([row.previous, *(getattr(row, name) for name in told)], key)


def _last(session: Session, of: type[LedgerEventRow | LedgerEventStepRow]) -> str:
    return session.scalars(select(of.digest).order_by(of.id.desc()).limit(1)).first() or FIRST
