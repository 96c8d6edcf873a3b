"""Events of registers: found by ingest, decided by people, counted by ingest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import select

from adapters.records.base import ALL, Scope
from adapters.records.changes import record_change
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import AuditRow, MeterEventRow
from core.errors import Refused
from core.meters import Crossing, Decision, EventState, Happening, Looked, Waiting

log = structlog.get_logger(__name__)

SYSTEM = "system"
"""Who changes an event that no person has changed."""
MOST_OPEN = 50
"""Proposals of one register that may wait: a dial that jumps all day is one broken register,
and nobody reads the fifty-first; the log names it."""
_OURS = (EventState.PROPOSED, EventState.ACCEPTED)
_DECIDED = (EventState.CONFIRMED, EventState.REJECTED)
_PARTS = 500  # a database takes so many values in one condition


class RecordMeterEvents:
    """Implements :class:`core.meters.MeterEvents`, and what people do with the events."""

    def __init__(self, records: Source) -> None:
        self._records = records
        self._named: set[str] = set()

    def found(self, crossings: Sequence[Crossing], looked: Sequence[Looked]) -> None:
        """See the port; writes only where something is new."""
        points = sorted({one.point for one in looked} | {one.point for one in crossings})
        for first in range(0, len(points), _PARTS):
            self._found(points[first : first + _PARTS], crossings, looked)

    def _found(
        self, points: list[str], crossings: Sequence[Crossing], looked: Sequence[Looked]
    ) -> None:
        query = select(MeterEventRow).where(MeterEventRow.point.in_(points))
        mine = {(one.point, one.at): one for one in crossings if one.point in set(points)}
        with self._records.session(ALL, reading=True) as session:
            known = {(row.point, row.at): row for row in session.scalars(query)}
        news = [one for key, one in mine.items() if _is_news(known.get(key), one)]
        gone = [
            row.id
            for key, row in known.items()
            if row.state in _OURS and key not in mine and _within(row, looked)
        ]
        if not news and not gone:
            return
        with self._records.session(ALL) as session:
            for crossing in news:
                if not _put(session, crossing) and crossing.point not in self._named:
                    # Once: it jumps every hour, and the log is not to hold nothing else.
                    self._named.add(crossing.point)
                    log.warning("a register jumps too often to ask each time", point=crossing.point)
            for id_ in gone:
                row = session.get(MeterEventRow, id_)
                if row is not None and row.state in _OURS:
                    _change(row, EventState.WITHDRAWN, SYSTEM, row.at, {})
                    _tell(session, row)

    def decided(self, points: Sequence[str] | None = None) -> Mapping[str, Sequence[Decision]]:
        """See the port."""
        query = select(MeterEventRow).where(MeterEventRow.state.in_(_DECIDED))
        if points is not None and len(points) <= _PARTS:
            query = query.where(MeterEventRow.point.in_(points))
        said: dict[str, list[Decision]] = {}
        with self._records.session(ALL, reading=True) as session:
            for row in session.scalars(query.order_by(MeterEventRow.point, MeterEventRow.at)):
                if points is None or row.point in points:
                    said.setdefault(row.point, []).append(_decision(row))
        return said

    def waiting(self, most: int) -> Sequence[Waiting]:
        """See the port."""
        query = select(MeterEventRow).where(MeterEventRow.derived.is_(False))
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(query.order_by(MeterEventRow.id).limit(most)).all()
        return [Waiting(id=r.id, version=r.version, point=r.point, at=r.at) for r in rows]

    def counted(self, done: Sequence[Waiting]) -> None:
        """See the port."""
        with self._records.session(ALL) as session:
            for one in done:
                row = session.get(MeterEventRow, one.id)
                if row is not None and row.version == one.version:
                    row.derived = True
                    _tell(session, row)

    def list(
        self, scope: Scope, *, point: str = "", state: str = "", limit: int = 200
    ) -> Sequence[MeterEventRow]:
        """The newest first; ``open`` is what waits for a person."""
        query = select(MeterEventRow).order_by(MeterEventRow.at.desc(), MeterEventRow.id.desc())
        if point:
            query = query.where(MeterEventRow.point == point)
        if state == "open":
            query = query.where(MeterEventRow.state == EventState.PROPOSED)
        elif state:
            query = query.where(MeterEventRow.state == state)
        else:
            query = query.where(MeterEventRow.state != EventState.WITHDRAWN)
        with self._records.session(scope, reading=True) as session:
            return session.scalars(query.limit(limit)).all()

    def get(self, scope: Scope, id_: int) -> MeterEventRow:
        """One event.

        Raises:
            Refused: There is none in scope.
        """
        with self._records.session(scope, reading=True) as session:
            return _row(session, id_)

    def near(self, point: str, start: int, end: int) -> Sequence[MeterEventRow]:
        """Decided events of a register with ``start < at <= end``."""
        query = select(MeterEventRow).where(
            MeterEventRow.point == point, MeterEventRow.at > start, MeterEventRow.at <= end,
            MeterEventRow.state.in_(_DECIDED),
        )  # fmt: skip
        with self._records.session(ALL, reading=True) as session:
            return session.scalars(query).all()

    def decide(
        self, scope: Scope, id_: int, version: int, state: EventState, by: str, now: int,
        said: Mapping[str, Any],
    ) -> MeterEventRow:  # fmt: skip
        """Write down what a person says of an event; the use follows.

        Args:
            scope: Of that person.
            id_: Of the event.
            version: As they saw it.
            state: What it becomes: confirmed, rejected, or proposed again.
            by: Log-in.
            now: Run clock. [ms]
            said: ``kind``, ``closing``, ``opening``, ``exact``, ``note`` as far as given.

        Raises:
            Refused: It is not there, was changed meanwhile, or is so already.
        """
        with self._records.session(scope) as session:
            row = _row(session, id_)
            if row.version != version:
                raise Refused("Somebody changed it meanwhile; look again.", code="conflict")
            if row.state == state:
                raise Refused("It is so already.", code="conflict")
            _change(row, state, by, now, said)
            row.derived = False
            session.add(_audit(row, state, by, now, said))
            _tell(session, row)
        return row

    def declare(
        self, scope: Scope, *, point: str, building: str, at: int, by: str, now: int,
        said: Mapping[str, Any],
    ) -> MeterEventRow:  # fmt: skip
        """Write down a swap or reset that somebody made; the use follows, also of later reads.

        Raises:
            Refused: The register has an event at that very time, or is out of scope.
        """
        with self._records.session(scope) as session:
            query = select(MeterEventRow).where(
                MeterEventRow.point == point, MeterEventRow.at == at
            )
            if session.scalars(query).first() is not None:
                raise Refused("There is an event at that time; decide that one.", code="conflict")
            row = MeterEventRow(
                point=point, building=building, at=at, kind=Happening.SWAP,
                state=EventState.PROPOSED, before_at=None, before=None, first=None,
                closing=None, opening=None, exact=True, evidence={}, history=[], version=0,
                derived=False,
            )  # fmt: skip
            _change(row, EventState.CONFIRMED, by, now, said)
            session.add(row)
            session.flush()
            session.add(_audit(row, EventState.CONFIRMED, by, now, said))
            _tell(session, row)
        return row


def _row(session: ScopedSession, id_: int) -> MeterEventRow:
    row = session.get(MeterEventRow, id_)
    if row is None:
        raise Refused("there is no such event", code="absent")
    return row


def _put(session: ScopedSession, one: Crossing) -> bool:
    """A proposal, new or as it looks now; False where too many of its register wait already."""
    query = select(MeterEventRow).where(MeterEventRow.point == one.point)
    row = session.scalars(query.where(MeterEventRow.at == one.at)).first()
    state = EventState.ACCEPTED if one.accepted else EventState.PROPOSED
    if row is None:
        waits = session.scalars(query.where(MeterEventRow.state == EventState.PROPOSED)).all()
        if len(waits) >= MOST_OPEN and not one.accepted:
            return False
        row = MeterEventRow(
            point=one.point, building=one.building, at=one.at, history=[], version=0, exact=True,
            closing=None, opening=None, derived=True, state="",
        )  # fmt: skip
        session.add(row)
    elif row.state in _DECIDED:
        return True
    row.kind, row.before_at, row.before, row.first = one.kind, one.before_at, one.before, one.first
    row.evidence = dict(one.evidence)
    if row.state != state:
        _change(row, state, SYSTEM, one.at, {})
    session.flush()
    _tell(session, row)
    return True


def _is_news(row: MeterEventRow | None, one: Crossing) -> bool:
    if row is None:
        return True
    if row.state in _DECIDED:
        return False
    state = EventState.ACCEPTED if one.accepted else EventState.PROPOSED
    return (row.state, row.kind, row.before_at, row.before, row.first) != (
        state, one.kind, one.before_at, one.before, one.first,
    )  # fmt: skip


def _within(row: MeterEventRow, looked: Sequence[Looked]) -> bool:
    return any(one.point == row.point and one.after < row.at <= one.until for one in looked)


def _change(
    row: MeterEventRow, state: EventState, by: str, now: int, said: Mapping[str, Any]
) -> None:
    row.state, row.version = state, row.version + 1
    for name in ("kind", "closing", "opening", "exact"):
        if name in said:
            setattr(row, name, said[name])
    step = {"at": now, "by": by, "state": str(state), **{k: v for k, v in said.items() if v != ""}}
    row.history = [*row.history, step]


def _decision(row: MeterEventRow) -> Decision:
    happened = row.state == EventState.CONFIRMED
    return Decision(
        at=row.at, closing=row.closing if happened else None, opening=row.opening or 0.0,
        exact=row.exact,
    )  # fmt: skip


def _audit(row: MeterEventRow, state: str, by: str, now: int, said: Mapping[str, Any]) -> AuditRow:
    words = ", ".join(f"{k} {v}" for k, v in said.items() if v != "")
    detail = f"event {row.id} of {row.point}: {state}; {words}"
    return AuditRow(at=now, actor=by, action="meter_event", detail=detail)


def _tell(session: ScopedSession, row: MeterEventRow) -> None:
    record_change(session, kind="meter", building=row.building, ref=str(row.id), at=row.at)
