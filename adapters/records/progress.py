"""How far data goes, and what has to be judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from sqlalchemy import Executable, case, delete, func, insert, or_, select

from adapters.records.base import ALL
from adapters.records.engine import insert_for
from adapters.records.meters import SYSTEM
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import ClockRow, GatewayRow, LateRow, MeterEventRow
from core.clock import DAY_MS
from core.meters import EventState, Undecided
from core.ports import ClockSeen, GatewayProgress, LateRange

_CLOCKS_KEPT_MS = 90 * DAY_MS
"""Longer than any verdict looks back; what is older explains nothing that is still judged."""


_ASKED = (EventState.PROPOSED, EventState.CONFIRMED, EventState.REJECTED)
"""Of events that nobody had told of: waiting for somebody, or decided since."""


class RecordProgress:
    """Implements :class:`core.ports.Progress`."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def report(
        self, progress: Sequence[GatewayProgress], late: Sequence[LateRange],
        clocks: Sequence[ClockSeen] = (),
    ) -> None:  # fmt: skip
        """See the port; ``unknown`` unsays no known state, and what is older unsays nothing.

        A late range that touches a waiting one replaces it, under a new id: analytics may be
        judging the old one at this moment, and will forget it by its id.
        """
        if not progress and not late and not clocks:
            return
        upsert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            if progress:
                session.execute(
                    self._merge,
                    [{"gateway": one.gateway, "newest": one.newest, "heard": one.heard,
                      "oldest_unsent": one.oldest_unsent, "state": one.state}
                     for one in sorted(progress, key=lambda one: one.gateway)],
                )  # fmt: skip
            for clock in clocks:
                seen = upsert(ClockRow).values(
                    gateway=clock.gateway, since=clock.since, until=clock.until, ahead=clock.ahead
                )
                new = seen.excluded
                session.execute(
                    seen.on_conflict_do_update(
                        index_elements=["gateway", "since"],
                        set_={"until": new.until, "ahead": new.ahead},
                    )
                )
            if clocks:
                oldest = max(clock.until for clock in clocks) - _CLOCKS_KEPT_MS
                session.execute(delete(ClockRow).where(ClockRow.until < oldest))
            if late:
                _add_late(session, late)

    @cached_property
    def _merge(self) -> Executable:
        """Progress into what is known; made once, since making it costs more than running it."""
        engine = self._records.engine
        # SQLite's max() of two values is PostgreSQL's greatest().
        greatest = func.max if engine.dialect.name == "sqlite" else func.greatest
        statement = insert_for(engine)(GatewayRow)
        new = statement.excluded
        stale = new.heard < GatewayRow.heard
        kept = stale | (new.state == "unknown")
        merge: Executable = statement.on_conflict_do_update(
            index_elements=["gateway"],
            set_={
                "newest": greatest(GatewayRow.newest, new.newest),
                "heard": greatest(GatewayRow.heard, new.heard),
                "oldest_unsent": case((stale, GatewayRow.oldest_unsent), else_=new.oldest_unsent),
                "state": case((kept, GatewayRow.state), else_=new.state),
            },
        )
        return merge

    def gateways(self) -> Mapping[str, GatewayProgress]:
        """See the port."""
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(select(GatewayRow)).all()
        return {
            row.gateway: GatewayProgress(
                gateway=row.gateway, newest=row.newest, oldest_unsent=row.oldest_unsent,
                heard=row.heard, state=row.state,
            )
            for row in rows
        }  # fmt: skip

    def clocks(self, since: int) -> Sequence[ClockSeen]:
        """See the port."""
        query = select(ClockRow).where(ClockRow.until > since)
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(query.order_by(ClockRow.since, ClockRow.gateway)).all()
        return [
            ClockSeen(gateway=row.gateway, since=row.since, until=row.until, ahead=row.ahead)
            for row in rows
        ]

    def undecided(self, since: int) -> Sequence[Undecided]:
        """See the port; rollovers that the rules count by themselves never wait."""
        query = select(MeterEventRow).where(
            MeterEventRow.state.in_(_ASKED), MeterEventRow.before_at.is_not(None),
            # Of decided ones only what can still be judged anew: they gather for ever.
            or_(
                MeterEventRow.state == EventState.PROPOSED,
                MeterEventRow.at > since - _CLOCKS_KEPT_MS,
            ),
        )  # fmt: skip
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(query.order_by(MeterEventRow.point, MeterEventRow.at)).all()
        found = [
            Undecided(
                point=row.point, before_at=row.before_at, at=row.at, until=_decided_at(row)
            )
            for row in rows
            if row.before_at is not None
        ]  # fmt: skip
        return [one for one in found if one.until is None or one.until > since]

    def late(self) -> Sequence[tuple[int, LateRange]]:
        """See the port."""
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(select(LateRow).order_by(LateRow.id)).all()
        return [(row.id, LateRange(point=row.point, start=row.start, end=row.end)) for row in rows]

    def forget_late(self, ids: Sequence[int]) -> None:
        """See the port."""
        with self._records.session(ALL) as session:
            _forget(session, ids)


def _decided_at(row: MeterEventRow) -> int | None:
    """When somebody first said what it was; who says it again later changes nothing of that."""
    if row.state == EventState.PROPOSED:
        return None
    return next((int(step["at"]) for step in row.history if step["by"] != SYSTEM), row.at)


def _forget(session: ScopedSession, ids: Sequence[int]) -> None:
    for first in range(0, len(ids), 500):
        session.execute(delete(LateRow).where(LateRow.id.in_(ids[first : first + 500])))


def _add_late(session: ScopedSession, late: Sequence[LateRange]) -> None:
    ranges: dict[str, list[tuple[int, int]]] = {}
    for one in late:
        if one.start < one.end:
            ranges.setdefault(one.point, []).append((int(one.start), int(one.end)))
    points = sorted(ranges)
    for first in range(0, len(points), 500):
        some = points[first : first + 500]
        columns = select(LateRow.id, LateRow.point, LateRow.start, LateRow.end)
        waiting = session.execute(columns.where(LateRow.point.in_(some))).all()
        touched = [row for row in waiting if _touches(row.start, row.end, ranges[row.point])]
        for row in touched:
            ranges[row.point].append((row.start, row.end))
        _forget(session, [row.id for row in touched])
    rows = [
        {"point": point, "start": start, "end": end}
        for point in points
        for start, end in _united(ranges[point])
    ]
    if rows:
        session.execute(insert(LateRow), rows)


def _touches(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(a <= end and start <= b for a, b in ranges)


def _united(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united
