"""A site's physics: steps all buildings of one or many worlds through a stretch of minutes."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.air.air import SHOWN, AirDay, AirHandlers
from simulators.physics.air.air_faults import RoomParameters, air_parameters, room_parameters
from simulators.physics.air.boxes import Boxes
from simulators.physics.air.demand import Demand
from simulators.physics.air.room_coils import RoomCoils
from simulators.physics.air.rooms import STEP_MIN, Rooms
from simulators.physics.conditions import Conditions
from simulators.physics.cooling.condenser import wet_bulb
from simulators.physics.drivers import Drivers, stratification
from simulators.physics.heating.curve import grid_supply
from simulators.physics.plan import AIR_HEAT, Plan
from simulators.physics.rows import Rows
from simulators.physics.trace import BUILDING_ROWS, SMOOTH_ROWS, Trace
from simulators.physics.water_side import Asked, PlantDay, PlantFaults, Plants, plant_faults_of
from simulators.physics.weather.weather import DAY_MIN

# Hot water of a person a working day, 3 L lifted by 45 K, over some nine hours. [kW]
_HOT_WATER_KW = 0.157 / 9.0
# Dehumidifying begins where outdoor air holds more than the coil's outlet. [°C dew point]
_DEW_FREE, _LATENT_PER_K, _LATENT_MOST = 10.0, 0.04, 0.5
# Before the first fan: a loop alone, and walls too; how long into the day the boost goes on.
_LEADS_MIN, _WARMS_MIN, _BOOST_ON_MIN = 30, 120, 30
# A valve open so far asks for water.
_ASKS = 0.05


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


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch that a world asks its model for: drivers, faults, minutes and what is read."""

    drivers: Drivers
    now: Conditions
    minutes: tuple[int, int]
    reads: Reads


T = TypeVar("T")
Going = Generator[Step, Trace, T]
"""A world that goes on: it asks for stretches, is given their truth, ends with what it found."""


def alone(model: Model, going: Going[T]) -> T:
    """Steps one world by itself."""
    try:
        asked = next(going)
        while True:
            [trace] = model.run_all(asked.drivers, [asked.now], asked.minutes, [asked.reads])
            asked = going.send(trace)
    except StopIteration as end:
        found: T = end.value
        return found


