"""Time series for drawing: buckets on absolute time, gaps as gaps, the band beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from adapters.locales import Translator
from api.scoped import ScopedReader
from core.clock import DAY_MS, MINUTE_MS
from core.errors import Refused
from core.ports import Expected, SeriesBuckets
from core.quantity import Kind
from core.roles import PointRole
from core.site import Point, Site

MOST_POINTS = 12
MOST_BUCKETS = 2_000
LONGEST_MS = 5 * 366 * DAY_MS
_GAP = 1.5
"""A step longer than this many periods is a gap: a little jitter is none, one missed
reading of two is."""
STEPS_MS = tuple(
    m * MINUTE_MS for m in (1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10080, 43200)
)
"""Bucket widths that people can read on an axis."""


class Band(BaseModel):
    """What was expected."""

    t: list[int]
    low: list[float | None]
    mid: list[float | None]
    high: list[float | None]


class Series(BaseModel):
    """One point in buckets; ``t`` is the end of a bucket [ms], null is a gap.

    ``q`` is the worst in a bucket: of readings 0 good, 1 suspect, 2 bad; of a register's use
    0 measured, 1 estimated, 2 suspect.
    """

    point: str
    name: str
    short: str
    unit: str
    quantity: str
    kind: str
    zero: bool
    bucket_ms: int
    t: list[int]
    v: list[float | None]
    low: list[float | None]
    high: list[float | None]
    q: list[int]
    gaps: list[tuple[int, int]]
    complete: float
    expected: Band | None = None


class SeriesAnswer(BaseModel):
    """Several points over one time."""

    timezone: str
    start: int
    end: int
    as_of: int
    series: list[Series]


@dataclass(frozen=True, slots=True)
class Window:
    """What was asked: a time range in buckets. [ms]"""

    start: int
    end: int
    bucket_ms: int


def window(start: int, end: int, buckets: int) -> Window:
    """Check a range before anything is read.

    Raises:
        Refused: It ends before it starts, or is longer than is read at once.
    """
    if end <= start:
        raise Refused("'to' must be later than 'from'", code="range")
    if end - start > LONGEST_MS:
        longest = LONGEST_MS // DAY_MS
        raise Refused(f"at most {longest} days at once; ask for a shorter time", code="range")
    wanted = (end - start) / max(1, min(buckets, MOST_BUCKETS))
    bucket = next((s for s in STEPS_MS if s >= wanted), STEPS_MS[-1])
    return Window(start, end, bucket)


def answer(
    reader: ScopedReader, site: Site, points: Sequence[str], asked: Window, now: int, tr: Translator
) -> SeriesAnswer:
    """The series of several points.

    Raises:
        Refused: Too many points, or one that is not there for this reader.
    """
    if not points or len(points) > MOST_POINTS:
        raise Refused(f"name 1 to {MOST_POINTS} points", code="range")
    return SeriesAnswer(
        timezone=site.timezone,
        start=asked.start,
        end=asked.end,
        as_of=now,
        series=[_series(reader, site, point, asked, now, tr) for point in points],
    )


def _series(
    reader: ScopedReader, site: Site, id_: str, asked: Window, now: int, tr: Translator
) -> Series:
    index = reader.index(id_)
    point = site.points[index]
    bucket = max(asked.bucket_ms, _whole(point.period_s * 1000))
    raw = reader.series(index, asked.start, asked.end, bucket)
    t, v, low, high, q, gaps = _with_gaps(raw, point, bucket, asked, min(now, asked.end))
    expected = _band(reader.expected(index, asked.start, asked.end))
    due = max(1, (min(now, asked.end) - asked.start) // bucket)
    return Series(
        point=id_,
        name=point_name(site, point, tr),
        short=tr(role_words(point.role)),
        unit=point.unit,
        quantity=point.quantity.value,
        kind=point.kind.value,
        zero=point.span[0] >= 0,
        bucket_ms=bucket,
        t=t,
        v=v,
        low=low,
        high=high,
        q=q,
        gaps=gaps,
        complete=min(1.0, len(raw.at) / due),
        expected=expected,
    )


def _band(expected: Expected) -> Band | None:
    if not len(expected.at):
        return None
    low, mid, high = (
        [_clean(x) for x in column.tolist()]
        for column in (expected.low, expected.mid, expected.high)
    )
    return Band(t=expected.at.tolist(), low=low, mid=mid, high=high)


def point_name(site: Site, point: Point, tr: Translator) -> str:
    """What a person calls a point: its equipment and what it measures."""
    equipment = tr.name(site.equipment[point.equipment].names)
    return f"{equipment}, {tr(role_words(point.role))}"


_ROLE_WORDS = {
    "cool_valve": "cooling valve",
    "heat_valve": "heating valve",
    "oa_damper": "outdoor damper",
    "oa_damper_fbk": "outdoor damper, where it stands",
    "sat": "supply air",
    "sat_sp": "supply air setpoint",
    "sat_heat_sp": "supply air heating setpoint",
    "mat": "mixed air",
    "rat": "return air",
    "oat": "outdoor air",
    "oah": "outdoor humidity",
    "ccet": "before the cooling coil",
    "cclt": "after the cooling coil",
    "hcet": "before the heating coil",
    "hclt": "after the heating coil",
    "fan_status": "fan runs",
    "fan_speed": "fan speed",
    "occupied": "occupied",
    "energy": "energy",
    "power": "electric power",
    "reactive_energy": "reactive energy",
    "demand": "quarter-hour demand",
    "voltage_a": "voltage, phase A",
    "voltage_b": "voltage, phase B",
    "voltage_c": "voltage, phase C",
    "current_a": "current, phase A",
    "current_b": "current, phase B",
    "current_c": "current, phase C",
    "neutral_current": "current in the neutral",
    "residual_current": "current to earth",
    "cable_temp": "cable temperature",
    "volume": "water used",
    "gas_volume": "gas used",
    "heat": "heat",
    "heat_power": "heat power",
    "zone_temp": "room temperature",
    "zone_co2": "room CO₂",
    "zone_rh": "room humidity",
    "temp_ref": "supply water reference",
    "machine_temp": "machine temperature",
    "boiler_cmd": "boiler asked",
    "boiler_status": "boiler runs",
    "chiller_status": "chiller runs",
    "pump_status": "pump runs",
    "pump_speed": "pump speed",
}
"""What people call a role; Brick's class says the same of two valves."""


