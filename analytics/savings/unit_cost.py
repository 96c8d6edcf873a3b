"""What a unit of a formula really costs at a building's meters: a COP, an efficiency, a give-back.

A rule's formula knows what its coils do, and supposes what plant makes of it. A chiller that runs
for one valve costs its pumps and its poor part load; heat of a night is partly missed in the
morning; radiators give less where an air handler gives more. The meters of the building know all of
it, in the noise of weather and people. So the factor between both is measured over the days of the
fault, against healthy days at their weather and day type, and joined with what is believed of the
formula before: each by its own precision (IPMVP, option A with its key parameter measured).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from analytics.savings.interval import LEAST_BLOCKS, student
from core.batch import Bools, Floats

_BALANCE_C = (12.0, 14.0, 16.0, 18.0, 20.0, 22.0)
"""Balance points that are tried. [°C]"""

_BLOCK_DAYS = 3
"""Held out at once: daily residuals of meters remember a day or two (ρ 0.3 to 0.7). [d]"""

_LEAST_HEALTHY = 12
"""Healthy days from which a baseline of four numbers is held to blocks. [d]"""

_Z = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Whole local days of one building and carrier, in time order.

    Attributes:
        use: Of its meters; NaN unmeasured. (n,) [kWh, m³]
        oat: Mean outdoor air. (n,) [°C]
        working: Working days. (n,)
        formula: What the formula says of the fault, signed. (n,) [kWh, m³]
        healthy: Before the fault. (n,)
        faulty: The fault acted all day, and so long that the building is used to it. (n,)
    """

    use: Floats
    oat: Floats
    working: Bools
    formula: Floats
    healthy: Bools
    faulty: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A factor on a formula.

    Attributes:
        factor: Of its amounts. [1]
        half: Half-width of the factor, 90 %. [1]
        days: Of the fault that meters told it from; 0 where it is believed alone.
    """

    factor: float
    half: float
    days: int = 0

    @property
    def share(self) -> float:
        """Half-width of what is booked by it. [1]"""
        return self.half / abs(self.factor) if self.factor else math.inf


def cost(days: Days | None, believed: float) -> Cost:
    """The factor, by meters and by what is believed of the formula.

    Args:
        days: None where no meter counts the carrier.
        believed: Half-width of a factor of one before anything is measured, 90 %. [1]
    """
    prior = Cost(factor=1.0, half=believed)
    if days is None:
        return prior
    told = _measured(days)
    if told is None or not math.isfinite(told.half) or told.half <= 0:
        return prior
    ours, theirs = prior.half**-2, told.half**-2
    factor = (ours * prior.factor + theirs * told.factor) / (ours + theirs)
    return Cost(factor=factor, half=(ours + theirs) ** -0.5, days=told.days)


def _measured(days: Days) -> Cost | None:
    """By meters alone; None where they cannot tell."""
    known = np.isfinite(days.use) & np.isfinite(days.oat)
    calm, ill = known & days.healthy, known & days.faulty
    if calm.sum() < _LEAST_HEALTHY or not ill.any():
        return None
    shape = _shape(days, calm)
    x = days.formula - _usual(days, calm)
    weights = np.linalg.lstsq(shape[calm], days.use[calm], rcond=None)[0]
    more = days.use - shape @ weights
    power = float(x[ill] @ x[ill])
    # Weather that the healthy days never saw is no ground for a baseline.
    if power <= 0 or _beyond(days.oat[calm], days.oat[ill]):
        return None
    factor = float(x[ill] @ more[ill]) / power
    sd, blocks = _held_out(shape[calm], days.use[calm])
    rest = more[ill] - factor * x[ill]
    if len(rest) > 2:  # noqa: PLR2004 - one number was fitted
        sd = max(sd, math.sqrt(float(rest @ rest) / (len(rest) - 1)))
    half = student(blocks - 1) * sd / math.sqrt(power)
    return Cost(factor=factor, half=half, days=int(ill.sum()))


def _usual(days: Days, calm: Bools) -> Floats:
    """What the formula says on healthy days of each type: offsets of sensors, standby. (n,)"""
    means = [
        float(days.formula[of].mean()) if (of := calm & (days.working == working)).any() else 0.0
        for working in (False, True)
    ]
    found: Floats = np.where(days.working, means[1], means[0])
    return found


def _shape(days: Days, calm: Bools) -> Floats:
    """Day types and kelvins below and above the balance point that foretells best. (n, 4)"""
    found: list[tuple[float, Floats]] = []
    for balance in _BALANCE_C:
        air = np.nan_to_num(days.oat, nan=balance)
        shape = np.column_stack([
            days.working.astype(np.float64), (~days.working).astype(np.float64),
            np.maximum(balance - air, 0.0), np.maximum(air - balance, 0.0),
        ])  # fmt: skip
        weights = np.linalg.lstsq(shape[calm], days.use[calm], rcond=None)[0]
        error = float(((days.use[calm] - shape[calm] @ weights) ** 2).sum())
        found.append((error, shape))
    return min(found, key=lambda one: round(one[0], 9))[1]


def _held_out(shape: Floats, use: Floats) -> tuple[float, int]:
    """Spread of a day, such that sums of days that remember each other have it too; and blocks."""
    count = max(LEAST_BLOCKS, len(use) // _BLOCK_DAYS)
    edges = np.linspace(0, len(use), count + 1).astype(np.int64)
    squares = []
    for first, last in itertools.pairwise(edges.tolist()):
        out = np.zeros(len(use), dtype=np.bool_)
        out[first:last] = True
        weights = np.linalg.lstsq(shape[~out], use[~out], rcond=None)[0]
        missed = float((use[out] - shape[out] @ weights).sum())
        squares.append(missed**2 / (last - first))
    return math.sqrt(float(np.mean(squares))), count


def _beyond(calm: Floats, ill: Floats) -> bool:
    """Whether most of the fault's days lie outside the healthy days' weather."""
    low, high = float(calm.min()), float(calm.max())
    room = 0.5 * max(high - low, 2.0)
    return bool(((ill < low - room) | (ill > high + room)).mean() > 0.5)  # noqa: PLR2004
