"""What happenings change of a day: people, loads, draws, fans, gains.

Everything after them follows by physics; none draws from a stream of somebody else's, so that a
campus without one says the same beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from core.clock import DAY_MS, MINUTE_MS
from simulators.physics.people.happenings import Happening, HappeningKind
from simulators.physics.plan import Plan
from simulators.physics.power.circuits import CORRIDORS_KW_M2, SOCKETS_KW_M2, item_of
from simulators.physics.streams import stream
from simulators.physics.weather.weather import DAY_MIN, Weather

# Of its own level, what a machine that is new takes while it stands idle.
_IDLE_SHARE, _MACHINE_HOURS = 0.1, (480, 1020)
# Bright: outdoors, when dimmed lights are down. [W/m²]
_BRIGHT = 400.0
# Dual flush by GB 25502, some 6 L in two minutes; a guard's round is over within the half hour.
_FLUSH_M3, _FLUSH_MIN, _ROUND_MIN, _THREE = 0.006, 2, 30, 180
# Cleaners come when everybody is gone, and fill a bucket every ten minutes. [min], [m³/min]
_CLEANERS, _BUCKETS = ((1320, 1440), (0, 120)), 0.008 / 10.0
# A softener washes its resin back every third night for some seventy minutes.
_SOFTENER_NIGHTS, _SOFTENER_MIN = 3, 70
_STEADY_HOURS = (420, 1200)
_TEST_WEEKDAY, _TEST = 2, (540, 555)  # Wednesday, 9:00 to 9:15
# Who is told to stay at home: a few come all the same.
_SENT_HOME = 0.1
_UPS_ITEM, _PUMP_ITEM, _DESK_ITEM, _CORRIDOR_ITEM = "01D1", "01C2", "01A1", "01A2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What happenings make of one day.

    Attributes:
        crowd: Factor on a building's people. (minutes, buildings)
        stay: Share of them that is there whatever the hour. (minutes, buildings)
        fan: 1 where fans are held on, −1 where they cannot run, else 0. (minutes, buildings)
        until: Until when a building is lit that stays open late; 0 for its own hours. [min]
        gains: Heat into rooms. (minutes, zones) [kW]
        times: Factor on each circuit. (minutes, branches)
        extra: What each circuit takes besides. (minutes, branches) [kW]
        lone: Of that, what hangs on its first phase alone. (minutes, branches) [kW]
        idle: What of it is only magnetised. (minutes, branches) [kvar]
        water: What is drawn besides, of water branches, then of what each building's branches do
            not count. (minutes, branches + buildings) [m³/min]
        street: Factor on the street's pressure. (minutes, buildings)
    """

    crowd: Floats
    stay: Floats
    fan: Floats
    until: Floats
    gains: Floats
    times: Floats
    extra: Floats
    lone: Floats
    idle: Floats
    water: Floats
    street: Floats

    def there(self, share: Floats, of: Sequence[int]) -> Floats:
        """Presence as it becomes. (minutes, columns), ``of`` each column's building, 0…1"""
        columns = list(of)
        became: Floats = np.minimum(
            np.maximum(share * self.crowd[:, columns], self.stay[:, columns]), 1.0
        )
        return became

    def runs(self, meant: Bools, of: Sequence[int]) -> Bools:
        """Fans' hours as they become. (minutes, air handlers)"""
        held = self.fan[:, list(of)]
        became: Bools = (meant | (held > 0.0)) & (held >= 0.0)
        return became

    def metered(self, power: Floats, minutes: tuple[int, int]) -> Floats:
        """Power of the circuits as it becomes. (minutes of the stretch, branches) [kW]"""
        rows = slice(*minutes)
        became: Floats = (power + self.extra[rows]) * self.times[rows]
        return became

    def crooked(self) -> Floats | None:
        """What hangs on first phases alone; None where nothing does. (minutes, branches) [kW]"""
        return self.lone * self.times if self.lone.any() else None

    def magnetised(self) -> Floats | None:
        """What stands magnetised; None where nothing does. (minutes, branches) [kvar]"""
        return self.idle * self.times if self.idle.any() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What an effect looks at: the day's midnight [ms], its weather, who usually is there.

    ``worked`` by building, ``people`` as their share. (minutes, buildings)
    """

    plan: Plan
    seed: int
    start: int
    ordinal: int
    worked: Bools
    weather: Weather
    people: Floats

    def building(self, happening: Happening) -> int:
        return self.plan.buildings.index(happening.building)

    def circuits(self, happening: Happening, *items: str) -> list[int]:
        """Branches of its building with one of these item codes; all where none is named."""
        return [
            i
            for i, m in enumerate(self.plan.electric)
            if m.building == happening.building and (not items or item_of(m) in items)
        ]

    def pipe(self, happening: Happening) -> int:
        """Column of :attr:`Changes.water`: its branch, else what no branch of it counts."""
        ids = [m.id for m in self.plan.water]
        if happening.asset in ids:
            return ids.index(happening.asset)
        return len(ids) + self.building(happening)

    def area(self, happening: Happening) -> float:
        return self.plan.area_of(happening.building)


_Effect = Callable[[_Day, Happening, Bools, Changes], None]


def changes_on(
    plan: Plan, seed: int, happenings: Sequence[Happening], start: int,
    of_day: tuple[int, Bools, Floats], weather: Weather,
) -> Changes | None:  # fmt: skip
    """What happens on the day from ``start`` [ms]; None on a day on which nothing does.

    ``of_day`` is the day's ordinal, by building whether it is worked, and the share of its people
    that would be there. (minutes, buildings)
    """
    today = [
        h for h in happenings
        if h.kind in _EFFECTS and h.start < start + DAY_MS and h.end > start
        and h.building in plan.buildings
    ]  # fmt: skip
    if not today:
        return None
    made = _unchanged(plan)
    day = _Day(
        plan=plan,
        seed=seed,
        start=start,
        ordinal=of_day[0],
        worked=of_day[1],
        people=of_day[2],
        weather=weather,
    )
    for happening in today:
        _EFFECTS[happening.kind](day, happening, happening.within(start), made)
    return made


def _unchanged(plan: Plan) -> Changes:
    buildings, circuits = len(plan.buildings), len(plan.electric)
    return Changes(
        crowd=np.ones((DAY_MIN, buildings)), stay=np.zeros((DAY_MIN, buildings)),
        fan=np.zeros((DAY_MIN, buildings)), until=np.zeros(buildings),
        gains=np.zeros((DAY_MIN, len(plan.zones))),
        times=np.ones((DAY_MIN, circuits)), extra=np.zeros((DAY_MIN, circuits)),
        lone=np.zeros((DAY_MIN, circuits)), idle=np.zeros((DAY_MIN, circuits)),
        water=np.zeros((DAY_MIN, len(plan.water) + buildings)),
        street=np.ones((DAY_MIN, buildings)),
    )  # fmt: skip


def _overtime(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Some stay, and air and light stay with them. ``size``: their share of the building's."""
    b = day.building(it)
    made.stay[when, b] = np.maximum(made.stay[when, b], it.size)
    made.fan[when, b] = 1.0
    made.until[b] = max(made.until[b], float(np.flatnonzero(when)[-1] + 1))


