"""Table C, heat: the secondary side of a substation or boiler, every 15 minutes.

Arrays are (samples,), a value each 15 minutes, NaN where one is missing. *By day* is from 07 to
21 h while heat flows; standing at night is another mode, and its temperatures follow nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from core.errors import Fatal
from scoring.realism import measures as m

_WATER_KWH_M3K = 1.163
"""Heat that a cubic metre of water takes per kelvin. [kWh/m³/K]"""
_DAY_FROM, _DAY_TO = 7.0, 21.0
_MORNING, _WORK = (6.0, 7.0), (9.0, 17.0)
_FLOWS = 0.03
"""Of the P99 power; less is a meter's creeping."""
_DEAD_BAND = 0.02
_CROSSED_K = 0.2
_LEAST_SAMPLES = 96
_SAMPLES_AN_HOUR = 4


@dataclass(frozen=True, kw_only=True)
class HeatSeries:
    """One substation or boiler through some weeks of its heating season.

    Attributes:
        hour: Local time of day, 0 to 24. [h]
        supply: Leaving the plant,
        reference: as the curve asks,
        back: coming back. [°C]
        power: Of the heat meter. [kW]
        primary_back: Returning to the network [°C]; None where there is no primary side.
    """

    hour: Floats
    supply: Floats
    reference: Floats
    back: Floats
    power: Floats
    primary_back: Floats | None = None

    def __post_init__(self) -> None:
        sizes = {len(a) for a in (self.hour, self.supply, self.reference, self.back, self.power)}
        if len(sizes) > 1:
            raise Fatal(f"series of one substation differ in length: {sorted(sizes)}")

    def of(self, some: Bools) -> HeatSeries:
        """Of some samples."""
        return HeatSeries(
            hour=self.hour[some], supply=self.supply[some], reference=self.reference[some],
            back=self.back[some], power=self.power[some],
            primary_back=None if self.primary_back is None else self.primary_back[some],
        )  # fmt: skip

    def by_day(self) -> Bools:
        """Samples of the day in which heat flows."""
        flows = self.power > _FLOWS * m.quantile(self.power, 0.99)
        day: Bools = flows & (self.hour >= _DAY_FROM) & (self.hour < _DAY_TO)
        return day


def heat(series: HeatSeries) -> dict[str, float]:
    """All of table C that a substation or boiler has, by key."""
    day = series.by_day()
    if day.sum() < _LEAST_SAMPLES:
        return dict.fromkeys(KEYS, float("nan"))
    error, spread = (series.supply - series.reference)[day], (series.supply - series.back)[day]
    steps = np.abs(np.diff(series.supply))
    values = (
        m.robust_sd(error),
        m.quantile(np.abs(error), 0.95),
        m.quantile(steps, 0.5),
        m.quantile(steps, 0.99),
        m.quantile(spread, 0.1),
        m.quantile(spread, 0.9),
        flow_scatter(series.power[day], spread),
        crossed(series, day),
        morning(series),
        power_reversals(series, day),
    )
    return dict(zip(KEYS, values, strict=True))


KEYS = (
    "supply_sd", "supply_tail", "supply_step", "supply_jump", "spread_low", "spread_high",
    "flow_scatter", "crossed", "morning", "power_reversals",
)  # fmt: skip
"""Robust sd [K] and P95 of the size [K] of supply less reference, by day; P50 and P99 of the
supply's step in 15 minutes [K]; P10 and P90 of supply less return, by day [K]; the rest as its
function says."""


def flow_scatter(power: Floats, spread: Floats) -> float:
    """Robust sd of the flow that power and temperatures imply, over its median."""
    flow = power / (_WATER_KWH_M3K * np.where(spread > _CROSSED_K, spread, np.nan))
    return m.ratio(m.robust_sd(flow), m.median(flow))


def crossed(series: HeatSeries, day: Bools) -> float:
    """Samples whose primary return is more than 0.2 K below the secondary one. [%]

    An ideal exchanger in counterflow cannot do it; two sensors half a kelvin apart can.
    """
    if series.primary_back is None:
        return float("nan")
    apart = (series.primary_back - series.back)[day]
    apart = apart[np.isfinite(apart)]
    return 100.0 * float((apart < -_CROSSED_K).mean()) if apart.size else float("nan")


def morning(series: HeatSeries) -> float:
    """Mean power from 06 to 07 h over that from 09 to 17 h."""
    return m.ratio(*(m.mean(series.power[_within(series.hour, h)]) for h in (_MORNING, _WORK)))


def power_reversals(series: HeatSeries, day: Bools) -> float:
    """Turns of the power by more than 2 % of its P99, an hour of day."""
    band = _DEAD_BAND * m.quantile(series.power, 0.99)
    turns = sum(m.reversals(series.power[start:end], band) for start, end in _stretches(day))
    return turns * _SAMPLES_AN_HOUR / float(day.sum())


def _within(hour: Floats, span: tuple[float, float]) -> Bools:
    inside: Bools = (hour >= span[0]) & (hour < span[1])
    return inside


def _stretches(true: Bools) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], true.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
