"""Worlds of one seed: what a fault shows and wastes is measured against a twin without it.

H has no faults, U all of them and nobody who repairs, L all but one, R the first repairs. All
share weather, people and noise, so that what differs between two is the faults' doing alone.
A world is made for one building (buildings share nothing but the weather) and from the moment
on in which it begins to differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.batch import Floats
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.site import EquipmentClass, Site
from core.words import Carrier
from simulators.abreast import Abreast
from simulators.campus import Campus
from simulators.lives import Difference, Life, note, shown
from simulators.physics.faults import Fault
from simulators.physics.laws import FIRST
from simulators.physics.people.happenings import Happening
from simulators.physics.weather.climate import DEFAULT_CLIMATE
from simulators.physics.weather.spells import Spell

RUN_IN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair that helped: of which fault, when, UTC [ms], and what share of it is left."""

    fault: str
    at: int
    left: float = 0.0


def one_building(site: Site, building: str) -> Site:
    """A site of one building and the weather stations: what its worlds need."""
    return of_buildings(site, [building])


def of_buildings(site: Site, buildings: Sequence[str]) -> Site:
    """A site of some buildings and the weather stations."""
    equipment = {
        id_: e
        for id_, e in site.equipment.items()
        if e.building in buildings or e.cls is EquipmentClass.WEATHER_STATION
    }
    points = tuple(p for p in site.points if p.equipment in equipment)
    gateways = {p.gateway for p in points}
    return replace(
        site,
        buildings={b: site.buildings[b] for b in buildings},
        equipment=equipment,
        points=points,
        gateways={g: box for g, box in site.gateways.items() if g in gateways},
    )


def building_of(site: Site, asset: str) -> str:
    """Where an asset is; of a gateway the building that most of its points are in."""
    if asset in site.equipment:
        return site.equipment[asset].building
    of = [p.building for p in site.points if p.gateway == asset]
    return max(sorted(set(of)), key=of.count)


@dataclass(frozen=True, kw_only=True)
class Worlds:
    """The worlds of one building.

    Attributes:
        site: Of that building alone.
        seed: Of weather, people and noise.
        start: Local midnight, where faults may begin, UTC. [ms]
        days: How long they are looked at.
        faults: All that go wrong in this building.
        climate: Of the campus.
        spells: Heat waves and cold snaps.
        happenings: What happens that is nobody's fault, the same in every world.
        physics: Of the campus.
    """

    site: Site
    seed: int
    start: int
    days: int
    faults: Sequence[Fault]
    climate: str = DEFAULT_CLIMATE
    spells: Sequence[Spell] = ()
    happenings: Sequence[Happening] = ()
    physics: str = FIRST.name

    def begun(self) -> Campus:
        """The world at its start, with nothing behind it yet."""
        here = [h for h in self.happenings if h.building in self.site.buildings]
        return Campus(
            self.site, self.seed, self.start, climate=self.climate, spells=self.spells,
            happenings=here, physics=self.physics,
        )  # fmt: skip

    def origin(self) -> Campus:
        """The world as it stands at the start, with a fortnight behind it."""
        [campus] = origins([self])
        return campus

    def unrepaired(self, origin: Campus) -> tuple[Life, dict[str, Life]]:
        """U, and L of every fault by its id."""
        [found] = unrepaired([(self, origin)])
        return found.everything, found.without

    def repaired(self, origin: Campus, repairs: Sequence[Repair]) -> list[Life]:
        """R with the first repair, with the first two and so on, in the order of time."""
        [lives] = repaired([(self, origin, repairs)])
        return lives

    def difference(self, one: Life, other: Life) -> Difference:
        """What one shows and uses more than the other."""
        hours = np.flatnonzero(shown(self.site, one, other).any(axis=0))
        ends = self.start + (hours + 1) * HOUR_MS
        return Difference(start=self.start, hours=ends, days=one.used - other.used)

    @property
    def end(self) -> int:
        """Of the days that are looked at, UTC. [ms]"""
        return self.start + self.days * DAY_MS

    def unborn(self) -> Life:
        """Of which nothing is written down yet."""
        return Life.unborn(len(self.site.points), self.days)

    def moment(self, at: int) -> int:
        """The first whole minute at or after a time, but not after the end. [ms]"""
        return min(_up(at), self.end)


@dataclass(frozen=True, slots=True)
class Living:
    """A world that goes on, and what is written down of it."""

    worlds: Worlds
    campus: Campus
    life: Life

    def forked(self, faults: Sequence[Fault]) -> Living:
        """Another that goes on with other faults."""
        return Living(self.worlds, self.campus.twin(faults), self.life.copy())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrepaired:
    """Of one building.

    Attributes:
        healthy: H.
        everything: U.
        without: L of every fault, by its id.
    """

    healthy: Life
    everything: Life
    without: dict[str, Life]


