"""Which distractors a seed brings, and where a campus would have announced them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.site import CalendarEntry, Site
from simulators.accused import COLD_C, WARM_C, accused
from simulators.days import Days
from simulators.distractor_places import seats
from simulators.distractors import ABOUT, Distractor, scope_of, told
from simulators.physics.faults import log_uniform
from simulators.physics.people.happenings import Happening, HappeningKind
from simulators.physics.streams import stream
from simulators.physics.weather.climate import CLIMATES, DEFAULT_CLIMATE, season_of
from simulators.physics.weather.spells import Spell, SpellKind

_K = HappeningKind
RUN_IN_NIGHTS = 91
"""So long before the start what is always there has been there."""
CHANCE = 0.7
"""That a kind that a building has a place for is drawn: no two buildings have the same."""
_ALWAYS_CHANCE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A campus with its distractors.

    Attributes:
        site: With what is declared in its calendar.
        happenings: For the campus.
        spells: Heat waves and cold snaps, for its weather.
        distractors: All of them in words, by start.
    """

    site: Site
    happenings: tuple[Happening, ...] = ()
    spells: tuple[Spell, ...] = ()
    distractors: tuple[Distractor, ...] = ()


def staged(
    site: Site, seed: int, start: int, days: int, *, chance: float = CHANCE,
    climate: str = DEFAULT_CLIMATE,
) -> Staged:  # fmt: skip
    """The distractors of a seed, each kind at most once a building.

    Args:
        site: Where.
        seed: Of the draw; another stream than weather, faults and noise.
        start: Local midnight from which they may begin, UTC. [ms]
        days: How long they may.
        chance: Of each kind in each building, 0…1; of what is always there it is less.
        climate: Of the campus: in a mild one nothing is a cold snap.
    """
    happenings = [
        happening
        for building in sorted(site.buildings)
        for kind in ABOUT
        for happening in _drawn(site, seed, building, kind, (start, days), chance)
    ]
    spells = tuple(_spells(site, seed, (start, days), chance, climate))
    lines = [told(site, h) for h in happenings]
    lines += [_weather(site, spell, start) for spell in spells]
    lines += accused(site, start, days, climate)
    return Staged(
        site=declared(site, happenings), happenings=tuple(happenings), spells=spells,
        distractors=tuple(sorted(lines, key=lambda d: (d.start, d.id))),
    )  # fmt: skip


def declared(site: Site, happenings: Iterable[Happening]) -> Site:
    """The site with what is announced of them in its calendar."""
    entries = [
        CalendarEntry(
            mode=mode, start=h.start, end=h.end, scope=scope_of(h),
            note=ABOUT[h.kind].meaning,
        )
        for h in happenings
        if h.kind in ABOUT and (mode := ABOUT[h.kind].declared) is not None
    ]  # fmt: skip
    return replace(site, calendar=(*site.calendar, *entries))


def _drawn(
    site: Site, seed: int, building: str, kind: HappeningKind, when: tuple[int, int],
    chance: float,
) -> Iterator[Happening]:  # fmt: skip
    """What of one kind happens in a building; its own stream, whatever else does."""
    rng = stream(seed, building, kind.value, "distractor")
    happens, where, size, day, minute, lasts = rng.random(6)
    about, where_it_can = ABOUT[kind], seats(site, building, kind)
    likely = _ALWAYS_CHANCE / CHANCE * chance if about.always and chance < 1.0 else chance
    if happens >= likely or not where_it_can:
        return
    asset, point = where_it_can[int(where * len(where_it_can))]
    days = Days(site, when[0])
    times = _times(days, building, kind, when, (day, minute, lasts))
    for n, (start, end) in enumerate(t for t in times if t[0] < t[1]):
        name = f"{kind.value}@{asset or building}"
        yield Happening(
            id=f"{name}/{n + 1}" if n else name, kind=kind, building=building, asset=asset,
            point=point, start=start, end=end, size=log_uniform(about.span, size),
        )  # fmt: skip


