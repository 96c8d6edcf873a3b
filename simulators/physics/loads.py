"""Electricity of each branch by the minute: what people and hours ask, and what plant takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from core.site import Equipment
from simulators.physics.conditions import Conditions
from simulators.physics.drivers import Drivers
from simulators.physics.happenings import Changes
from simulators.physics.plan import Plan
from simulators.physics.rhythm import base_factor, hours_factor, lumps, tenancy_factor
from simulators.physics.streams import fixed, stream, wander
from simulators.physics.trace import AHU_ROW, BUILDING_ROW, Trace
from simulators.physics.weather import DAY_MIN

# Day levels per gross floor. [kW/m²]
_SOCKETS, _CORRIDORS, _LIFTS = 0.0055, 0.0010, 0.0010
# What sockets and lights keep at night: standby, servers under desks, what nobody switches off.
# Of 33 real buildings 70 % keep over 0.35 of their workday's use at night, 55 % over 0.5.
_SOCKETS_NIGHT, _LIFTS_NIGHT = (0.20, 0.60), 0.12
# At noon of a usual day, of the people of a building.
_USUAL_PEOPLE = 0.7
# One menu takes more cooking than another.
_MEAL_SD = 0.2
_KITCHEN_KW_PERSON, _KITCHEN_OPENS, _KITCHEN_SHUTS = 0.05, 380.0, 1050.0
_BRANCH_SD, _BRANCH_MIN = 0.03, 120.0
_FAN_EXPONENT = 2.5
_PUMP_BASE_KW = 0.35  # sumps and what circulates hot water
# Cables, and what no branch counts.
_UNCOUNTED_SHARE, _UNCOUNTED_KW = 0.012, 0.4


@dataclass(frozen=True, slots=True)
class Asked:
    """What people and hours ask of one day's circuits, plant apart. (minutes, branches) [kW]

    ``changes`` is what happens on that day.
    """

    power: Floats
    changes: Changes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How one building's day differs from its usual day.

    Attributes:
        hours: Of all circuits, by minute.
        base: Of what never stops.
        tenancy: Of sockets and lights, for months.
        lumps: What runs now and then, share of the day level, by minute.
    """

    hours: Floats
    base: float
    tenancy: float
    lumps: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """What shapes one circuit's day.

    Attributes:
        index: Of the branch.
        people: Share there, by minute.
        hours: That its building is worked. [min]
        rng: Its own stream of the day.
        rhythm: Of its building.
    """

    index: int
    people: Floats
    hours: tuple[int, int] | None
    rng: np.random.Generator
    rhythm: Rhythm


