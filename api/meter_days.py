"""Use of a register by interval, and what its days are made of, as far as a person may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analytics.meter_days import MeterDay, Uses, guesses, meter_days, told
from api.formats import days_before, local
from api.scoped import ScopedReader
from api.services import Services
from core.batch import Intervals
from core.clock import DAY_MS
from core.errors import Refused
from core.meters import Decision
from core.quantity import Kind
from core.site import Site

MOST_DAYS = 92
"""Days of one answer: the longest quarter of a year."""
MOST_INTERVALS = 30_000
"""Intervals of one answer, some 3 MB: 92 days of five minutes, twenty of one."""

NOBODY: Mapping[int, Sequence[Decision]] = {}
"""Nobody decided anything."""


def register(reader: ScopedReader, site: Site, id_: str) -> int:
    """Index of a register by id.

    Raises:
        Refused: No such point in scope, or it is no register.
    """
    index = reader.index(id_)
    if site.points[index].kind is not Kind.REGISTER:
        raise Refused("That point is no register.")
    return index


def days_of(
    reader: ScopedReader, site: Site, points: Sequence[int], edges: Sequence[int], now: int,
    said: Mapping[int, Sequence[Decision]] = NOBODY,
) -> dict[int, list[MeterDay]]:  # fmt: skip
    """The days of some registers, read at once.

    Args:
        reader: Use in scope.
        site: Of the points.
        points: Indices of the registers.
        edges: Local midnights, one more than days. [ms]
        now: The run clock. [ms]
        said: What people decided, by point; without it every estimate counts as spread.
    """
    uses = _uses(reader, site, points, edges, said)
    return {p: meter_days(uses[p], edges, site.points[p].period_s * 1000, now) for p in points}


def midnights(site: Site, start: int, end: int) -> list[int]:
    """Midnights of the local days that touch ``(start, end]``, one more than days. [ms]"""
    zone = site.timezone
    days = (local(end - 1, zone).date() - local(start, zone).date()).days
    return days_before(end - 1, zone, days)


def use_between(
    given: Services, reader: ScopedReader, point: int, start: int, end: int
) -> tuple[Uses, list[MeterDay]]:
    """Intervals that end in ``start < end <= end`` and the days that touch that time.

    Raises:
        Refused: It ends before it starts, or is more than is answered at once.
    """
    site, now = given.site, given.clock.now()
    if end <= start:
        raise Refused("'to' must be later than 'from'", code="range")
    period = site.points[point].period_s * 1000
    most = max(1, min(MOST_DAYS, MOST_INTERVALS * period // DAY_MS))
    if end - start > most * DAY_MS:
        raise Refused(f"at most {most} days of this register at once", code="range")
    end = min(end, now + DAY_MS)  # what is still to come has no days yet
    if end <= start:
        return _within(
            _uses(reader, site, [point], [start, start], NOBODY)[point], start, start
        ), []
    edges = midnights(site, start, end)
    uses = _uses(reader, site, [point], edges, decisions(given, [point]))[point]
    return _within(uses, start, end), meter_days(uses, edges, period, now)


def decisions(given: Services, points: Sequence[int]) -> dict[int, Sequence[Decision]]:
    """What people decided of these registers' events, by point, in time order."""
    ids = {given.site.points[p].id: p for p in points}
    return {ids[id_]: said for id_, said in given.records.meters.decided([*ids]).items()}


def _uses(
    reader: ScopedReader, site: Site, points: Sequence[int], edges: Sequence[int],
    said: Mapping[int, Sequence[Decision]],
) -> dict[int, Uses]:  # fmt: skip
    """Use around some days, read a little farther so that what lies across an edge is whole."""
    periods = {p: site.points[p].period_s * 1000 for p in points}
    around = max(DAY_MS, 2 * max(periods.values(), default=0))
    rows = reader.intervals(points, edges[0] - around, edges[-1] + around)
    return {
        p: told(_only(rows, p), period, guesses(said.get(p, ()))) for p, period in periods.items()
    }


def _only(rows: Intervals, point: int) -> Intervals:
    own = rows.point == point
    return Intervals(
        point=rows.point[own], at=rows.at[own], value=rows.value[own], state=rows.state[own],
        revision=rows.revision[own],
    )  # fmt: skip


def _within(uses: Uses, start: int, end: int) -> Uses:
    which = (uses.end > start) & (uses.end <= end)
    return Uses(
        start=uses.start[which], end=uses.end[which], value=uses.value[which],
        state=uses.state[which], declared=uses.declared[which], revision=uses.revision[which],
    )  # fmt: skip
