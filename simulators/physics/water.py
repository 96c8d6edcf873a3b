"""Water draws by the minute, the drip that never stops, and the street's pressure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from core.batch import Bools, Floats
from core.site import Equipment
from simulators.physics.plan import Plan
from simulators.physics.streams import stream, wander
from simulators.physics.weather import DAY_MIN

# A person in an office: flushes and taps a working day, and the volume of one. [1/d], [m³]
_DRAWS_PERSON, _DRAW_M3, _DRAW_SHAPE = 7.0, 0.0045, 2.0
# A guard, cleaners: draws an hour in an empty building. [1/h]
_EMPTY_DRAWS_H = 0.25
# A meal's water and the share of people that eat in. [m³]
_MEAL_M3, _EAT_IN = 0.010, 0.45
# Drips below what is declared as always on. [m³/h]
_DRIP_M3H = 0.008
_NO_BRANCH_SHARE = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Healthy use of one day by minutes.

    Attributes:
        branch: Of each branch meter. (minutes, branches) [m³/min]
        rest: What no branch counts, by building. (minutes, buildings) [m³/min]
        street: Pressure before the building's own drop. (minutes, buildings) [kPa]
    """

    branch: Floats
    rest: Floats
    street: Floats


def draws_of(plan: Plan, seed: int, day: date, people: Floats, workday: Bools) -> Draws:
    """Draws of one day, each meter from its own stream."""
    branch = np.zeros((DAY_MIN, len(plan.water)))
    for i, meter in enumerate(plan.water):
        building = plan.buildings.index(meter.building)
        rng = stream(seed, meter.id, "draws", day.toordinal())
        heads = plan.people_of(meter.building) * people[:, building]
        branch[:, i] = (
            _canteen(rng, heads, workday=bool(workday[building]))
            if is_canteen(meter)
            else _toilets(rng, heads)
        )
    rest = np.zeros((DAY_MIN, len(plan.buildings)))
    street = np.zeros_like(rest)
    hours = (np.arange(DAY_MIN) + 0.5) / 60.0
    for i, name in enumerate(plan.buildings):
        rng = stream(seed, name, "water", day.toordinal())
        heads = plan.people_of(name) * people[:, i]
        rest[:, i] = _drawn(rng, _NO_BRANCH_SHARE * heads * _DRAWS_PERSON / 600.0, _DRAW_M3)
        # The street's mains rise at night, when the town draws little.
        street[:, i] = 330.0 + 18.0 * np.cos(2.0 * np.pi * (hours - 3.5) / 24.0)
        street[:, i] += wander(rng, DAY_MIN, 30.0, 3.0)
    return Draws(branch=branch, rest=rest, street=street)


def pressure(street: Floats, flow: Floats) -> Floats:
    """At the meter, after the pipe's loss. [kPa]

    Args:
        street: Of the mains. [kPa]
        flow: Through the main meter. [m³/h]
    """
    return np.maximum(street - 1.1 * flow**2, 20.0)


def is_canteen(meter: Equipment) -> bool:
    """Whether a water meter counts a kitchen."""
    return "canteen" in meter.id or "kitchen" in meter.id


def _toilets(rng: np.random.Generator, heads: Floats) -> Floats:
    rate = heads * _DRAWS_PERSON / 600.0 + _EMPTY_DRAWS_H / 60.0
    return _drawn(rng, rate, _DRAW_M3) + _DRIP_M3H / 60.0


def _canteen(rng: np.random.Generator, heads: Floats, *, workday: bool) -> Floats:
    if not workday:
        return np.zeros(DAY_MIN)
    minutes: Floats = np.arange(DAY_MIN, dtype=np.float64) + 0.5
    eaters = _EAT_IN * float(heads.max())
    shape: Floats = 0.25 * _bell(minutes, 430.0, 30.0) + _bell(minutes, 680.0, 55.0)
    shape += 0.45 * _bell(minutes, 790.0, 35.0)
    return _drawn(rng, eaters * shape * _MEAL_M3 / 0.006, 0.006)


def _bell(minutes: Floats, middle: float, width: float) -> Floats:
    bell: Floats = np.exp(-0.5 * ((minutes - middle) / width) ** 2) / (width * 2.5066)
    return bell


def _drawn(rng: np.random.Generator, rate: Floats, mean: float) -> Floats:
    """Draws as they fall: a Poisson number each minute, each of a gamma-distributed volume.

    Args:
        rng: Where chance comes from.
        rate: Draws a minute. [1/min]
        mean: Of one draw. [m³]
    """
    count = rng.poisson(np.maximum(rate, 0.0))
    volume = rng.standard_gamma(np.maximum(count * _DRAW_SHAPE, 1e-9)) * (mean / _DRAW_SHAPE)
    return np.where(count > 0, volume, 0.0)
