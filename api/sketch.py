"""Small pictures drawn on the server: a day's curve and bars of days, as SVG attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.meter_days import MeterDay
from api.costs import DayCost
from api.now import Curve
from core.batch import Bools, Floats

WIDTH, HEIGHT = 300, 84


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPaths:
    """SVG paths of one day: band, expected, measured, excess over the band; x of now."""

    band: str
    expected: str
    measured: str
    excess: str
    now: float


def day_paths(curve: Curve, now: int) -> DayPaths:
    """Paths of a curve in a box of 300 × 84, from midnight to midnight, zero at the bottom."""
    x = np.linspace(0, WIDTH, len(curve.at) + 1)[1:]
    known = [c for c in (curve.value, curve.high, curve.mid) if not np.isnan(c).all()]
    top = max((float(np.nanmax(c)) for c in known), default=1.0) or 1.0
    bottom = min(0.0, min((float(np.nanmin(c)) for c in known), default=0.0))
    scale = (HEIGHT - 6) / ((top - bottom) or 1.0)

    def y(values: Floats) -> Floats:
        return HEIGHT - (values - bottom) * scale

    over = ~np.isnan(curve.value) & ~np.isnan(curve.high) & (curve.value > curve.high)
    return DayPaths(
        band=_between(x, y(curve.low), y(curve.high), ~np.isnan(curve.low)),
        expected=_line(x, y(curve.mid)),
        measured=_line(x, y(curve.value)),
        excess=_between(x, y(curve.high), y(curve.value), over),
        now=float(np.clip((now - (curve.at[0] - 900_000)) / 86_400_000, 0, 1)) * WIDTH,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day of the cost picture, in a box of 860 × 150."""

    x: float
    width: float
    used_y: float
    used_height: float
    wasted_y: float
    wasted_height: float
    start: int
    whole: bool


def bars(days: list[DayCost]) -> tuple[list[Bar], list[tuple[float, float]]]:
    """Bars and the lines of the scale (y, amount)."""
    top = max((d.used for d in days), default=0.0)
    step = _nice(top / 2) if top > 0 else 1.0
    most = step * max(1, int(np.ceil(top / step)))
    height, left, room = 124.0, 62.0, (860 - 66) / max(1, len(days))
    scale = height / most
    drawn = [
        Bar(
            x=left + i * room,
            width=room * 0.62,
            used_y=148 - (d.used - d.wasted) * scale,
            used_height=(d.used - d.wasted) * scale,
            wasted_y=148 - d.used * scale,
            wasted_height=d.wasted * scale,
            start=d.start,
            whole=d.whole,
        )
        for i, d in enumerate(days)
    ]
    lines = [(148 - k * step * scale, k * step) for k in range(round(most / step) + 1)]
    return drawn, lines


DAY_WIDTH, STRIP_HEIGHT = 10, 28


@dataclass(frozen=True, slots=True, kw_only=True)
class DayColumn:
    """One day of a register in a strip, from below: (class, y, height) of each part of it."""

    x: float
    parts: tuple[tuple[str, float, float], ...]
    day: MeterDay


def day_columns(days: Sequence[MeterDay]) -> list[DayColumn]:
    """Columns of :data:`DAY_WIDTH` a day in a box :data:`STRIP_HEIGHT` high, which is all due."""
    return [
        DayColumn(x=i * DAY_WIDTH, parts=tuple(_parts(day)), day=day) for i, day in enumerate(days)
    ]


def _parts(day: MeterDay) -> Iterator[tuple[str, float, float]]:
    y = float(STRIP_HEIGHT)
    shares = (("measured", day.measured), ("estimated", day.estimated), ("unknown", day.suspect))
    for name, share in shares:
        if share > 0.0:
            y -= share * STRIP_HEIGHT
            yield name, y, share * STRIP_HEIGHT


def _nice(value: float) -> float:
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(f for f in (1, 2, 5, 10) if f * power >= value) * power)


def _line(x: Floats, y: Floats) -> str:
    """A path that lifts the pen over gaps."""
    parts: list[str] = []
    down = False
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if np.isnan(b):
            down = False
            continue
        parts.append(f"{'L' if down else 'M'}{a:.1f},{b:.1f}")
        down = True
    return "".join(parts)


def _between(x: Floats, low: Floats, high: Floats, where: Bools) -> str:
    """Closed shapes between two lines, one for each run of true."""
    shapes: list[str] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        there = [f"{a:.1f},{b:.1f}" for a, b in zip(x[start:end], high[start:end], strict=True)]
        back = [f"{a:.1f},{b:.1f}" for a, b in zip(x[start:end], low[start:end], strict=True)]
        shapes.append("M" + "L".join(there + back[::-1]) + "Z")
    return "".join(shapes)
