"""Who is there: arrivals, lunch, meetings, visitors, overtime and weekends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from core.batch import Bools, Floats
from core.site import Equipment, Schedule
from simulators.physics.people.habits import habit_of
from simulators.physics.plan import Plan
from simulators.physics.streams import fixed, stream, wander

DAY_MIN = 1440
# Of its people a zone has on a usual day: five real rooms are used 44 % of 09–17 in the median.
_USUAL, _ZONE_DAY_SD, _FULL = (0.60, 0.82), 0.06, 0.98
# Spread of the hours at which people come and leave, 0.5 h in all: of each zone beside its
# building's, and of a building's last hour. [min]
_ZONE_SHIFT_MIN, _LEAVE_SHIFT_MIN = 18.0, 24.0
_ARRIVE_AFTER, _ARRIVE_WIDTH, _LEAVE_BEFORE, _LEAVE_WIDTH = 25.0, 16.0, 35.0, 18.0
_LUNCH_MIN, _LUNCH_WIDTH, _LUNCH_SHARE, _LUNCH_SHIFT = 745.0, 32.0, 0.40, 8.0
# One day in four some stay on, and a few always do. [share], [min]
_LATE_CHANCE, _LATE_SHARE, _LATE_MIN = 0.25, (0.05, 0.20), (60.0, 210.0)
_LAST_SHARE, _LAST_MIN = 0.04, 75.0
# Weekends: share of a building's people on Saturdays; on Sundays and holidays fewer.
_SATURDAY_SHARE, _SUNDAY, _HOLIDAY, _OFFDAY_SD, _OFFDAY_LATER = (0.03, 0.16), 0.6, 0.35, 0.4, 90.0
_WEEK_DAYS, _SATURDAY = 5, 5
_WANDER_SD, _WANDER_MIN, _NOBODY = 0.05, 60.0, 1e-3
# Meetings: half-hour starts from 9 to 16:30, one to two hours, a third to all of the seats.
_MEETINGS, _MEETING_CHANCE, _MEETING_FIRST, _MEETING_STARTS = 6, 0.55, 540, 16
_MEETING_LENGTHS, _MEETING_SHARE = (60, 90, 120), (0.15, 0.5)
# Visitors come to halls and counters in the middle of the morning and of the afternoon.
_VISITORS, _VISITOR_PEAKS, _VISITOR_WIDTH = 0.35, (620.0, 910.0), 60.0
_MINUTES: Floats = np.arange(DAY_MIN, dtype=np.float64) + 0.5


@dataclass(frozen=True, slots=True)
class Presence:
    """Share of their places that people take, by minutes of one day, 0…1.

    Attributes:
        building: (minutes, buildings)
        zone: (minutes, zones)
    """

    building: Floats
    zone: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What one building's people share on one day; times in minutes."""

    came: float
    left: float
    lunch: float
    share: float
    late_share: float
    late: float
    tilt: float


def presence_of(plan: Plan, seed: int, day: date, workday: Bools) -> Presence:
    """People of all zones and buildings; a building holds those of its zones."""
    zone = np.zeros((DAY_MIN, len(plan.zones)))
    building = np.zeros((DAY_MIN, len(plan.buildings)))
    for b, name in enumerate(plan.buildings):
        hours = plan.site.buildings[name].schedule
        shared = _day_of(seed, name, day, hours, workday=bool(workday[b]))
        mine = [z for z, of in enumerate(plan.zones) if of.building == name]
        seats = np.array([plan.zones[z].number("people", 0.0) for z in mine])
        if not seats.sum():
            building[:, b] = office(seed, name, day, shared)
            continue
        zone[:, mine] = _zones(seed, [plan.zones[z] for z in mine], seats, day, shared)
        building[:, b] = zone[:, mine] @ seats / seats.sum()
    return Presence(building, zone)


def office(seed: int, asset: str, day: date, shared: _Day) -> Floats:
    """Share of an office's people that is there, by minute."""
    rng = stream(seed, asset, "people", day.toordinal())
    arrive, leave, odd = rng.standard_normal(3)
    drift = 1.0 + wander(rng, DAY_MIN, _WANDER_MIN, _WANDER_SD)
    came = _rises(shared.came + _ZONE_SHIFT_MIN * arrive, _ARRIVE_WIDTH)
    end = shared.left + _ZONE_SHIFT_MIN * leave
    left = _rises(end, _LEAVE_WIDTH)
    late = shared.late_share * (1.0 - _rises(end + shared.late, _LEAVE_WIDTH))
    last = _LAST_SHARE * np.exp(-np.maximum(_MINUTES - end, 0.0) / _LAST_MIN)
    staying = (1.0 - left) * (1.0 - shared.late_share - _LAST_SHARE) + late + last
    lunch = _LUNCH_SHARE * np.exp(-(((_MINUTES - shared.lunch) / _LUNCH_WIDTH) ** 2))
    usual = fixed(seed, asset, "usual", *_USUAL) * shared.share * np.exp(_ZONE_DAY_SD * odd)
    along = np.clip(2.0 * (_MINUTES - shared.came) / (shared.left - shared.came) - 1.0, -1.0, 1.0)
    there = min(usual, _FULL) * came * staying * (1.0 - lunch) * drift
    there = there * (1.0 + shared.tilt * along)
    return np.where(there > _NOBODY, np.clip(there, 0.0, 1.0), 0.0)


