"""What a day's people, kitchens and gardens draw from each branch, whatever is at fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from core.batch import Bools, Floats, Ints
from simulators.physics.plan import Plan
from simulators.physics.streams import stream, wander
from simulators.physics.water import draws
from simulators.physics.water.draws import Drawn, a_day, drawn
from simulators.physics.water.irrigation import irrigation
from simulators.physics.water.pipes import Use, use_of
from simulators.physics.weather.weather import DAY_MIN, Weather

# Those that eat in, and when they are cooked for and washed up after: share, middle, width [min].
_EAT_IN, _MEALS = 0.8, ((0.25, 430.0, 30.0), (1.0, 680.0, 55.0), (0.45, 790.0, 35.0))
# One menu is cooked earlier than another [min] and takes more washing; its spread of logarithm.
_MENU_MIN, _MENU_SD = 12.0, 0.2
# A guard's or cleaner's uses an hour in an empty building; of a mop sink, floor for each filling.
_EMPTY_USES_H, _FLOOR_M2 = 0.03, 130.0
# Cleaners come before the people and after them, and for a little on free days. [min]
_BEFORE, _AFTER, _ROUND, _FREE_SHARE, _FREE_FROM = 75.0, 20.0, 90.0, 0.15, 540.0
# They are early or late by some minutes, and each day has its floors: its spread of logarithm.
_ROUND_SHIFT_MIN, _ROUND_SD = 8.0, 0.25
# Drips below what is declared as always on. [m³/h]
_DRIP_M3H = 0.008
# Taps and hoses that no branch counts, as a share of the people's.
_NO_BRANCH_SHARE = 0.06
# Of the washing that may be hot, what is; the rest is mixed in cold.
_HOT_SHARE = 0.5
# People to a closet, and how often the flap of one that is worn hangs after a flush: chosen.
_PEOPLE_CLOSET, _LEAST_CLOSETS, _HANGS = 25.0, 4.0, 0.4
# The street, and how its mains rise at night, when the town draws little. [kPa]
STREET_KPA = 330.0
_NIGHT_RISE, _STREET_MIN, _STREET_SD, _HIGHEST_H = 18.0, 30.0, 3.0, 3.5

NOT_FLUSHED, SEATS, HANGS = 0, 1, 2
"""What a worn flap does in a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Healthy use of one day by minutes.

    Attributes:
        fixed: What cisterns take from each branch. (minutes, branches) [m³/min]
        tapped: What taps take, at their nominal pressure. (minutes, branches) [m³/min]
        rest: What no branch counts, by building. (minutes, buildings) [m³/min]
        flap: What the flap of each branch's poorest closet would do if it were worn:
            :data:`NOT_FLUSHED`, :data:`SEATS` or :data:`HANGS`. (minutes, branches)
        street: Pressure before the building's own drop. (minutes, buildings) [kPa]
    """

    fixed: Floats
    tapped: Floats
    rest: Floats
    flap: Ints
    street: Floats


def draws_of(
    plan: Plan, seed: int, day: date, people: Floats, workday: Bools, weather: Weather, *,
    extra: Floats | None = None,
) -> Draws:  # fmt: skip
    """Draws of one day, each branch from its own stream.

    Args:
        plan: Whose.
        seed: Of the campus.
        day: Which.
        people: Share there. (minutes, buildings)
        workday: By building.
        weather: Of the day.
        extra: What is drawn besides, of the branches and then of what each building's branches
            do not count: a tank that is emptied, a tower that is filled, two toilets flushed at
            night. (minutes, branches + buildings) [m³/min]
    """
    ordinal, count = day.toordinal(), len(plan.water)
    made = Draws(
        fixed=np.zeros((DAY_MIN, count)), tapped=np.zeros((DAY_MIN, count)),
        rest=np.zeros((DAY_MIN, len(plan.buildings))),
        flap=np.zeros((DAY_MIN, count), np.int64),
        street=np.zeros((DAY_MIN, len(plan.buildings))),
    )  # fmt: skip
    for b, name in enumerate(plan.buildings):
        heads = plan.people_of(name) * people[:, b]
        _building(plan, seed, b, (ordinal, heads, bool(workday[b])), weather, made)
    if extra is not None:
        made.fixed[:] += extra[:, :count]
        made.rest[:] += extra[:, count:]
    return made


def _building(
    plan: Plan, seed: int, b: int, of_day: tuple[int, Floats, bool], weather: Weather, made: Draws
) -> None:
    """Fills in one building; ``of_day`` is the day's ordinal, its heads, whether it is worked."""
    ordinal, heads, worked = of_day
    name = plan.buildings[b]
    uses = {i: use_of(m) for i, m in enumerate(plan.water) if m.building == name}
    toilets = [i for i, use in uses.items() if use is Use.TOILETS]
    warm = np.zeros(DAY_MIN)
    hot = [i for i, use in uses.items() if use is Use.HOT_WATER]
    rounds = _rounds(plan, name, stream(seed, name, "cleaners", ordinal), worked=worked)
    for i, use in uses.items():
        meter = plan.water[i]
        rng = stream(seed, meter.id, "draws", ordinal)
        if use is Use.KITCHEN and worked:
            # A canteen may cook for more than its own building: as many of them as here come.
            of = plan.people_of(name)
            guests = meter.number("people", of) / max(of, 1.0)
            made.tapped[:, i] = drawn(rng, draws.KITCHEN, _meals(rng, guests * heads)).tapped
        elif use is Use.IRRIGATION:
            made.tapped[:, i] = irrigation(seed, meter, ordinal, weather)
        elif use is Use.TOILETS:
            closets = drawn(rng, draws.PEOPLE, _uses(heads) / len(toilets))
            mops = drawn(rng, draws.CLEANING, rounds / len(toilets))
            made.fixed[:, i] = closets.fixed
            made.tapped[:, i] = closets.tapped + mops.tapped + _DRIP_M3H / 60.0
            made.flap[:, i] = _flap(stream(seed, meter.id, "flap", ordinal), closets, heads)
            warm += closets.warm
            if hot:
                made.tapped[:, i] -= _HOT_SHARE * closets.warm
    for i in hot:
        made.tapped[:, i] = _HOT_SHARE * warm / len(hot)
    rng = stream(seed, name, "water", ordinal)
    uncounted = drawn(rng, draws.PEOPLE, _NO_BRANCH_SHARE * a_day(heads))
    made.rest[:, b] = uncounted.fixed + uncounted.tapped
    hours = (np.arange(DAY_MIN) + 0.5) / 60.0
    made.street[:, b] = STREET_KPA + _NIGHT_RISE * np.cos(2.0 * np.pi * (hours - _HIGHEST_H) / 24.0)
    made.street[:, b] += wander(rng, DAY_MIN, _STREET_MIN, _STREET_SD)


