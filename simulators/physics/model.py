"""A site's physics: steps all buildings through a stretch of minutes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.air import AirDay, AirHandler
from simulators.physics.conditions import Conditions
from simulators.physics.drivers import Drivers, stratification
from simulators.physics.plan import Plan
from simulators.physics.rooms import Room
from simulators.physics.state import restore, saved
from simulators.physics.trace import Trace
from simulators.physics.water_side import Asked, Plant, PlantDay, asks
from simulators.physics.weather import DAY_MIN

# Hot water of a person a working day, 3 L lifted by 45 K, over some nine hours. [kW]
_HOT_WATER_KW = 0.157 / 9.0
# Dehumidifying begins where outdoor air holds more than the coil's outlet. [°C dew point]
_DEW_FREE, _LATENT_PER_K, _LATENT_MOST = 10.0, 0.04, 0.5
_COARSE_MIN = 5
_NOTHING = Asked(0.0, 0.0, 0.0, wants_heat=False, wants_cold=False, fans=False)


class Model:
    """All air handlers, rooms and plant of a site; buildings share nothing but the weather."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        unmixed = stratification(plan, seed)
        self._rooms = [Room(zone) for zone in plan.zones]
        self._ahus = [
            AirHandler(ahu, [self._rooms[z] for z in plan.zones_of(i)], float(unmixed[i]))
            for i, ahu in enumerate(plan.ahus)
        ]
        self._plants = [
            Plant(*each) for each in zip(plan.boilers, plan.pumps, plan.chillers, strict=True)
        ]

    def run(
        self, drivers: Drivers, now: Conditions, minutes: tuple[int, int],
        oat_read: tuple[Floats, Floats], looped: Floats, *, coarse: bool = False,
    ) -> Trace:  # fmt: skip
        """Steps from one minute of the day to another; gives the truth of each.

        Args:
            drivers: Of the day.
            now: Faults as parameters.
            minutes: From and to, minutes of the local day.
            oat_read: Outdoor temperature as air handlers and as plants read it. [°C]
            looped: Noise of supply and return sensors. (minutes, 2, air handlers) [K]
            coarse: Whether standing air handlers may go five minutes a step: good enough where
                only meters are looked at, and no fault comes between.
        """
        for room, faults in zip(self._rooms, now.rooms, strict=True):
            room.bias, room.says = faults.bias, faults.says
        hours = boiler_hours(self._plan, drivers)
        latent = _latent(drivers)[slice(*minutes)].tolist()
        for b in range(len(self._plan.buildings)):
            mine = [i for i, of in enumerate(self._plan.ahu_building) if of == b]
            air = {
                i: self._air_day(drivers, i, minutes, oat_read[0][:, i], looped[:, :, i])
                for i in mine
            }
            heads = self._plan.people_of(self._plan.buildings[b])
            plant = PlantDay(
                oat=oat_read[1][:, b].tolist(),
                hours=hours[slice(*minutes), b].tolist(),
                hot_draw=(drivers.people[slice(*minutes), b] * heads * _HOT_WATER_KW).tolist(),
                latent=latent,
            )
            self._building(b, air, plant, now, _strides(drivers, mine, minutes, coarse=coarse))
        return self._trace()

    def memory(self) -> dict[str, Floats]:
        """All state, by kind of asset."""
        return {
            "air": saved([a.state for a in self._ahus]),
            "rooms": saved([r.state for r in self._rooms]),
            "plants": saved([p.state for p in self._plants]),
        }

    def remember(self, memory: Mapping[str, Floats]) -> None:
        """Takes up what :meth:`memory` gave."""
        restore([a.state for a in self._ahus], memory["air"])
        restore([r.state for r in self._rooms], memory["rooms"])
        restore([p.state for p in self._plants], memory["plants"])

    def _building(
        self, b: int, air: Mapping[int, AirDay], plant_day: PlantDay, now: Conditions,
        strides: list[int],
    ) -> None:  # fmt: skip
        plant = self._plants[b]
        lost = self._plan.buildings[b] in now.lockout_lost
        handlers = [(self._ahus[i], day, now.air[i]) for i, day in air.items()]
        k = 0
        for stride in strides:
            if stride > 1:
                for ahu, day, faults in handlers:
                    ahu.rest(day, faults, k, stride)
                for minute in range(k, k + stride):
                    plant.step(plant_day, minute, _NOTHING, lockout_lost=lost)
                k += stride
                continue
            water = plant.water()
            heat = cold = valves = 0.0
            wants_heat = wants_cold = fans = False
            for ahu, day, faults in handlers:
                taken = ahu.step(day, faults, k, water)
                state = ahu.state
                heat += taken[0]
                cold += taken[1]
                valves += state.heat
                wants_heat = wants_heat or asks(state.heat)
                wants_cold = wants_cold or asks(state.cool)
                fans = fans or state.speed > 0.0
            asked = Asked(heat, cold, valves, wants_heat, wants_cold, fans)
            plant.step(plant_day, k, asked, lockout_lost=lost)
            k += 1

    def _air_day(
        self, drivers: Drivers, i: int, minutes: tuple[int, int], oat_read: Floats,
        noise: Floats,
    ) -> AirDay:  # fmt: skip
        rows, zones = slice(*minutes), self._plan.zones_of(i)
        return AirDay(
            oat=drivers.weather.oat[rows].tolist(),
            oat_read=oat_read.tolist(),
            meant=drivers.fan[rows, i].tolist(),
            wander=drivers.wander[rows, i].tolist(),
            speed_wander=drivers.speed_wander[rows, i].tolist(),
            noise=[(pair[0], pair[1]) for pair in noise.tolist()],
            gains=drivers.gains[rows][:, zones].tolist(),
            heads=drivers.zone_people[rows][:, zones].tolist(),
        )

    def _trace(self) -> Trace:
        written = [ahu.written() for ahu in self._ahus]
        rooms = [part[1] for part in written]
        half = [len(r) // 2 for r in rooms]
        temp = np.concatenate([r[:h] for r, h in zip(rooms, half, strict=True)])
        co2 = np.concatenate([r[h:] for r, h in zip(rooms, half, strict=True)])
        return Trace(
            ahu=np.stack([part[0] for part in written], axis=2),
            zone=np.stack([temp.T, co2.T]),
            building=np.stack([p.written() for p in self._plants], axis=2),
        )


def boiler_hours(plan: Plan, drivers: Drivers) -> Bools:
    """The hours a building's heat may be wanted: from half an hour before its first fan."""
    hours = np.zeros((DAY_MIN, len(plan.buildings)), np.bool_)
    for i in range(len(plan.buildings)):
        wanted = drivers.fan[:, plan.ahu_building == i].any(axis=1)
        hours[:, i] = wanted
        if wanted.any():
            start = int(np.argmax(wanted))
            hours[max(0, start - 30) : start, i] = True
    return hours


def _strides(
    drivers: Drivers, ahus: list[int], minutes: tuple[int, int], *, coarse: bool
) -> list[int]:
    """How many minutes each step takes: one, or five at once where nothing runs."""
    first, last = minutes
    if not coarse:
        return [1] * (last - first)
    still: list[bool] = (drivers.fan[first:last, ahus].sum(axis=1) == 0).tolist()
    strides, k = [], 0
    while k < last - first:
        many = k + _COARSE_MIN <= last - first and all(still[k : k + _COARSE_MIN])
        strides.append(_COARSE_MIN if many else 1)
        k += strides[-1]
    return strides


def _latent(drivers: Drivers) -> Floats:
    dew = drivers.weather.oat - (100.0 - drivers.weather.humidity) / 5.0
    latent: Floats = 1.0 + np.clip((dew - _DEW_FREE) * _LATENT_PER_K, 0.0, _LATENT_MOST)
    return latent
