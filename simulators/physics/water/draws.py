"""Water as it is drawn: single pulses of closets, taps, mops and pots, by people and hour.

Each draw is a rectangular pulse: it begins at a moment of an inhomogeneous Poisson process, lasts
for a lognormal time and runs at the fixture's flow, as in SIMDEUM (Blokker et al. 2010). Flows,
volumes and mean times of closets and taps are those of its open statistics (KWR-Water/pysimdeum,
data/NL/end_uses: 0.042 L/s into a cistern of 6 L, 13 s at hands, 15 s at a cup, 45 s at dishes).
Urinals, mops and kitchens are chosen. So is how often an office uses each: a person draws some
24 L a working day, with the cleaners' water 31 L, inside the 25 to 40 L that GB 50015 plans with
(recalled, not opened).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Floats, Ints
from simulators.physics.weather.weather import DAY_MIN

_WORKDAY_MIN = 600.0
_PER_MINUTE = 0.06  # 1 L/s in m³/min
_ROUNDING = 1e-12
_FIXED, _COLD, _WARM = 0, 1, 2


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
    # Tubs for vegetables and dishes are filled at once: some 150 L.
    Fixture(often=0.02, lasts=6.0, spread=0.5, flow=0.4, tapped=True),
)
"""By an eater's meal: 17 L, of the 20 to 25 L that GB 50015 plans with (recalled, not opened)."""


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
    often, lasts, spread, flow = np.array(
        [(f.often, f.lasts, f.spread, f.flow * _PER_MINUTE) for f in fixtures]
    ).T
    varies = np.array([f.varies for f in fixtures])
    start = moments(rng, rate * often.sum())
    share, opened = rng.random((2, len(start)))
    kind = np.searchsorted(np.cumsum(often / often.sum())[:-1], share, side="right")
    sigma = spread[kind]
    longer = np.exp(sigma * rng.standard_normal(len(start)) - 0.5 * sigma**2)
    flows = flow[kind] * np.where(varies[kind], opened, 1.0)
    group = np.array([_FIXED if not f.tapped else _WARM if f.warm else _COLD for f in fixtures])
    by_group = pulses(start, lasts[kind] * longer, flows, group[kind], 3)
    flushed = start[np.array([f.flushes for f in fixtures])[kind]].astype(np.int64)
    return Drawn(
        fixed=by_group[_FIXED],
        tapped=by_group[_COLD] + by_group[_WARM],
        flushes=np.bincount(flushed, minlength=DAY_MIN).astype(np.int64),
        warm=by_group[_WARM],
    )


def moments(rng: np.random.Generator, rate: Floats) -> Floats:
    """Times of a Poisson process, in their order to the minute. [min of the day]

    Args:
        rng: Where chance comes from.
        rate: By minute of the day. [1/min]
    """
    count = rng.poisson(np.maximum(rate, 0.0))
    minute = np.repeat(np.arange(DAY_MIN), count)
    moment: Floats = minute + rng.random(len(minute))
    return moment


def pulses(start: Floats, lasts: Floats, flow: Floats, group: Ints, groups: int) -> Floats:
    """Rectangular pulses as the mean flow of each minute; midnight cuts them.

    Args:
        start: Of each. [min of the day]
        lasts: Of each. [min]
        flow: Of each while it lasts.
        group: That each belongs to.
        groups: How many there are.

    Returns:
        In the flow's unit. (groups, minutes)
    """
    edge = np.concatenate([start, np.minimum(start + lasts, float(DAY_MIN))])
    step = np.concatenate([flow, -flow])
    minute = edge.astype(np.int64)
    place = minute + np.concatenate([group, group]) * (DAY_MIN + 1)
    shape = (groups, DAY_MIN + 1)
    later = np.bincount(place, step, groups * (DAY_MIN + 1)).reshape(shape)
    within = np.bincount(place, step * (minute + 1.0 - edge), groups * (DAY_MIN + 1)).reshape(shape)
    mean = within[:, :DAY_MIN]
    mean[:, 1:] += np.cumsum(later[:, : DAY_MIN - 1], axis=1)
    # What is left of sums of pulses that have ended is the rounding of floats.
    return np.where(mean > _ROUNDING, mean, 0.0)


def a_day(heads: Floats) -> Floats:
    """Rate of what each of some people does once in a working day. [1/min]

    Args:
        heads: People there, by minute.
    """
    rate: Floats = heads / _WORKDAY_MIN
    return rate
