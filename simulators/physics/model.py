"""A site's physics: steps all buildings of one or many worlds through a stretch of minutes."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from operator import is_
from typing import NamedTuple, TypeVar

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.air.air import SHOWN, AirDay, AirHandlers
from simulators.physics.air.air_faults import (
    AirParameters,
    RoomParameters,
    air_parameters,
    room_parameters,
)
from simulators.physics.air.boxes import Boxes
from simulators.physics.air.damp import Damp
from simulators.physics.air.demand import Demand
from simulators.physics.air.fan_coil_faults import UnitParameters, side_by_side_units
from simulators.physics.air.fan_coils import FanCoils
from simulators.physics.air.room_coils import RoomCoils
from simulators.physics.air.rooms import STEP_MIN, Rooms
from simulators.physics.brought import Brought, brought_by
from simulators.physics.conditions import Conditions
from simulators.physics.constants import constant
from simulators.physics.drivers import Drivers, stratification
from simulators.physics.plan import AIR_HEAT, Plan
from simulators.physics.rows import Rows
from simulators.physics.side_by_side import joined, side_by_side
from simulators.physics.trace import BUILDING_ROWS, SMOOTH_ROWS, Trace
from simulators.physics.water_side import Asked, PlantDay, PlantFaults, Plants, plant_faults_of

# A valve open so far asks for water.
_ASKS = constant(0.05)
# Of what passes: flow, flow times temperature and outdoor air, as rooms take them.
_BLOWN = np.array([0, 5, 1])
_NOUGHT, _AIR_HEAT, _STEP = constant(0.0), constant(AIR_HEAT), constant(STEP_MIN)


@dataclass(frozen=True, slots=True)
class Reads:
    """What one world's controllers are told in a stretch.

    Attributes:
        ahus: Outdoor temperature as air handlers,
        plants: and as plants read it. (minutes, …) [°C]
        looped: Noise of supply and return sensors. (minutes, 2, air handlers) [K]
    """

    ahus: Floats
    plants: Floats
    looped: Floats

    def cut(self, part: slice) -> Reads:
        """Some of the minutes."""
        return Reads(self.ahus[part], self.plants[part], self.looped[part])


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch that a world asks its model for: drivers, faults, minutes and what is read."""

    drivers: Drivers
    now: Conditions
    minutes: tuple[int, int]
    reads: Reads

    def cut(self, minutes: tuple[int, int]) -> Step:
        """The part of it that lies between two of its minutes."""
        if minutes == self.minutes:
            return self
        part = slice(minutes[0] - self.minutes[0], minutes[1] - self.minutes[0])
        return Step(self.drivers, self.now, minutes, self.reads.cut(part))


class _Bad(NamedTuple):
    """What is wrong with rooms, plants, air handlers and fan coils of all worlds."""

    rooms: RoomParameters
    plants: PlantFaults
    air: AirParameters
    units: UnitParameters


T = TypeVar("T")
Going = Generator[Step, Trace, T]
"""A world that goes on: it asks for stretches, is given their truth, ends with what it found."""


def alone(model: Model, going: Going[T]) -> T:
    """Steps one world by itself."""
    try:
        asked = next(going)
        while True:
            [trace] = model.run_all([asked])
            asked = going.send(trace)
    except StopIteration as end:
        found: T = end.value
        return found


