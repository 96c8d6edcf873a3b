"""Water as it is drawn: single pulses of closets, taps, mops and pots, by people and hour.

Each draw is a rectangular pulse: it begins at a moment of an inhomogeneous Poisson process, lasts
for a lognormal time and runs at the fixture's flow, as in SIMDEUM (Blokker et al. 2010). Flows,
volumes and mean times of closets and taps are those of its open statistics (KWR-Water/pysimdeum,
data/NL/end_uses), the flush from GB 25502 (dual, about 6 and 4 L). How often an office uses each
is chosen so that a person draws some 25 L a working day, the low end of the 25 to 40 L of
GB 50015, which counts what visitors and cleaners draw with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Floats, Ints
from simulators.physics.weather import DAY_MIN

_WORKDAY_MIN = 600.0
_PER_MINUTE = 0.06  # 1 L/s in m³/min
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One way to draw water.

    Attributes:
        often: Uses; what of (a person's day, an hour) is said where it is used.
        lasts: Mean time of one. [min]
        spread: Of the time's logarithm.
        flow: While it runs; the most of a uniform flow where ``varies``. [L/s]
        varies: Whether each use opens the tap to its own flow.
        tapped: Whether what it takes follows the pressure: a cistern takes its volume anyhow.
        flushes: Whether it is a closet.
        warm: Whether it may be hot water.
    """

    often: float
    lasts: float
    spread: float
    flow: float
    varies: bool = False
    tapped: bool = False
    flushes: bool = False
    warm: bool = False


PEOPLE = (
    Fixture(often=1.1, lasts=6.0 / 0.042 / 60.0, spread=0.1, flow=0.042, flushes=True),
    Fixture(often=1.1, lasts=4.0 / 0.042 / 60.0, spread=0.1, flow=0.042, flushes=True),
    # Urinals, half of the people's: 2 L behind a solenoid valve.
    Fixture(often=1.3, lasts=2.0 / 0.1 / 60.0, spread=0.1, flow=0.1, tapped=True),
    Fixture(
        often=3.5, lasts=13.0 / 60.0, spread=0.6, flow=0.167, varies=True, tapped=True, warm=True
    ),
    Fixture(often=2.5, lasts=15.0 / 60.0, spread=0.6, flow=0.167, varies=True, tapped=True),
    Fixture(often=0.6, lasts=45.0 / 60.0, spread=0.6, flow=0.25, varies=True, tapped=True),
)
"""By a person's working day: full and half flush, urinal, hands, cup, dishes."""
CLEANING = (Fixture(often=1.0, lasts=3.5, spread=0.8, flow=0.2, tapped=True),)
"""A mop sink: some 40 L a filling and rinsing, chosen."""
KITCHEN = (
    # Vegetables, pots and floors; a rinse between two hands.
    Fixture(often=0.4, lasts=1.5, spread=0.9, flow=0.25, tapped=True),
    Fixture(often=1.0, lasts=45.0 / 60.0, spread=0.6, flow=0.25, varies=True, tapped=True),
)
"""By an eater's meal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A day's draws of one branch by the minute.

    Attributes:
        fixed: What a cistern takes, whatever the pressure. [m³/min]
        tapped: What follows the pressure, at its nominal. [m³/min]
        flushes: How many closets were flushed.
        warm: Part of ``tapped`` that may be hot water. [m³/min]
    """

    fixed: Floats
    tapped: Floats
    flushes: Ints
    warm: Floats


def drawn(rng: np.random.Generator, fixtures: tuple[Fixture, ...], rate: Floats) -> Drawn:
    """A day of one group of fixtures.

    Args:
        rng: Where chance comes from.
        fixtures: Among which a use is drawn, by how often each is used.
        rate: Uses a minute of a fixture that is used once. [1/min]
    """
    often = np.array([f.often for f in fixtures])
    start = moments(rng, rate * often.sum())
    share, opened = rng.random((2, len(start)))
    sigma = np.array([f.spread for f in fixtures])
    kind = np.searchsorted(np.cumsum(often / often.sum()), share).clip(0, len(fixtures) - 1)
    longer = np.exp(sigma[kind] * rng.standard_normal(len(start)) - sigma[kind] ** 2 / 2.0)
    lasts = np.array([f.lasts for f in fixtures])[kind] * longer
    flow = np.array([f.flow for f in fixtures])[kind] * _PER_MINUTE
    flow = flow * np.where(np.array([f.varies for f in fixtures])[kind], opened, 1.0)

    def these(flags: list[bool]) -> Floats:
        of = np.array(flags)[kind]
        return pulses(start[of], lasts[of], flow[of])

    flushed = start[np.array([f.flushes for f in fixtures])[kind]].astype(np.int64)
    return Drawn(
        fixed=these([not f.tapped for f in fixtures]),
        tapped=these([f.tapped for f in fixtures]),
        flushes=np.bincount(flushed, minlength=DAY_MIN).astype(np.int64),
        warm=these([f.warm for f in fixtures]),
    )


def moments(rng: np.random.Generator, rate: Floats) -> Floats:
    """Times of a Poisson process, unordered. [min of the day]

    Args:
        rng: Where chance comes from.
        rate: By minute of the day. [1/min]
    """
    until = np.cumsum(np.maximum(rate, 0.0))
    if until[-1] <= 0.0:
        return np.empty(0)
    at = rng.random(int(rng.poisson(until[-1]))) * until[-1]
    minute = np.searchsorted(until, at, side="right")
    before = np.where(minute > 0, until[minute - 1], 0.0)
    moment: Floats = minute + (at - before) / (until[minute] - before)
    return np.minimum(moment, DAY_MIN - 1e-6)


def pulses(start: Floats, lasts: Floats, flow: Floats) -> Floats:
    """Rectangular pulses as the mean flow of each minute; midnight cuts them. [the flow's unit]

    Args:
        start: Of each. [min of the day]
        lasts: Of each. [min]
        flow: Of each while it lasts.
    """
    end = np.minimum(start + lasts, float(DAY_MIN))
    edge = np.concatenate([start, end])
    step = np.concatenate([flow, -flow])
    minute = edge.astype(np.int64)
    later = np.bincount(minute, step, DAY_MIN + 1)[:DAY_MIN]
    within = np.bincount(minute, step * (minute + 1.0 - edge), DAY_MIN + 1)[:DAY_MIN]
    mean = np.concatenate([[0.0], np.cumsum(later)[:-1]]) + within
    # What is left of sums of pulses that have ended is the rounding of floats.
    return np.where(mean > _ROUNDING, mean, 0.0)


def a_day(heads: Floats) -> Floats:
    """Rate of what each of some people does once in a working day. [1/min]

    Args:
        heads: People there, by minute.
    """
    rate: Floats = heads / _WORKDAY_MIN
    return rate