def _times(
    days: Days, building: str, kind: HappeningKind, when: tuple[int, int],
    shares: tuple[float, float, float],
) -> list[tuple[int, int]]:  # fmt: skip
    """When: from and to, UTC [ms]; none where the time has no such day."""
    start, end = when[0], when[0] + when[1] * DAY_MS
    if ABOUT[kind].always:
        return [(start - RUN_IN_NIGHTS * DAY_MS, end)]
    fitting = _fitting(days, building, kind, when)
    if not fitting:
        return []
    day, minute, lasts = shares
    first = fitting[int(day * len(fitting))]
    if kind is _K.OVERTIME:
        evenings = fitting[fitting.index(first) :][:3]
        hours = 18.5 + 0.5 * int(2 * minute), 20.5 + 0.5 * int(5 * lasts)
        return [(_at(days, e, hours[0]), _at(days, e, hours[1])) for e in evenings]
    if kind is _K.EXAM_WEEKEND:
        return [(_at(days, first, 0.0), _at(days, first, 48.0))]
    if kind is _K.MAKE_UP_DAY:
        return [(_at(days, first, 0.0), _at(days, first, 24.0))]
    if kind in {_K.NEW_TENANT, _K.NEW_PLANT, _K.CO2_CALIBRATED}:
        return [(_at(days, first, 24.0 * (kind is not _K.CO2_CALIBRATED)), end)]
    if kind is _K.NIGHT_FLUSHES:
        return [(_at(days, first, 0.0), min(_at(days, first, 96.0), end))]
    # From, how much later at most, and for how long: least and most. [h]
    opens, later, least, most = {
        _K.SHUTDOWN: (7.0, 2.0, 5.0, 10.0), _K.POWER_CUT: (8.0, 8.0, 0.15, 0.9),
        _K.TANK_CLEANED: (21.0, 2.0, 5.0, 7.0), _K.TOWER_FILLED: (9.0, 2.0, 2.0, 4.0),
        _K.SENSOR_TENDED: (9.0, 4.0, 1.0, 3.0), _K.METER_CHANGED: (9.0, 5.0, 0.5, 2.0),
        _K.LINE_CUT: (8.0, 8.0, 36.0, 54.0),
    }[kind]  # fmt: skip
    begins = _at(days, first, opens + later * minute)
    return [(begins, begins + _minutes(least + (most - least) * lasts))]


def _fitting(days: Days, building: str, kind: HappeningKind, when: tuple[int, int]) -> list[date]:
    """The days on which a kind may begin."""
    first = days.day_of(when[0])
    all_ = [first + timedelta(days=n) for n in range(when[1])]
    column = days.buildings.index(building)
    worked = {d for d in all_ if days.worked(d)[column]}
    saturdays = [d for d in all_ if d.weekday() == 5]  # noqa: PLR2004 - Saturday
    if kind is _K.EXAM_WEEKEND:
        return [d for d in saturdays if d not in worked and d + timedelta(days=1) in all_]
    if kind is _K.MAKE_UP_DAY:
        return [d for d in saturdays if d not in worked]
    if kind is _K.SHUTDOWN:
        return [d for d in all_ if d not in worked] or all_
    if kind in {_K.OVERTIME, _K.POWER_CUT, _K.SENSOR_TENDED, _K.METER_CHANGED, _K.LINE_CUT}:
        return [d for d in all_ if d in worked]
    return all_


def _spells(
    site: Site, seed: int, when: tuple[int, int], chance: float, climate: str
) -> Iterator[Spell]:
    """At most one heat wave and one cold snap, where the season has them."""
    first, mean = Days(site, when[0]).day_of(when[0]), season_of(CLIMATES[climate]).mean
    for kind in SpellKind:
        rng = stream(seed, "campus", kind.value, "distractor")
        happens, day = rng.random(2)
        lasts, kelvin = int(rng.integers(3, 7)), float(rng.uniform(3.5, 6.0))
        days = [first + timedelta(days=n) for n in range(max(when[1] - lasts, 0))]
        fitting = [d for d in days if _in_season(kind, float(mean[d.timetuple().tm_yday % 365]))]
        if fitting and happens < chance:
            colder = -2.0 * kelvin if kind is SpellKind.COLD_SNAP else kelvin
            start = fitting[int(day * len(fitting))]
            yield Spell(kind=kind, start=start, days=lasts, kelvin=round(colder, 1))


def _in_season(kind: SpellKind, mean: float) -> bool:
    return mean > WARM_C if kind is SpellKind.HEAT_WAVE else mean < COLD_C


def _weather(site: Site, spell: Spell, start: int) -> Distractor:
    days = Days(site, start)
    return Distractor(
        id=spell.name, kind=spell.kind.value,
        meaning="days far hotter than the season" if spell.kind is SpellKind.HEAT_WAVE
        else "days far colder than the season",
        building="", assets=tuple(sorted(site.equipment)), start=days.start_of(spell.start),
        end=days.start_of(spell.end), size=spell.kelvin, unit="K",
    )  # fmt: skip


def _at(days: Days, day: date, hours: float) -> int:
    return days.start_of(day) + _minutes(hours)


def _minutes(hours: float) -> int:
    return int(np.round(hours * HOUR_MS / MINUTE_MS)) * MINUTE_MS