class Model:
    """All air handlers, rooms and plant of one or many worlds of one seed.

    Worlds share the weather, those of one site people and noise too, and nothing else: each is
    the same to the bit whether it is stepped alone or beside others, and however time is cut.

    Args:
        plans: Of each world.
        seed: Of all.
    """

    def __init__(self, plans: Sequence[Plan], seed: int) -> None:
        self._plans, plan = tuple(plans), side_by_side(plans)
        self._rows = Rows(plan)
        self._rooms, self._boxes = Rooms(plan, self._rows), Boxes(plan, self._rows)
        self._coils, self._demand = RoomCoils(plan, self._rows), Demand(plan, self._rows)
        self._damp, self._units = Damp(plan, self._rows), FanCoils(plan)
        self._air = AirHandlers(plan, self._rows, stratification(plan, seed))
        self._plants = Plants(plan)
        self._took = np.zeros((7, self._rows.ahus))
        self._coils_took = np.zeros((6, self._rows.zones))
        self._water = np.zeros((4, self._rows.buildings))
        self._lead_water()
        self._brought: Brought | None = None
        self._bad: tuple[Sequence[Conditions], _Bad] | None = None
        self._edges = {
            "ahus": np.cumsum([len(p.ahus) for p in plans])[:-1],
            "zones": np.cumsum([len(p.zones) for p in plans])[:-1],
            "buildings": np.cumsum([len(p.buildings) for p in plans])[:-1],
            "units": np.cumsum([len(p.units) for p in plans])[:-1],
        }
        # What rooms and plants show, five minutes ago and now.
        self._zone = np.stack([self._of_rooms()] * 2)
        self._building = np.zeros((2, len(BUILDING_ROWS), self._rows.buildings))

    def run_all(self, asked: Sequence[Step]) -> list[Trace]:
        """Steps all worlds through the same minutes of a day; gives the truth of each.

        Args:
            asked: What each asks for.
        """
        worlds, minutes = [step.now for step in asked], asked[0].minutes
        sensors, faults, self._now, units = self._parameters(worlds)
        brought = self._on([step.drivers for step in asked])
        reads = [step.reads for step in asked]
        air_day = _air_day(brought, slice(*minutes), reads, self._now)
        plant_day = self._plant_day(brought, slice(*minutes), reads, faults)
        air, first = self._air, minutes[0]
        air.begin(self._now, air_day)
        out = np.zeros((minutes[1] - first, SHOWN, self._rows.ahus))
        shown = _Shown(self._zone, self._building, self._units.state)
        turns, runs = _turns(air_day), _any(air_day.on)
        k = 0
        while k < len(out):
            if k in turns:
                air.engage(k)
            if (first + k) % STEP_MIN == 0:
                block = (first + k) // STEP_MIN
                self._block(k, brought, block, plant_day, (sensors, units), faults)
                shown.note(self._zone[1], self._building[1], self._units.state)
            if runs[k]:
                air.minute(k)
                out[k] = air.state[:SHOWN]
                k += 1
                continue
            still = k + STEP_MIN - (first + k) % STEP_MIN
            still = next((t for t in range(k + 1, still) if t in turns), still)
            out[k:still] = air.state[:SHOWN]
            k = still
        air.end(len(out))
        zone, building, unit = shown.by_minute(minutes)
        self._plants.complete(building, plant_day, faults)
        return self._traces(air.shown(out), zone, building, unit)

    def _parameters(self, worlds: Sequence[Conditions]) -> _Bad:
        """What is wrong in all worlds; made again where that of any has changed."""
        known = self._bad
        if known is not None and len(known[0]) == len(worlds) and all(map(is_, known[0], worlds)):
            return known[1]
        made = _Bad(
            room_parameters(worlds), plant_faults_of(worlds), air_parameters(worlds),
            side_by_side_units([now.units for now in worlds]),
        )  # fmt: skip
        self._bad = (worlds, made)
        return made

    def memory(self) -> dict[str, Floats]:
        """All state of the first world, by kind of asset."""
        return self.memories()[0]

    def memories(self) -> list[dict[str, Floats]]:
        """All state of each world."""
        parts = {name: self._parted(name, values) for name, values in self._kept().items()}
        return [{name: of[w].copy() for name, of in parts.items()} for w in range(len(self._plans))]

    def remember(self, memory: Mapping[str, Floats]) -> None:
        """Takes up what :meth:`memory` gave, for every world."""
        self.remember_all([memory] * len(self._plans))

    def remember_all(self, memories: Sequence[Mapping[str, Floats]]) -> None:
        """Takes up one memory for each world.

        Raises:
            ValueError: One is of another number of assets.
        """
        for name, kept in self._kept().items():
            values = joined([m[name] for m in memories])
            if values.shape != kept.shape:
                raise ValueError(f"{name}: {values.shape} is no memory of {kept.shape}")
            kept[:] = values
        self._lead_water()

    def _lead_water(self) -> None:
        """Brings what the plants give now to the coils."""
        self._plants.lead(self._water)

    def _kept(self) -> dict[str, Floats]:
        return {
            "air": self._air.state, "passed": self._air.passed, "rooms": self._rooms.state,
            "boxes": self._boxes.state, "coils": self._coils.state,
            "given": self._coils.given, "damp": self._damp.state, "plants": self._plants.state,
            "radiators": self._plants.radiators, "zone": self._zone, "building": self._building,
            "units": self._units.state,
        }  # fmt: skip

    def _parted(self, name: str, values: Floats) -> list[Floats]:
        """Each world's part of what is kept by one name. (…, rows)"""
        return np.split(values, self._edges[_KEPT_BY[name]], axis=-1)

    def _block(
        self, k: int, brought: Brought, block: int, plant_day: PlantDay,
        of_rooms: tuple[RoomParameters, UnitParameters], faults: PlantFaults,
    ) -> None:  # fmt: skip
        """Five minutes of rooms, plants, and what of the air handlers goes with them."""
        air, rooms, rows, plants = self._air, self._rooms, self._rows, self._plants
        (sensors, units), damp = of_rooms, self._damp
        mean = air.passed / _STEP
        into = rows.from_ahus(mean.take(_BLOWN, axis=0))
        into *= self._boxes.share
        self._zone[0] = self._zone[1]
        self._building[0] = self._building[1]
        gains = brought.gains[block] + plants.emitted(rooms.air)
        if self._coils.some:
            on = rows.at_rooms(air.row("on")) * rows.fed
            at_rooms = self._water.take(rows.zone_building, axis=1)
            gains += self._coils.step(rooms.air, on, at_rooms, sensors)
        if self._units.some:
            of = (rooms.air, sensors.felt(rooms.air), damp.state[0])
            meant, oat = brought.units[block], brought.block_oat[block]
            gains += self._units.step(of, self._water, meant, oat, units)
        rooms.step(brought.block_oat[block], gains, brought.heads[block], *into)
        share = self._boxes.share
        if damp.some:
            dried = self._units.dried if self._units.some else None
            outdoors = brought.block_water[block]
            damp.step(rooms.air, brought.heads[block], mean, share, outdoors, dried)
        asked = self._asked(mean)
        if self._units.some:
            asked = asked.and_units(self._units.asked(), plant_day.latent[k])
        plants.step(plant_day, k, asked, faults, STEP_MIN)
        self._zone[1], self._building[1] = self._of_rooms(), plants.written()
        if not np.count_nonzero(self._building[0]):  # nothing was before the first step of all
            self._building[0] = self._building[1]
        self._lead_water()
        static, supply = air.row("static"), air.row("setpoint")
        blown = self._boxes.open(rooms.air, sensors, self._now, static, supply)
        if self._demand.some:
            air.ventilate(self._demand.least(rooms.co2, self._boxes.share))
        if damp.dries:
            air.dry(damp.asks(rooms.air, share))
        air.block(k, blown, self._water.take(rows.ahu_building, axis=1))

    def _of_rooms(self) -> Floats:
        """By name of :data:`simulators.physics.trace.ZONE_ROWS`. (names, rooms)"""
        return np.concatenate([
            self._rooms.state[::2], self._plants.radiators, self._boxes.state[1:],
            self._coils.state, self._damp.state[1:],
        ])  # fmt: skip

    def _asked(self, mean: Floats) -> Asked:
        """What the air handlers took in the five minutes before."""
        took = self._took
        np.multiply(mean[3:5], _AIR_HEAT, out=took[:2])
        took[2] = mean[0] > _NOUGHT
        np.multiply(self._air.state[5:7], took[2], out=took[3:5])
        took[5:] = took[3:5] > _ASKS
        of = self._rows.to_buildings(took)
        some = of > _NOUGHT
        if not self._coils.some:
            return Asked(of[0], of[1], of[3], some[5], some[6], some[2])
        coils = self._coils_took
        coils[:2], coils[2:4] = self._coils.given, self._coils.state
        coils[4:] = self._coils.state > _ASKS
        more = self._rows.rooms_to_buildings(coils)
        return Asked(
            of[0] + more[0], of[1] + more[1], of[3] + more[2], some[5] | (more[4] > _NOUGHT),
            some[6] | (more[5] > _NOUGHT), some[2],
        )  # fmt: skip

    def _on(self, drivers: Sequence[Drivers]) -> Brought:
        """What the day brings, made once for all its stretches."""
        if self._brought is None or not self._brought.of(drivers):
            self._brought = brought_by(self._plans, drivers)
        return self._brought

    def _plant_day(
        self, brought: Brought, span: slice, reads: Sequence[Reads], faults: PlantFaults
    ) -> PlantDay:
        outdoors = (brought.outdoor[span], brought.wet[span])
        return PlantDay(
            oat=joined([r.plants for r in reads]),
            hours=brought.hours[span], boost=brought.boost[span],
            warm=brought.warm[span],
            hot_draw=brought.hot_draw[span], latent=brought.latent[span],
            sent=brought.sent[span], outdoors=outdoors,
            expected=self._plants.expected(outdoors, faults),
        )  # fmt: skip

    def _traces(self, ahu: Floats, zone: Floats, building: Floats, unit: Floats) -> list[Trace]:
        edges = self._edges
        parts = (
            np.split(ahu, edges["ahus"], axis=-1), np.split(zone, edges["zones"], axis=-1),
            np.split(building, edges["buildings"], axis=-1),
            np.split(unit, edges["units"], axis=-1),
        )  # fmt: skip
        return [Trace(ahu=a, zone=z, building=b, unit=u) for a, z, b, u in zip(*parts, strict=True)]