class Loads:
    """Electricity of all branches of a site."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._seed = seed
        self._of = np.array([plan.buildings.index(m.building) for m in plan.electric], np.int64)
        self._level = np.array([self._day_level(m) for m in plan.electric])
        self._night = np.array([
            fixed(seed, m.id, "night", *_SOCKETS_NIGHT) for m in plan.electric
        ])  # fmt: skip
        self._items = [m.meter.item[:4] if m.meter is not None else "" for m in plan.electric]
        self._fan_kw = np.array([a.number("fan_power", 8.0) for a in plan.ahus])

    def asked(self, drivers: Drivers) -> Asked:
        """The day's circuits that do not depend on plant."""
        shapes = {"01A1": self._sockets, "01A2": _corridors, "01C1": _lifts, "01D1": _steady,
                  "01D3": _kitchen}  # fmt: skip
        power = np.zeros((DAY_MIN, len(self._plan.electric)))
        ordinal = drivers.day.toordinal()
        rhythms = [_rhythm(self._seed, b, ordinal) for b in self._plan.buildings]
        for i, meter in enumerate(self._plan.electric):
            shape: Callable[[Circuit], Floats] | None = shapes.get(self._items[i])
            if shape is None:
                continue
            schedule = self._plan.site.buildings[meter.building].schedule
            rhythm, workday = rhythms[self._of[i]], drivers.workday[self._of[i]]
            rng = stream(self._seed, meter.id, "load", ordinal)
            profile = shape(Circuit(
                index=i, people=drivers.people[:, self._of[i]], rng=rng, rhythm=rhythm,
                hours=_open(
                    schedule.workday if workday else schedule.offday,
                    0.0 if drivers.changes is None else float(drivers.changes.until[self._of[i]]),
                ),
            ))  # fmt: skip
            varies = rhythm.hours * (1.0 + wander(rng, DAY_MIN, _BRANCH_MIN, _BRANCH_SD))
            always = meter.meter.always_on if meter.meter is not None else 0.0
            power[:, i] = 0.93 * always * rhythm.base * varies + np.maximum(
                self._level[i] * profile * varies, 0.0
            )
        return Asked(power, drivers.changes)

    def power(
        self, asked: Asked, now: Conditions, minutes: tuple[int, int], trace: Trace,
        pumped: Floats,
    ) -> Floats:  # fmt: skip
        """Of each branch. (minutes, branches) [kW]

        Args:
            asked: Of the day.
            now: Faults as parameters.
            minutes: From and to, minutes of the day.
            trace: What the plant did in them.
            pumped: What lifts each building's water. (minutes, buildings) [kW]
        """
        power: Floats = np.maximum(asked.power[slice(*minutes)], now.lights * self._level)
        plant = {"01B1": self._plant(trace), "01B2": self._terminals(trace),
                 "01C2": _PUMP_BASE_KW + pumped}  # fmt: skip
        for i, item in enumerate(self._items):
            if item in plant:
                power[:, i] = plant[item][:, self._of[i]]
        return power if asked.changes is None else asked.changes.metered(power, minutes)

    def mains(self, branches: Floats) -> Floats:
        """What each building's main counts: its branches, cables, what no branch counts."""
        sums = np.stack(
            [branches[:, self._of == i].sum(axis=1) for i in range(len(self._plan.buildings))],
            axis=1,
        )
        total: Floats = sums * (1.0 + _UNCOUNTED_SHARE) + _UNCOUNTED_KW
        return total

    def _plant(self, trace: Trace) -> Floats:
        row = {name: trace.building[i] for name, i in BUILDING_ROW.items()}
        total: Floats = row["cooling_power"] + row["cooling_extra"] + row["heating_power"] + 0.15
        return total

    def _terminals(self, trace: Trace) -> Floats:
        fans = trace.ahu[AHU_ROW["fan"]] * self._fan_kw
        fans = fans * trace.ahu[AHU_ROW["speed"]] ** _FAN_EXPONENT
        total: Floats = fans @ self._plan.ahus_of_building.T + 0.2
        return total

    def _day_level(self, meter: Equipment) -> float:
        area = self._plan.area_of(meter.building)
        item = meter.meter.item[:4] if meter.meter is not None else ""
        level = {
            "01A1": area * _SOCKETS, "01A2": area * _CORRIDORS, "01C1": area * _LIFTS,
            "01D1": 0.0, "01D3": self._plan.people_of(meter.building) * _KITCHEN_KW_PERSON,
        }.get(item, 0.0)  # fmt: skip
        return level * fixed(self._seed, meter.id, "size", 0.92, 1.08)

    def _sockets(self, of: Circuit) -> Floats:
        night = float(self._night[of.index])
        standing = night * of.rhythm.base * of.rhythm.tenancy
        used = (1.0 - night) * of.people * of.rhythm.tenancy
        return standing + used + of.rhythm.lumps


def _rhythm(seed: int, building: str, ordinal: int) -> Rhythm:
    return Rhythm(
        hours=hours_factor(seed, building, ordinal),
        base=base_factor(seed, building, ordinal),
        tenancy=tenancy_factor(seed, building, ordinal),
        lumps=lumps(seed, building, ordinal),
    )


def _open(hours: tuple[int, int] | None, until: float) -> tuple[int, int] | None:
    """A building's hours on a day on which it stays open late. [min]"""
    return hours if hours is None else (hours[0], max(hours[1], round(until)))


def _corridors(of: Circuit) -> Floats:
    """On from half an hour before opening until the round of the guard; a third elsewhile."""
    minutes = np.arange(DAY_MIN)
    shift, hours = of.rng.normal(0.0, 4.0, 2), of.hours
    if hours is None:
        return np.where(of.people > 0.0, 0.08, 0.0)
    return np.where(
        (minutes >= hours[0] - 25 + shift[0]) & (minutes < hours[1] + 15 + shift[1]), 1.0, 0.0
    )


def _lifts(of: Circuit) -> Floats:
    moving = np.abs(np.gradient(of.people)) * 35.0
    trips = of.rng.gamma(4.0, 0.25, DAY_MIN)
    return _LIFTS_NIGHT + (0.5 * of.people + np.minimum(moving, 0.45)) * trips


def _steady(of: Circuit) -> Floats:
    return np.zeros_like(of.people)


def _kitchen(of: Circuit) -> Floats:
    if of.hours is None:
        return np.zeros(DAY_MIN)
    # It cooks for those who are there.
    eat = float(of.people.max()) / _USUAL_PEOPLE
    minutes = np.arange(DAY_MIN) + 0.5
    late = of.rng.normal(0.0, 5.0)
    meals = np.exp(_MEAL_SD * of.rng.standard_normal(3))
    breakfast = np.exp(-0.5 * ((minutes - 425.0 - late) / 25.0) ** 2)
    lunch = np.exp(-0.5 * ((minutes - 675.0 - late) / 60.0) ** 2)
    washing = 0.5 * np.exp(-0.5 * ((minutes - 800.0 - late) / 35.0) ** 2)
    base = np.where((minutes > _KITCHEN_OPENS) & (minutes < _KITCHEN_SHUTS), 0.2, 0.0)
    total: Floats = base + eat * (
        0.45 * meals[0] * breakfast + meals[1] * lunch + meals[2] * washing
    )
    return total
