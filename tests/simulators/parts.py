"""A campus of the sample site, and its readings by point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from core.batch import Columns, Floats, Ints
from core.clock import DAY_MS, HOUR_MS
from core.site import Site
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from tests.sample import wushan

SITE = wushan()
# Monday, 13 April 2026, 00:00 in Shanghai: cool mornings, mild afternoons.
START = int(datetime(2026, 4, 12, 16, tzinfo=UTC).timestamp() * 1000)
# Mondays of January and March: it heats all day; heat is wanted in the morning alone.
COLD = int(datetime(2026, 1, 11, 16, tzinfo=UTC).timestamp() * 1000)
COOL = int(datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp() * 1000)
SEED = 103


def at(day: int, hour: float = 0.0, start: int = START) -> int:
    """Local time, days from 1. [ms]"""
    return start + (day - 1) * DAY_MS + int(hour * HOUR_MS)


def fault(kind: FaultKind, asset: str, **more: object) -> Fault:
    """A fault from Monday 06:00 unless said otherwise."""
    onset, severity = more.get("onset", at(1, 6.0)), more.get("severity", 1.0)
    end = more.get("end")
    assert isinstance(onset, int)
    assert isinstance(severity, float)
    assert end is None or isinstance(end, int)
    return Fault(
        id=str(more.get("id", kind.value)), kind=kind, asset=asset, onset=onset,
        severity=severity, point=str(more.get("point", "")), end=end,
    )  # fmt: skip


class Readings:
    """What a campus said, by point id."""

    def __init__(self, rows: Columns, site: Site = SITE) -> None:
        self.rows = rows
        self._site = site

    def of(self, point: str) -> tuple[Ints, Floats]:
        """Times and values of a point."""
        mine = self.rows.point == self._site.index[point]
        return self.rows.at[mine], self.rows.value[mine]

    def between(self, point: str, start: int, end: int) -> Floats:
        """Values with ``start < at <= end``."""
        when, values = self.of(point)
        return values[(when > start) & (when <= end)]

    def use(self, register: str, start: int, end: int) -> float:
        """What a register counted from the first to the last read of a time."""
        values = self.between(register, start, end)
        return float(values[-1] - values[0])


def run(
    days: float,
    faults: Sequence[Fault] = (),
    *,
    repairs: Mapping[int, str] | None = None,
    start: int = START,
) -> tuple[Campus, Readings]:
    """A campus after some days, with effective repairs of faults by time, and what it said."""
    campus = Campus(SITE, SEED, start, faults)
    for moment, mended in sorted((repairs or {}).items()):
        campus.advance(moment)
        assert campus.repair(moment, "effective", fault=mended)
    end = start + int(days * DAY_MS)
    return campus, Readings(all_of(campus, end))


def all_of(campus: Campus, until: int) -> Columns:
    """All gateways' rows in time order."""
    rows = Columns.joined([campus.read(g, until) for g in sorted(SITE.gateways)])
    return rows.keep(np.argsort(rows.at, kind="stable"))


def same(a: Columns, b: Columns) -> bool:
    """Whether two runs said the same, to the bit."""
    return all(
        np.array_equal(getattr(a, name), getattr(b, name), equal_nan=name == "value")
        for name in ("point", "at", "value", "quality")
    )