_KEPT_BY = {
    "air": "ahus", "passed": "ahus", "rooms": "zones", "boxes": "zones", "coils": "zones",
    "given": "zones", "damp": "zones", "plants": "buildings", "radiators": "zones", "zone": "zones",
    "building": "buildings", "units": "units",
}  # fmt: skip
"""What the rows of each part of a model's memory are."""


class _Shown:
    """What rooms and plants showed at the ends of steps, made into minutes between them."""

    def __init__(self, zone: Floats, building: Floats, unit: Floats) -> None:
        self._zone, self._building = [*zone.copy()], [*building.copy()]
        self._unit = [unit.copy()]

    def note(self, zone: Floats, building: Floats, unit: Floats) -> None:
        """Adds a step."""
        if not np.count_nonzero(self._building[-1]):  # nothing was before the first step of all
            self._building = [building.copy()] * len(self._building)
        self._zone.append(zone.copy())
        self._building.append(building.copy())
        self._unit.append(unit.copy())

    def by_minute(self, minutes: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
        """(names, minutes, rows) of rooms, of buildings and of fan coils.

        Temperatures and carbon dioxide go straight from step to step, the rest holds its mean.
        """
        # The first two that were noted are of the step that the stretch begins in, or of the one
        # before where it begins with a step of its own.
        begun = 0 if minutes[0] % STEP_MIN else 1
        zones = np.stack(self._zone[begun:], axis=1)
        buildings = np.stack(self._building[begun:], axis=1)
        first = minutes[0] % STEP_MIN
        part = slice(first, first + minutes[1] - minutes[0])
        building = np.repeat(buildings[:, 1:], STEP_MIN, axis=1)
        building[SMOOTH_ROWS] = _between(buildings[SMOOTH_ROWS])
        unit = np.repeat(np.stack(self._unit[begun:], axis=1), STEP_MIN, axis=1)
        return _between(zones)[:, part], building[:, part], unit[:, part]


def _between(steps: Floats) -> Floats:
    """By minute, straight from each step to the next. (names, steps, rows)"""
    names, many, rows = steps.shape
    way = (np.arange(1, STEP_MIN + 1) / STEP_MIN)[:, None]
    found = way * np.diff(steps, axis=1)[:, :, None]
    found += steps[:, :-1, None]
    by_minute: Floats = found.reshape(names, (many - 1) * STEP_MIN, rows)
    return by_minute


def _air_day(brought: Brought, span: slice, reads: Sequence[Reads], now: AirParameters) -> AirDay:
    meant = _scheduled(brought.fan.copy(), now.hours_more)[span]
    return AirDay(
        oat=brought.oat[span],
        oat_each=brought.oat_each[span],
        oat_read=joined([r.ahus for r in reads]),
        meant=meant,
        on=(meant | now.fan_on) & ~now.fan_off,
        wander=brought.wander[span],
        speed_wander=brought.speed_wander[span],
        noise=joined([r.looped for r in reads]),
    )


def _scheduled(meant: Bools, more: Floats) -> Bools:
    """When fans run by schedules that are so many hours longer, half of it before. (minutes, rows)

    Args:
        meant: When they should. (minutes of a day, rows)
        more: (rows,) [h]
    """
    for row in np.flatnonzero(more > 0.0):
        runs = np.flatnonzero(meant[:, row])
        if len(runs):
            half = round(30.0 * float(more[row]))
            meant[max(0, int(runs[0]) - half) : int(runs[-1]) + 1 + half, row] = True
    return meant


def _turns(day: AirDay) -> set[int]:
    """Minutes in which a fan, or what it is meant to do, changes; and the first."""
    both = np.concatenate([day.on, day.meant], axis=1)
    changes = (both[1:] != both[:-1]).any(axis=1)
    return {0, *(np.flatnonzero(changes) + 1).tolist()}


def _any(on: Bools) -> list[bool]:
    """By minute, whether any row's fan runs."""
    runs: Bools = np.asarray(on.any(axis=1))
    return [bool(one) for one in runs]