class Model:
    """All air handlers, rooms and plant of a site, of so many worlds of one seed.

    Worlds share weather, people and noise, and nothing else: each is the same to the bit
    whether it is stepped alone or beside others, and however time is cut.
    """

    def __init__(self, plan: Plan, seed: int, copies: int = 1) -> None:
        self._plan, self._rows = plan, Rows(plan, copies)
        self._rooms, self._boxes = Rooms(plan, self._rows), Boxes(plan, self._rows)
        self._coils, self._demand = RoomCoils(plan, self._rows), Demand(plan, self._rows)
        self._air = AirHandlers(plan, self._rows, stratification(plan, seed))
        self._plants = Plants(plan, copies)
        self._heads = np.array([plan.people_of(b) for b in plan.buildings])
        self._took = np.zeros((7, self._rows.ahus))
        self._water = np.zeros((4, self._rows.buildings))
        self._lead_water()
        self._blocks: tuple[Drivers, _Blocks] | None = None
        # What rooms and plants show, five minutes ago and now.
        self._zone = np.stack([self._of_rooms()] * 2)
        self._building = np.zeros((2, len(BUILDING_ROWS), self._rows.buildings))

    def run_all(
        self, drivers: Drivers, worlds: Sequence[Conditions], minutes: tuple[int, int],
        reads: Sequence[Reads],
    ) -> list[Trace]:  # fmt: skip
        """Steps all worlds from one minute of the day to another; gives the truth of each.

        Args:
            drivers: Of the day.
            worlds: Faults of each as parameters.
            minutes: From and to, minutes of the local day.
            reads: What each world's controllers are told.
        """
        air_day = self._air_day(drivers, worlds, minutes, reads)
        sensors, faults = room_parameters(worlds), plant_faults_of(worlds)
        plant_day = self._plant_day(drivers, minutes, reads, faults)
        blocks = self._blocks_of(drivers)
        air, first = self._air, minutes[0]
        self._now = air_parameters(worlds)
        air.begin(self._now, air_day)
        out = np.zeros((minutes[1] - first, SHOWN, self._rows.ahus))
        shown = _Shown(self._zone, self._building)
        turns, runs = _turns(air_day), _any(air_day.on)
        k = 0
        while k < len(out):
            if k in turns:
                air.engage(k)
            if (first + k) % STEP_MIN == 0:
                self._block(k, blocks, (first + k) // STEP_MIN, plant_day, sensors, faults)
                shown.note(self._zone[1], self._building[1])
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
        zone, building = shown.by_minute(minutes)
        self._plants.complete(building, plant_day, faults)
        return self._traces(air.shown(out), zone, building)

    def memory(self) -> dict[str, Floats]:
        """All state of the first world, by kind of asset."""
        return self.memories()[0]

    def memories(self) -> list[dict[str, Floats]]:
        """All state of each world."""
        parts = {name: self._parted(values) for name, values in self._kept().items()}
        return [{name: of[w] for name, of in parts.items()} for w in range(self._rows.copies)]

    def remember(self, memory: Mapping[str, Floats]) -> None:
        """Takes up what :meth:`memory` gave, for every world."""
        self.remember_all([memory] * self._rows.copies)

    def remember_all(self, memories: Sequence[Mapping[str, Floats]]) -> None:
        """Takes up one memory for each world.

        Raises:
            ValueError: One is of another number of assets.
        """
        for name, kept in self._kept().items():
            values = self._rows.joined([m[name] for m in memories])
            if values.shape != kept.shape:
                raise ValueError(f"{name}: {values.shape} is no memory of {kept.shape}")
            kept[:] = values
        self._lead_water()

    def _lead_water(self) -> None:
        """Brings what the plants give now to the coils."""
        for at, values in zip(self._water, self._plants.water(), strict=True):
            at[:] = values

    def _kept(self) -> dict[str, Floats]:
        return {
            "air": self._air.state, "passed": self._air.passed, "rooms": self._rooms.state,
            "boxes": self._boxes.state, "coils": self._coils.state,
            "given": self._coils.given, "plants": self._plants.state,
            "radiators": self._plants.radiators, "zone": self._zone, "building": self._building,
        }  # fmt: skip

    def _parted(self, values: Floats) -> list[Floats]:
        return [part.copy() for part in np.split(values, self._rows.copies, axis=-1)]

    def _block(
        self, k: int, blocks: _Blocks, block: int, plant_day: PlantDay, sensors: RoomParameters,
        faults: PlantFaults,
    ) -> None:  # fmt: skip
        """Five minutes of rooms, plants, and what of the air handlers goes with them."""
        air, rooms, rows, plants = self._air, self._rooms, self._rows, self._plants
        mean = air.passed / STEP_MIN
        into = rows.from_ahus(mean)
        into *= self._boxes.share
        self._zone[0] = self._zone[1]
        self._building[0] = self._building[1]
        gains = blocks.gains[block] + plants.emitted(rooms.air)
        if self._coils.some:
            on = rows.from_ahus(air.row("on")[None])[0] * rows.fed
            at_rooms = self._water.take(rows.zone_building, axis=1)
            gains += self._coils.step(rooms.air, on, at_rooms, sensors)
        rooms.step(blocks.oat[block], gains, blocks.heads[block], into[0], into[5], into[1])
        plants.step(plant_day, k, self._asked(mean), faults, STEP_MIN)
        self._zone[1], self._building[1] = self._of_rooms(), plants.written()
        if not self._building[0].any():  # nothing was before the first step of all
            self._building[0] = self._building[1]
        self._lead_water()
        blown = self._boxes.open(rooms.air, sensors, self._now, air.ducts())
        if self._demand.some:
            air.ventilate(self._demand.least(rooms.co2, self._boxes.share))
        air.block(k, blown, self._water.take(rows.ahu_building, axis=1))

    def _of_rooms(self) -> Floats:
        """By name of :data:`simulators.physics.trace.ZONE_ROWS`. (names, rooms)"""
        return np.concatenate([
            self._rooms.state[::2], self._plants.radiators, self._boxes.state[1:],
            self._coils.state,
        ])  # fmt: skip

    def _asked(self, mean: Floats) -> Asked:
        """What the air handlers took in the five minutes before."""
        took = self._took
        np.multiply(mean[3:5], AIR_HEAT, out=took[:2])
        np.greater(mean[0], 0.0, out=took[2])
        np.multiply(self._air.state[5:7], took[2], out=took[3:5])
        np.greater(took[3:5], _ASKS, out=took[5:])
        of = self._rows.to_buildings(took)
        some = of > 0.0
        if not self._coils.some:
            return Asked(of[0], of[1], of[3], some[5], some[6], some[2])
        more = self._rows.rooms_to_buildings(np.concatenate([
            self._coils.given, self._coils.state, self._coils.state > _ASKS
        ]))  # fmt: skip
        return Asked(
            of[0] + more[0], of[1] + more[1], of[3] + more[2], some[5] | (more[4] > 0.0),
            some[6] | (more[5] > 0.0), some[2],
        )  # fmt: skip

    def _air_day(
        self, drivers: Drivers, worlds: Sequence[Conditions], minutes: tuple[int, int],
        reads: Sequence[Reads],
    ) -> AirDay:  # fmt: skip
        rows, span = self._rows, slice(*minutes)
        now = air_parameters(worlds)
        meant = _scheduled(rows.repeated(drivers.fan.astype(np.float64)) > 0.0, now.hours_more)[
            span
        ]
        return AirDay(
            oat=drivers.weather.oat[span].tolist(),
            oat_read=rows.joined([r.ahus for r in reads]),
            meant=meant,
            on=(meant | now.fan_on) & ~now.fan_off,
            wander=rows.repeated(drivers.wander[span]),
            speed_wander=rows.repeated(drivers.speed_wander[span]),
            noise=rows.joined([r.looped for r in reads]),
        )

    def _plant_day(
        self, drivers: Drivers, minutes: tuple[int, int], reads: Sequence[Reads],
        faults: PlantFaults,
    ) -> PlantDay:  # fmt: skip
        rows, span = self._rows, slice(*minutes)
        draw: Floats = drivers.people[span] * self._heads * _HOT_WATER_KW
        latent: Floats = np.repeat(_latent(drivers)[span][:, None], rows.buildings, axis=1)
        hours, boost = (part[span] for part in heating_hours(self._plan, drivers))
        oat, humidity = (
            np.repeat(values[span, None], rows.buildings, axis=1)
            for values in (drivers.weather.oat, drivers.weather.humidity)
        )
        outdoors = (oat, wet_bulb(oat, humidity))
        return PlantDay(
            oat=rows.joined([r.plants for r in reads]),
            hours=rows.repeated(hours.astype(np.float64)) > 0.0,
            boost=rows.repeated(boost.astype(np.float64)) > 0.0,
            hot_draw=rows.repeated(draw), latent=latent,
            sent=grid_supply(oat, rows.repeated(drivers.grid_wander[span])),
            outdoors=outdoors, expected=self._plants.expected(outdoors, faults),
        )  # fmt: skip

    def _blocks_of(self, drivers: Drivers) -> _Blocks:
        if self._blocks is None or self._blocks[0] is not drivers:
            self._blocks = (drivers, _Blocks.of(drivers, self._rows))
        return self._blocks[1]

    def _traces(self, ahu: Floats, zone: Floats, building: Floats) -> list[Trace]:
        parts = (np.split(v, self._rows.copies, axis=-1) for v in (ahu, zone, building))
        return [Trace(ahu=a, zone=z, building=b) for a, z, b in zip(*parts, strict=True)]


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Drivers of a day in means of five minutes: outdoors [°C], gains [kW] and heads by room."""

    oat: list[float]
    gains: Floats
    heads: Floats

    @staticmethod
    def of(drivers: Drivers, rows: Rows) -> _Blocks:
        """For all worlds."""

        def means(values: Floats) -> Floats:
            parts = values.reshape(DAY_MIN // STEP_MIN, STEP_MIN, -1)
            found: Floats = parts.mean(axis=1).astype(np.float64, copy=False)
            return found

        return _Blocks(
            means(drivers.weather.oat)[:, 0].tolist(),
            rows.repeated(means(drivers.gains)),
            rows.repeated(means(drivers.zone_people)),
        )


class _Shown:
    """What rooms and plants showed at the ends of steps, made into minutes between them."""

    def __init__(self, zone: Floats, building: Floats) -> None:
        self._zone, self._building = [*zone.copy()], [*building.copy()]

    def note(self, zone: Floats, building: Floats) -> None:
        """Adds a step."""
        if not self._building[-1].any():  # nothing was before the first step of all
            self._building = [building.copy()] * len(self._building)
        self._zone.append(zone.copy())
        self._building.append(building.copy())

    def by_minute(self, minutes: tuple[int, int]) -> tuple[Floats, Floats]:
        """(names, minutes, rows) of rooms and of buildings.

        Temperatures and carbon dioxide go straight from step to step, the rest holds its mean.
        """
        minute = np.arange(*minutes)
        # The first two that were noted are of the step that the stretch begins in, or of the one
        # before where it begins with a step of its own.
        begun = 0 if minutes[0] % STEP_MIN else 1
        step = minute // STEP_MIN - minutes[0] // STEP_MIN + begun
        way = ((minute % STEP_MIN + 1) / STEP_MIN)[:, None, None]
        zones, buildings = np.stack(self._zone), np.stack(self._building)
        zone = zones[step] + way * (zones[step + 1] - zones[step])
        building = buildings[step + 1]
        smooth = buildings[step][:, SMOOTH_ROWS]
        building[:, SMOOTH_ROWS] = smooth + way * (building[:, SMOOTH_ROWS] - smooth)
        return zone.transpose(1, 0, 2), building.transpose(1, 0, 2)


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
    return [bool(minute.any()) for minute in on]


def heating_hours(plan: Plan, drivers: Drivers) -> tuple[Bools, Bools]:
    """When a building's heat may be wanted, and when its morning boost is meant to run.

    From half an hour before its first fan, and two hours where it has radiators, which have to
    warm the walls too; the boost ends with the first fan, or an hour later with radiators.
    """
    hours = np.zeros((DAY_MIN, len(plan.buildings)), np.bool_)
    boost = np.zeros_like(hours)
    for i, warms in enumerate(plan.radiating):
        wanted = drivers.fan[:, plan.ahu_building == i].any(axis=1)
        hours[:, i] = wanted
        if wanted.any():
            start = int(np.argmax(wanted))
            begins = max(0, start - (_WARMS_MIN if warms else _LEADS_MIN))
            hours[begins:start, i] = True
            boost[begins : start + (_BOOST_ON_MIN if warms else 0), i] = True
    return hours, boost


def _latent(drivers: Drivers) -> Floats:
    dew = drivers.weather.oat - (100.0 - drivers.weather.humidity) / 5.0
    latent: Floats = 1.0 + np.clip((dew - _DEW_FREE) * _LATENT_PER_K, 0.0, _LATENT_MOST)
    return latent