def origins(many: Sequence[Worlds]) -> list[Campus]:
    """The worlds of several buildings as they stand at the start, a fortnight behind them."""
    found = [worlds.begun() for worlds in many]
    abreast = Abreast(found)
    abreast.history(RUN_IN_DAYS)
    abreast.leave()
    return found


def unrepaired(many: Sequence[tuple[Worlds, Campus]]) -> list[Unrepaired]:
    """H, U and all L of several buildings, from the origin of each; all go on together.

    A world begins where it begins to differ: L of a fault with its onset. Until a second fault
    comes, L of the first one has none, and H is the same world.
    """
    every = [Living(w, origin.twin(w.faults), w.unborn()) for w, origin in many]
    without: list[dict[str, Living]] = [{} for _ in many]
    healthy = list(every)
    onsets = sorted(
        (w.moment(fault.onset), b, fault.onset, n)
        for b, (w, _) in enumerate(many)
        for n, fault in enumerate(w.faults)
    )
    for at, b, _, n in onsets:
        live(_alive(every, healthy, without), at)
        worlds, made = many[b][0], without[b]
        fault = worlds.faults[n]
        if len(made) == 1:
            healthy[b] = healthy[b].forked(())
        made[fault.id] = every[b].forked([f for f in worlds.faults if f.id != fault.id])
        if len(made) == 1:
            healthy[b] = made[fault.id]
    live(_alive(every, healthy, without), many[0][0].end)
    return [
        Unrepaired(
            healthy=h.life, everything=u.life, without={id_: x.life for id_, x in made.items()}
        )
        for h, u, made in zip(healthy, every, without, strict=True)
    ]


def repaired(many: Sequence[tuple[Worlds, Campus, Sequence[Repair]]]) -> list[list[Life]]:
    """Of each building R with the first repair, with the first two and so on, by time.

    Of these only what they used is known: nobody asks what they would have published.
    """
    before = [Living(w, origin.twin(w.faults, told=False), w.unborn()) for w, origin, _ in many]
    faults = [list(w.faults) for w, _, _ in many]
    lives: list[list[Living]] = [[] for _ in many]
    coming = [len(repairs) for _, _, repairs in many]
    visits = sorted(
        (w.moment(r.at), b, r.at, r.fault, r.left)
        for b, (w, _, repairs) in enumerate(many)
        for r in repairs
    )
    for at, b, told, fault, left in visits:
        live(_going(before, lives, coming), at)
        faults[b] = [_after(f, _up(told), left) if f.id == fault else f for f in faults[b]]
        lives[b].append((lives[b] or before[b : b + 1])[-1].forked(faults[b]))
    live(_going(before, lives, coming), many[0][0].end if many else 0)
    return [[one.life for one in of] for of in lives]


def live(living: Sequence[Living], until: int) -> None:
    """All go on together to a time [ms] and write down what they say; nobody else reads it."""
    if not living:
        return
    abreast = Abreast([one.campus for one in living])
    start = living[0].worlds.start
    while (now := living[0].campus.now) < until:
        day = (now - start) // DAY_MS
        stop = min(until, start + (day + 1) * DAY_MS)
        if now == start + day * DAY_MS:
            for one in living:
                one.life.dawn[:] = _used(one.campus)
        abreast.advance(stop)
        for one in living:
            one.life.used[day] = _used(one.campus) - one.life.dawn
            if not one.campus.told:
                continue
            site = one.worlds.site
            for gateway in sorted(site.gateways):
                note(site, one.life, *one.campus.arrived(gateway, stop), start)
    abreast.leave()


def _alive(
    every: Sequence[Living], healthy: Sequence[Living], without: Sequence[dict[str, Living]]
) -> list[Living]:
    """Each once, whatever it stands for."""
    all_ = [one for b, made in enumerate(without) for one in (every[b], healthy[b], *made.values())]
    return list({id(one): one for one in all_}.values())


def _going(
    before: Sequence[Living], lives: Sequence[Sequence[Living]], coming: Sequence[int]
) -> list[Living]:
    """Those that still have to go on: until the first repair of a building its U."""
    return [
        one
        for u, of, repairs in zip(before, lives, coming, strict=True)
        for one in (of or [u][: min(repairs, 1)])
    ]


def _after(fault: Fault, at: int, left: float) -> Fault:
    """A fault as a repair has left it: over, or less of it from then on."""
    return replace(fault, severity=fault.severity * left) if left > 0 else replace(fault, end=at)


def _used(campus: Campus) -> Floats:
    of = campus.consumed()
    return np.array([sum(v for (_, c), v in of.items() if c is carrier) for carrier in Carrier])


def _up(at: int) -> int:
    return at + -at % MINUTE_MS
