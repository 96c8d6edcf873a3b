"""People by another pattern than :mod:`.people`: straight lines, no memory.

Everybody of a zone comes and goes within an hour at an even rate, a third is away at lunch, and
one day is as full as the next by chance alone. Plainer than any real building, on purpose.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.people.people import DAY_MIN, Presence
from simulators.physics.plan import Plan
from simulators.physics.streams import stream

# On a day a zone is between half and four fifths full: real ones are used 0.10–0.44–0.99.
_FULL = (0.5, 0.8)
_COMES_MIN, _GOES_MIN = 60.0, 60.0
_LATE_MIN = 30.0
_LUNCH_MIN, _LUNCH_LASTS, _LUNCH_AWAY = 720.0, 75.0, 1.0 / 3.0
# On days off one zone in five has a few people from ten to three.
_OFFDAY_CHANCE, _OFFDAY_FULL, _OFFDAY_FROM, _OFFDAY_UNTIL = 0.2, 0.1, 600.0, 900.0
_MINUTES: Floats = np.arange(DAY_MIN, dtype=np.float64) + 0.5


def presence_of(plan: Plan, seed: int, day: date, workday: Bools) -> Presence:
    """People of all zones and buildings; a building holds those of its zones."""
    zone = np.zeros((DAY_MIN, len(plan.zones)))
    building = np.zeros((DAY_MIN, len(plan.buildings)))
    for b, name in enumerate(plan.buildings):
        hours = plan.site.buildings[name].schedule.workday or (480, 1080)
        mine = [z for z, of in enumerate(plan.zones) if of.building == name]
        for z in mine:
            zone[:, z] = _zone(seed, plan.zones[z].id, day, hours, workday=bool(workday[b]))
        seats = np.array([plan.zones[z].number("people", 0.0) for z in mine])
        if seats.sum():
            building[:, b] = (zone[:, mine] * seats).sum(axis=1) / seats.sum()
        else:
            building[:, b] = _zone(seed, name, day, hours, workday=bool(workday[b]))
    return Presence(building, zone)


def _zone(seed: int, asset: str, day: date, hours: tuple[int, int], *, workday: bool) -> Floats:
    """One zone's share of its places that are taken, by minute."""
    full, late, chance = stream(seed, asset, "plain people", day.toordinal()).random(3)
    if not workday:
        there = (_MINUTES >= _OFFDAY_FROM) & (_MINUTES < _OFFDAY_UNTIL)
        return np.where(there, _OFFDAY_FULL, 0.0) * float(chance < _OFFDAY_CHANCE)
    start = hours[0] + _LATE_MIN * late
    here = _ramp(start, _COMES_MIN) - _ramp(hours[1] - _GOES_MIN, _GOES_MIN)
    lunch = (_MINUTES >= _LUNCH_MIN) & (_MINUTES < _LUNCH_MIN + _LUNCH_LASTS)
    share = _FULL[0] + (_FULL[1] - _FULL[0]) * full
    there_at: Floats = share * here * np.where(lunch, 1.0 - _LUNCH_AWAY, 1.0)
    return np.maximum(there_at, 0.0)


def _ramp(start: float, lasts: float) -> Floats:
    """From 0 to 1 in a straight line."""
    return np.minimum(np.maximum((_MINUTES - start) / lasts, 0.0), 1.0)