def _uses(heads: Floats) -> Floats:
    rate: Floats = a_day(heads) + _EMPTY_USES_H / 60.0
    return rate


def _meals(rng: np.random.Generator, heads: Floats) -> Floats:
    """The kitchen cooks for those who are there. Meals a minute. [1/min]"""
    minutes = np.arange(DAY_MIN, dtype=np.float64) + 0.5
    shape = np.zeros(DAY_MIN)
    moved, more = rng.standard_normal((2, len(_MEALS)))
    sizes = np.exp(_MENU_SD * more - 0.5 * _MENU_SD**2)
    for (share, usual, width), move, size in zip(_MEALS, moved, sizes, strict=True):
        middle = usual + _MENU_MIN * move
        bell = np.exp(-0.5 * ((minutes - middle) / width) ** 2)
        shape += size * share * bell / (width * np.sqrt(2.0 * np.pi))
    eating: Floats = _EAT_IN * float(heads.max()) * shape
    return eating


def _rounds(plan: Plan, building: str, rng: np.random.Generator, *, worked: bool) -> Floats:
    """Fillings of mop buckets a minute. [1/min]"""
    hours = plan.site.buildings[building].schedule.workday
    fillings = plan.area_of(building) / _FLOOR_M2
    shifts, more = rng.standard_normal((2, 2))
    sizes = np.exp(_ROUND_SD * more - 0.5 * _ROUND_SD**2)
    begins, share = np.array([_FREE_FROM, _FREE_FROM]), np.array([_FREE_SHARE, 0.0])
    if worked and hours is not None:
        begins, share = np.array([hours[0] - _BEFORE, hours[1] + _AFTER]), np.array([0.5, 0.5])
    minutes = (np.arange(DAY_MIN) + 0.5)[:, None]
    since = minutes - begins - _ROUND_SHIFT_MIN * shifts
    there = (since >= 0.0) & (since < _ROUND)
    rate: Floats = there @ (share * sizes) * fillings / _ROUND
    return rate


def _flap(rng: np.random.Generator, closets: Drawn, heads: Floats) -> Ints:
    """Which flushes are those of the poorest closet, and whether its flap hangs after them."""
    mine, hangs = rng.random((2, DAY_MIN))
    closet = max(_LEAST_CLOSETS, float(heads.max()) / _PEOPLE_CLOSET)
    flushed = mine < 1.0 - (1.0 - 1.0 / closet) ** closets.flushes
    return np.where(flushed, np.where(hangs < _HANGS, HANGS, SEATS), NOT_FLUSHED)
