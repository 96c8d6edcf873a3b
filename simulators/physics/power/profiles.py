"""Shapes of circuits that follow people and hours, by the minute of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.batch import Floats
from simulators.physics.power.rhythm import base_factor, hours_factor, lumps, tenancy_factor
from simulators.physics.weather.weather import DAY_MIN

_LIFTS_NIGHT = 0.12
# At noon of a usual day, of the people of a building.
_USUAL_PEOPLE = 0.7
# One menu takes more cooking than another, and earlier: a stew is put on at eight. [min]
_MEAL_SD = 0.2
_KITCHEN_OPENS, _KITCHEN_SHUTS = 380.0, 1050.0
# A kitchen is two dozen steamers, pots, ovens and washers, each put on when its dish asks for it:
# of each meal when the middle one is put on and by how much a menu moves it, how far they lie
# apart, how long they run [min], and their rating together, share of the kitchen's day level.
# Counters, hoods and cold rooms run while it is open. All chosen.
_APPLIANCES, _OPEN = 24, 0.25
_MEALS = ((395.0, 8.0, 15.0, (20.0, 50.0), 0.75), (610.0, 35.0, 65.0, (30.0, 120.0), 1.2),
          (790.0, 25.0, 40.0, (30.0, 90.0), 1.0))  # fmt: skip
# Drinking water: boilers are on or off, a pulse lasts so long; the guard's round puts them on floor
# by floor before opening, give or take some minutes, and each warms for so long, all stand hot
# until a timer ends the day, lose a twelfth of their power, and give a head 2 L a day (80 K,
# 0.19 kWh), which is a fifth of their power while people are there. [min]
_BOILERS, _PULSE_MIN, _STANDING, _DRAWN = 6, 4, 1.0 / 12.0, 0.2
_ROUND_MIN, _LATE_MIN, _WARMS_MIN = (105.0, 50.0), 3.0, 45.0
# Split units: full cooling 12 K above 24 °C outdoors, full heating 16 K below 12 °C. [°C], [K]
_COOLS, _COOLS_OVER, _HEATS, _HEATS_OVER = 24.0, 12.0, 12.0, 16.0


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
        people: Share there, by minute.
        oat: Outdoor air, by minute. [°C]
        hours: That its building is worked. [min]
        night: Share of the day level that sockets and lights keep.
        rng: Its own stream of the day.
        rhythm: Of its building.
    """

    people: Floats
    oat: Floats
    hours: tuple[int, int] | None
    night: float
    rng: np.random.Generator
    rhythm: Rhythm


def rhythm_of(seed: int, building: str, day: date) -> Rhythm:
    """A building's rhythm on one day."""
    ordinal = day.toordinal()
    return Rhythm(
        hours=hours_factor(seed, building, ordinal),
        base=base_factor(seed, building, ordinal),
        tenancy=tenancy_factor(seed, building, ordinal),
        lumps=lumps(seed, building, day),
    )


def opens(hours: tuple[int, int] | None, until: float) -> tuple[int, int] | None:
    """A building's hours on a day on which it stays open late. [min]"""
    return hours if hours is None else (hours[0], max(hours[1], round(until)))


def sockets(of: Circuit) -> Floats:
    """Sockets and lights: what stands, what people use, and what runs now and then."""
    standing = of.night * of.rhythm.base * of.rhythm.tenancy
    used = (1.0 - of.night) * of.people * of.rhythm.tenancy
    return standing + used + of.rhythm.lumps


def corridors(of: Circuit) -> Floats:
    """On from half an hour before opening until the round of the guard."""
    minutes = np.arange(DAY_MIN)
    shift, hours = of.rng.normal(0.0, 4.0, 2), of.hours
    if hours is None:
        return np.where(of.people > 0.0, 0.08, 0.0)
    return np.where(
        (minutes >= hours[0] - 25 + shift[0]) & (minutes < hours[1] + 15 + shift[1]), 1.0, 0.0
    )


def lifts(of: Circuit) -> Floats:
    """Standby, and trips that people make when they come and go."""
    moving = np.abs(np.gradient(of.people)) * 35.0
    trips = of.rng.gamma(4.0, 0.25, DAY_MIN)
    return _LIFTS_NIGHT + (0.5 * of.people + np.minimum(moving, 0.45)) * trips


def steady(of: Circuit) -> Floats:
    """Nothing but what is declared always on."""
    return np.zeros_like(of.people)


def kitchen(of: Circuit) -> Floats:
    """Breakfast, lunch and washing up, for those who are there."""
    if of.hours is None:
        return np.zeros(DAY_MIN)
    eat = float(of.people.max()) / _USUAL_PEOPLE
    minutes = np.arange(DAY_MIN) + 0.5
    sizes = np.exp(_MEAL_SD * of.rng.standard_normal(len(_MEALS)))
    total = np.where((minutes > _KITCHEN_OPENS) & (minutes < _KITCHEN_SHUTS), _OPEN, 0.0)
    for size, (middle, menu, apart, (least, most), rating) in zip(sizes, _MEALS, strict=True):
        moved = middle + menu * of.rng.standard_normal()
        put_on = moved + apart * of.rng.standard_normal(_APPLIANCES)
        runs = least + (most - least) * of.rng.random(_APPLIANCES)
        on = (minutes[:, None] >= put_on) & (minutes[:, None] < put_on + runs)
        total += eat * size * rating * on.mean(axis=1)
    return total


def water_boilers(of: Circuit) -> Floats:
    """Boilers of drinking water: whole elements, switched as heat is lost and drawn."""
    phase = of.rng.random(_BOILERS)
    drawn = _DRAWN * of.people * np.exp(0.3 * of.rng.standard_normal(DAY_MIN))
    before = np.linspace(*_ROUND_MIN, _BOILERS) + _LATE_MIN * of.rng.standard_normal(_BOILERS)
    if of.hours is None:
        return np.zeros(DAY_MIN)
    minutes = np.arange(DAY_MIN)[:, None]
    first = np.maximum(0.0, of.hours[0] - before)
    warming = (minutes >= first) & (minutes < first + _WARMS_MIN)
    on = (minutes >= first) & (minutes < of.hours[1])
    wanted = np.where(warming, 1.0, np.where(on, _STANDING + drawn[:, None], 0.0))
    counts = np.floor(np.cumsum(wanted, axis=0) / _PULSE_MIN + phase).mean(axis=1)
    return np.convolve(np.diff(counts, prepend=0.0), np.ones(_PULSE_MIN))[:DAY_MIN]


def split_units(of: Circuit) -> Floats:
    """Split units of those who are there, by the weather."""
    cooling = np.clip((of.oat - _COOLS) / _COOLS_OVER, 0.0, 1.0)
    heating = np.clip((_HEATS - of.oat) / _HEATS_OVER, 0.0, 1.0)
    asked: Floats = of.people * (cooling + heating)
    return asked


SHAPES: Mapping[str, Callable[[Circuit], Floats]] = {
    "01A1": sockets, "01A2": corridors, "01B3": split_units, "01C1": lifts, "01C4": water_boilers,
    "01D1": steady, "01D3": kitchen,
}  # fmt: skip
"""By kind of circuit; share of its day level."""