def role_words(role: PointRole) -> str:
    """A role in words, a msgid: ours, or its Brick class."""
    plain = role.brick.replace("_", " ").lower()
    return _ROLE_WORDS.get(role.id, plain.removesuffix(" sensor"))


def _whole(period_ms: int) -> int:
    return next((s for s in STEPS_MS if s >= period_ms), STEPS_MS[-1])


def _clean(value: float) -> float | None:
    # NaN is no JSON: it made an error of a whole page once.
    return None if math.isnan(value) else value


def _with_gaps(
    raw: SeriesBuckets, point: Point, bucket: int, asked: Window, until: int
) -> tuple[
    list[int], list[float | None], list[float | None], list[float | None], list[int],
    list[tuple[int, int]],
]:  # fmt: skip
    """Buckets with a null between the edges of every gap, so that no line crosses it."""
    longest = _GAP * max(bucket, point.period_s * 1000)
    t: list[int] = []
    columns: tuple[list[float | None], ...] = ([], [], [])
    q: list[int] = []
    gaps: list[tuple[int, int]] = []
    level = raw.last if point.kind in {Kind.STATE, Kind.COMMAND} else raw.mean
    before = asked.start
    for at, value, low, high, quality in zip(
        raw.at, level, raw.low, raw.high, raw.quality, strict=True
    ):
        if at - before > longest and before != asked.start:
            gaps.append((before, at - bucket))
            t.append(before + 1)
            for column in columns:
                column.append(None)
            q.append(0)
        t.append(at)
        for column, one in zip(columns, (value, low, high), strict=True):
            column.append(_clean(one))
        q.append(quality)
        before = at
    if until - before > longest:
        gaps.append((before, until))
    return t, columns[0], columns[1], columns[2], q, gaps
