"""Bands: the range that real units show of a statistic, and what lies outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, isfinite, log10
from pathlib import Path

import msgspec
import numpy as np

from core.errors import Fatal
from scoring.realism.tables import STATISTICS, statistic

LEAST_UNITS = 5
"""Fewer units show no range: their band is told, and nothing is judged by it."""
_DIGITS = 4

KEPT = Path(__file__).parent / "bands.json"
"""The bands as measured; figures of many units only, no measurement is among them."""

Values = Mapping[str, Sequence[float]]
"""By statistic, what each unit shows: a building, a day, a pair …; NaN where it shows nothing."""


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """What real units show.

    Attributes:
        low: Lower end,
        mid: median,
        high: and upper end; the tail is that of the statistic.
        units: How many units stand behind it.
    """

    low: float
    mid: float
    high: float
    units: int

    def holds(self, value: float) -> bool:
        """Whether a value lies within, ends included: both are kept to four figures."""
        return self.low <= short(value) <= self.high


class Bands(msgspec.Struct, frozen=True, kw_only=True):
    """All bands, as they are kept.

    Attributes:
        made: How, in words.
        weeks: Of the real data cut into eight weeks, as the campus is run.
        whole: Of the real data in single years, as a campus' year is.
        stock: Of the buildings beside each other, :func:`scoring.realism.stock.stock`.
    """

    made: str
    weeks: dict[str, Band]
    whole: dict[str, Band]
    stock: dict[str, float]


def bands_of(values: Values) -> dict[str, Band]:
    """A band for every statistic that any unit shows, in the order of the tables."""
    made = {}
    for row in STATISTICS:
        known = np.array([v for v in values.get(row.key, ()) if isfinite(v)])
        if len(known):
            ends = np.quantile(known, [row.tail, 0.5, 1.0 - row.tail])
            low, mid, high = (short(float(v)) for v in ends)
            made[row.key] = Band(low=low, mid=mid, high=high, units=len(known))
    return made


def outside(values: Values, bands: Mapping[str, Band]) -> dict[str, tuple[int, int]]:
    """By judged statistic that has a band: how many units are outside, and of how many."""
    counts = {}
    for key, band in bands.items():
        known = [v for v in values.get(key, ()) if isfinite(v)]
        if statistic(key).judged and known and band.units >= LEAST_UNITS:
            counts[key] = (sum(not band.holds(v) for v in known), len(known))
    return counts


def share(counts: Mapping[str, tuple[int, int]]) -> float:
    """What is outside of (unit × statistic), every statistic weighing the same. NaN of nothing.

    Else a statistic of pairs of rooms would outvote one of buildings.
    """
    parts = [out / of for out, of in counts.values()]
    return sum(parts) / len(parts) if parts else float("nan")


def load_bands(path: Path = KEPT) -> Bands:
    """The kept bands.

    Raises:
        Fatal: The file is none of bands.
        FileNotFoundError: There is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Bands)
    except msgspec.MsgspecError as error:
        raise Fatal(f"{path.name} holds no bands: {error}") from error


def save_bands(path: Path, bands: Bands) -> None:
    """Writes them, a statistic a line."""
    text = msgspec.json.format(msgspec.json.encode(bands), indent=1)
    path.write_bytes(text + b"\n")


def short(value: float) -> float:
    """Four figures: the file then says the same on every processor."""
    if value == 0.0 or not isfinite(value):
        return 0.0 if value == 0.0 else value
    return round(value, _DIGITS - 1 - floor(log10(abs(value))))