def _crowded(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """More people than usual. ``size``: factor."""
    made.crowd[when, day.building(it)] *= it.size


def _shutdown(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    made.crowd[when, day.building(it)] *= _SENT_HOME
    _power_cut(day, it, when, made)


def _power_cut(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Nothing but what hangs on the UPS runs."""
    made.fan[when, day.building(it)] = -1.0
    lost = sorted(set(day.circuits(it)) - set(day.circuits(it, _UPS_ITEM)))
    made.times[:, lost] *= np.where(when, 0.0, 1.0)[:, None]


def _poured(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """A tank or a basin is filled, evenly. ``size``: in all. [m³]"""
    minutes = (it.end - it.start) / MINUTE_MS
    made.water[when, day.pipe(it)] += it.size / minutes


def _tenant(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """People with their desks. ``size``: how many more, as a share."""
    made.crowd[when, day.building(it)] *= 1.0 + it.size
    more = np.where(when, 1.0 + it.size, 1.0)
    made.times[:, day.circuits(it, _DESK_ITEM)] *= more[:, None]


def _machine(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Runs by day and idles by night. ``size``: of its building's desks."""
    worked = bool(day.worked[day.building(it)])
    runs = when & _between(*_MACHINE_HOURS) & worked
    power = it.size * SOCKETS_KW_M2 * day.area(it)
    for i in day.circuits(it, _DESK_ITEM)[:1]:
        made.extra[:, i] += power * np.where(runs, 1.0, np.where(when, _IDLE_SHARE, 0.0))


def _daylight(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Lights at the windows go down when it is bright. ``size``: of the desks' circuit, at most."""
    down = 1.0 - it.size * np.minimum(day.weather.sun / _BRIGHT, 1.0)
    for i in day.circuits(it, _DESK_ITEM):
        made.times[:, i] *= np.where(when, down, 1.0)


def _flushes(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Closets are flushed on a guard's round. ``size``: how many."""
    rng = stream(day.seed, it.id, day.ordinal)
    for first in _THREE + rng.integers(0, _ROUND_MIN, round(it.size)):
        rows = np.arange(first, first + _FLUSH_MIN)
        made.water[rows, day.pipe(it)] += when[rows] * _FLUSH_M3 / _FLUSH_MIN


def _base(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Desks that nobody switches off. ``size``: of the day level, those of who is not there."""
    power = it.size * SOCKETS_KW_M2 * day.area(it)
    idle = np.where(when, 1.0 - day.people[:, day.building(it)], 0.0)
    for i in day.circuits(it, _DESK_ITEM)[:1]:
        made.extra[:, i] += idle * power


def _core(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """A room that is warm day and night. ``size``: [kW/m²]"""
    zone = [z.id for z in day.plan.zones].index(it.asset)
    power = np.where(when, it.size * float(day.plan.area[zone]), 0.0)
    made.gains[:, zone] += power
    for i in day.circuits(it, _DESK_ITEM)[:1]:
        made.extra[:, i] += power


def _cleaners(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Floor by floor, from ten to two. ``size``: share of the corridors lit at a time."""
    b = day.building(it)
    for part in _CLEANERS:
        if not (day.worked[b] or part[0] == 0):
            continue
        there = when & _between(*part)
        made.water[there, day.pipe(it)] += _BUCKETS
        for i in day.circuits(it, _CORRIDOR_ITEM)[:1]:
            made.extra[there, i] += it.size * CORRIDORS_KW_M2 * day.area(it)


def _softener(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """``size``: water of one regeneration. [m³]"""
    if day.ordinal % _SOFTENER_NIGHTS == 0:
        runs = when & _between(_THREE, _THREE + _SOFTENER_MIN)
        made.water[runs, day.pipe(it)] += it.size / _SOFTENER_MIN


def _steady(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """A machine that drinks while people work. ``size``: [m³/h]"""
    if day.worked[day.building(it)]:
        made.water[when & _between(*_STEADY_HOURS), day.pipe(it)] += it.size / 60.0


def _pump_test(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """``size``: of the pump that is run for a quarter of an hour. [kW]"""
    if (day.ordinal - 1) % 7 == _TEST_WEEKDAY:
        for i in day.circuits(it, _PUMP_ITEM)[:1]:
            made.extra[when & _between(*_TEST), i] += it.size


def _server(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Hangs on one phase of its circuit. ``size``: what it takes. [kW]"""
    i = [m.id for m in day.plan.electric].index(it.asset)
    made.extra[when, i] += it.size
    made.lone[when, i] += it.size


def _idle(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """Motors and isolating transformers stand magnetised. ``size``: [kvar]"""
    made.idle[when, [m.id for m in day.plan.electric].index(it.asset)] += it.size


def _throttled(day: _Day, it: Happening, when: Bools, made: Changes) -> None:
    """The waterworks lower the pressure. ``size``: what is left of it."""
    made.street[when, day.building(it)] *= it.size


_EFFECTS: Mapping[HappeningKind, _Effect] = {
    HappeningKind.OVERTIME: _overtime,
    HappeningKind.EXAM_WEEKEND: _crowded,
    HappeningKind.SHUTDOWN: _shutdown,
    HappeningKind.POWER_CUT: _power_cut,
    HappeningKind.TANK_CLEANED: _poured,
    HappeningKind.TOWER_FILLED: _poured,
    HappeningKind.NEW_TENANT: _tenant,
    HappeningKind.NEW_PLANT: _machine,
    HappeningKind.DAYLIGHT: _daylight,
    HappeningKind.NIGHT_FLUSHES: _flushes,
    HappeningKind.HIGH_BASE: _base,
    HappeningKind.WARM_CORE: _core,
    HappeningKind.CLEANERS: _cleaners,
    HappeningKind.SOFTENER: _softener,
    HappeningKind.STEADY_DRAW: _steady,
    HappeningKind.PUMP_TEST: _pump_test,
    HappeningKind.ONE_PHASE: _server,
    HappeningKind.IDLE_MOTORS: _idle,
    HappeningKind.LOW_PRESSURE: _throttled,
}
"""A make-up day needs none: it stands in the calendar, which makes it a working day."""


def _between(first: int, last: int) -> Bools:
    minutes = np.arange(DAY_MIN)
    inside: Bools = (minutes >= first) & (minutes < last)
    return inside
