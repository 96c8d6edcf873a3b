"""Hours and days in which a meter's readings never come, as in real archives.

Measured on 33 electricity meters of two years and 46 water meters of one
(``scoring/realism/real.py`` names them). Electricity is missing by whole days: a file that was
not delivered. Water, by radio, is missing for hours, again and again, on some meters far more
often than on others. Gas and heat are taken as electricity; plant points have no gaps of their
own, since no archive at hand shows any.
"""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Columns, Ints
from core.clock import DAY_MS, HOUR_MS
from core.site import Equipment, Site
from core.words import Carrier
from simulators.physics.readings.background import Background, Episodes, some_hours
from simulators.physics.streams import stream

# Gaps a year: median and spread of the logarithm over the water meters, and the most of P95.
_WATER_A_YEAR, _WATER_SPREAD, _WATER_MOST = 150.0, 0.9, 450.0
# A gap of four hours of hourly readings is one of five hours of readings by the quarter.
_WATER_H, _WATER_LENGTHS = 4.6, 0.6
# The others' counts scatter more than chance: a gamma of this shape and mean tells their rates.
_DAYS_A_YEAR, _DAYS_SHAPE = 1.7, 1.5
# One day, two days, and some hours: shares as counted.
_ONE_DAY, _TWO_DAYS = 0.6, 0.25
_SHORT_H = (1.0, 18.0)
_DAY_LESS_H = 1  # a day's file lacks 22 to 24 hours


class Gaps:
    """When each meter's readings are missing.

    Args:
        site: For its meters.
        seed: Of all chance.
        background: How often.
    """

    def __init__(self, site: Site, seed: int, background: Background) -> None:
        self._site = site
        meters = [e for _, e in sorted(site.equipment.items()) if e.meter is not None]
        often = background.gaps
        self._gaps = {m.id: _episodes(m, seed, often) for m in meters if often > 0.0}

    def left(self, rows: Columns) -> Columns:
        """What is not missing of rows in time order."""
        if not self._gaps or not len(rows):
            return rows
        missing = np.zeros(len(rows), np.bool_)
        times = np.unique(rows.at)
        for meter, gaps in self._gaps.items():
            gone = gaps.acting(times)
            if gone.any():
                missing |= self._of(meter, rows) & gone[np.searchsorted(times, rows.at)]
        return rows.keep(~missing) if missing.any() else rows

    def _of(self, meter: str, rows: Columns) -> Bools:
        return np.isin(rows.point, list(self._site.points_of(meter).values()))


def _episodes(meter: Equipment, seed: int, often: float) -> Episodes:
    rng = stream(seed, meter.id, "gaps")
    words = (meter.id, "gaps")
    if meter.meter is not None and meter.meter.carrier is Carrier.WATER:
        rate = _WATER_A_YEAR * np.exp(_WATER_SPREAD * rng.standard_normal())
        lasting = some_hours(_WATER_H, _WATER_LENGTHS)
        return Episodes(seed, words, often * min(float(rate), _WATER_MOST), lasting)
    rate = rng.gamma(_DAYS_SHAPE, _DAYS_A_YEAR / _DAYS_SHAPE)
    return Episodes(seed, words, often * float(rate), _days)


def _days(rng: np.random.Generator, number: int) -> tuple[Ints, Ints]:
    """From a midnight on for a day or two, or some hours."""
    starts = rng.integers(0, 28, number) * DAY_MS
    kind, length = rng.random(number), rng.random(number)
    short = _SHORT_H[0] * (_SHORT_H[1] / _SHORT_H[0]) ** length
    days = np.where(kind < _ONE_DAY, 24.0, 48.0) - _DAY_LESS_H
    hours = np.where(kind < _ONE_DAY + _TWO_DAYS, days, short)
    return starts, (hours * HOUR_MS).astype(np.int64)