def _day_of(seed: int, building: str, day: date, hours: Schedule, *, workday: bool) -> _Day:
    ordinal = day.toordinal()
    rng = stream(seed, building, "people", ordinal)
    arrive, leave, lunch, odd, tilt = rng.standard_normal(5)
    chance, late_share, late = rng.random(3)
    habit = habit_of(seed, building, day, (arrive, tilt))
    start, end = hours.workday or (480, 1080)
    later, share = 0.0, habit.share
    if not workday:
        kind = _HOLIDAY if day.weekday() < _WEEK_DAYS else 1.0
        kind = _SUNDAY if day.weekday() > _SATURDAY else kind
        share = fixed(seed, building, "saturday", *_SATURDAY_SHARE) * kind
        share, later, chance = share * float(np.exp(_OFFDAY_SD * odd)), _OFFDAY_LATER, 1.0
    stays = chance < _LATE_CHANCE
    return _Day(
        came=start + _ARRIVE_AFTER + later + habit.shift,
        left=end - _LEAVE_BEFORE - later + _LEAVE_SHIFT_MIN * leave,
        lunch=_LUNCH_MIN + _LUNCH_SHIFT * lunch,
        share=share,
        late_share=_within(_LATE_SHARE, late_share) if stays else 0.0,
        late=_within(_LATE_MIN, late),
        tilt=habit.tilt,
    )


def _zones(seed: int, zones: list[Equipment], seats: Floats, day: date, shared: _Day) -> Floats:
    """Offices, halls with their visitors, and meetings, whose people leave their desks."""
    share = np.stack([office(seed, z.id, day, shared) for z in zones], axis=1)
    meets = np.array([_is(z, "meet") for z in zones])
    for i, zone in enumerate(zones):
        if meets[i]:
            share[:, i] = _meetings(seed, zone.id, day) * min(shared.share, 1.0)
        elif _is(zone, "hall", "lobby"):
            share[:, i] = np.minimum(share[:, i] + _visitors(seed, zone.id, day, shared), 1.0)
    desks = share[:, ~meets] @ seats[~meets]
    away = np.minimum(share[:, meets] @ seats[meets], 0.5 * desks)
    share[:, ~meets] *= (1.0 - away / np.maximum(desks, 1e-9))[:, None]
    if desks.any() and meets.any():
        wanted = share[:, meets] @ seats[meets]
        share[:, meets] *= (away / np.maximum(wanted, 1e-9))[:, None]
    return share


def _meetings(seed: int, asset: str, day: date) -> Floats:
    rng = stream(seed, asset, "meetings", day.toordinal())
    chance, start, length, size = rng.random((4, _MEETINGS))
    share = np.zeros(DAY_MIN)
    for k in np.flatnonzero(chance < _MEETING_CHANCE):
        first = _MEETING_FIRST + 30 * int(start[k] * _MEETING_STARTS)
        lasts = _MEETING_LENGTHS[int(length[k] * len(_MEETING_LENGTHS))]
        share[first : first + lasts] += _within(_MEETING_SHARE, size[k])
    return np.minimum(share, 1.0)


def _visitors(seed: int, asset: str, day: date, shared: _Day) -> Floats:
    rng = stream(seed, asset, "visitors", day.toordinal())
    crowd = np.exp(0.5 * rng.standard_normal(len(_VISITOR_PEAKS)))
    drift = np.maximum(1.0 + wander(rng, DAY_MIN, 20.0, 0.3), 0.0)
    share = np.zeros(DAY_MIN)
    for peak, size in zip(_VISITOR_PEAKS, crowd, strict=True):
        share += size * np.exp(-0.5 * ((_MINUTES - peak) / _VISITOR_WIDTH) ** 2)
    there: Floats = _VISITORS * min(shared.share, 1.0) * share * drift
    return np.where(there > _NOBODY, there, 0.0)


def _rises(middle: float, width: float) -> Floats:
    rise: Floats = 1.0 / (1.0 + np.exp(-np.clip((_MINUTES - middle) / width, -60.0, 60.0)))
    return rise


def _within(span: tuple[float, float], share: float) -> float:
    return span[0] + (span[1] - span[0]) * float(share)


def _is(zone: Equipment, *words: str) -> bool:
    name = zone.id.rpartition(".")[2]
    return any(word in name for word in words)
