"""What a day's drivers bring to the rows of all worlds, made once for all its stretches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.air.rooms import STEP_MIN
from simulators.physics.constants import singly
from simulators.physics.cooling.condenser import wet_bulb
from simulators.physics.drivers import Drivers
from simulators.physics.heating.curve import grid_supply
from simulators.physics.plan import Plan
from simulators.physics.side_by_side import joined
from simulators.physics.weather.moist import held
from simulators.physics.weather.weather import DAY_MIN

# Hot water of a person a working day, 3 L lifted by 45 K, over some nine hours. [kW]
_HOT_WATER_KW = 0.157 / 9.0
# Dehumidifying begins where outdoor air holds more than the coil's outlet. [°C dew point]
_DEW_FREE, _LATENT_PER_K, _LATENT_MOST = 10.0, 0.04, 0.5
# Before the first fan: a loop alone, and walls too; how long into the day the boost goes on.
_LEADS_MIN, _WARMS_MIN, _BOOST_ON_MIN = 30, 120, 30
# After a schedule of its own begins, until rooms that stood cold all night are warm: chosen.
_WARM_BY_MIN = 210


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A day of all worlds, (minutes, rows) unless said.

    Attributes:
        drivers: Of each world.
        oat: Outdoors. (minutes,) [°C]
        oat_each: The same, each minute by itself.
        fan: Whether air handlers are meant to run.
        units: Whether fan coils are, as each five minutes begin. (blocks, units)
        wander: Of their supply. [K]
        speed_wander: Of their fans, share of full speed.
        hours: Whether a building's heat may be wanted.
        boost: Whether its morning boost is meant to run.
        warm: Whether its rooms should be warm by now.
        hot_draw: Heat drawn from its tank. [kW]
        latent: Cooling a coil does for each unit it does on the thermometer.
        outdoor: Outdoors, by building. [°C]
        wet: Wet bulb. [°C]
        sent: Supply of the district network. [°C]
        block_oat: Outdoors in means of five minutes. [°C]
        block_water: Water in outdoor air in these. [g/kg]
        gains: Heat into rooms in these. (blocks, rooms) [kW]
        heads: People in rooms in these. (blocks, rooms)
    """

    drivers: tuple[Drivers, ...]
    oat: Floats
    oat_each: Sequence[Floats]
    fan: Bools
    units: Floats
    wander: Floats
    speed_wander: Floats
    hours: Bools
    boost: Bools
    warm: Bools
    hot_draw: Floats
    latent: Floats
    outdoor: Floats
    wet: Floats
    sent: Floats
    block_oat: Sequence[Floats]
    block_water: Sequence[Floats]
    gains: Floats
    heads: Floats

    def of(self, drivers: Sequence[Drivers]) -> bool:
        """Whether it is what these drivers bring."""
        return all(one is other for one, other in zip(self.drivers, drivers, strict=True))


def brought_by(plans: Sequence[Plan], drivers: Sequence[Drivers]) -> Brought:
    """What one day brings to each world, side by side; its weather is the same for all."""
    weather, buildings = drivers[0].weather, sum(len(p.buildings) for p in plans)
    worlds = list(zip(plans, drivers, strict=True))
    hours = [heating_hours(plan, of) for plan, of in worlds]

    def side(find: Callable[[Drivers], Floats]) -> Floats:
        return joined([find(of) for of in drivers])

    def everywhere(values: Floats) -> Floats:
        repeated: Floats = np.repeat(values[:, None], buildings, axis=1)
        return repeated

    outdoor, humidity = everywhere(weather.oat), everywhere(weather.humidity)
    return Brought(
        drivers=tuple(drivers), oat=weather.oat, oat_each=singly(weather.oat),
        fan=np.concatenate([of.fan for of in drivers], axis=1),
        units=side(lambda of: of.units[::STEP_MIN].astype(np.float64)),
        wander=side(lambda of: of.wander), speed_wander=side(lambda of: of.speed_wander),
        hours=np.concatenate([wanted for wanted, _, _ in hours], axis=1),
        boost=np.concatenate([boost for _, boost, _ in hours], axis=1),
        warm=np.concatenate([warm for _, _, warm in hours], axis=1),
        hot_draw=joined([of.people * _heads(plan) * _HOT_WATER_KW for plan, of in worlds]),
        latent=everywhere(_latent(drivers[0])), outdoor=outdoor, wet=wet_bulb(outdoor, humidity),
        sent=grid_supply(outdoor, side(lambda of: of.grid_wander)),
        block_oat=singly(_means(weather.oat)[:, 0]),
        block_water=singly(_means(held(weather.oat, weather.humidity))[:, 0]),
        gains=side(lambda of: _means(of.gains)), heads=side(lambda of: _means(of.zone_people)),
    )  # fmt: skip


def heating_hours(plan: Plan, drivers: Drivers) -> tuple[Bools, Bools, Bools]:
    """When heat of a building may be wanted, its morning boost runs, and rooms should be warm.

    Plant with a schedule of its own heats by it, without a boost: it begins so early that rooms
    are warm some hours later, and only then adds to its curve what they lack. Other plant heats
    from half an hour before its first fan, and two hours where it has radiators, which have to
    warm the walls too; the boost ends with the first fan, or an hour later with radiators.
    """
    hours = np.zeros((DAY_MIN, len(plan.buildings)), np.bool_)
    boost, late = np.zeros_like(hours), np.zeros_like(hours)
    for i, warms in enumerate(plan.radiating):
        wanted = drivers.fan[:, plan.ahu_building == i].any(axis=1)
        hours[:, i] = wanted
        plant = plan.boilers[i] or plan.stations[i]
        if plant is not None and plant.schedule is not None:
            meant = plant.schedule.workday if drivers.workday[i] else plant.schedule.offday
            if meant is not None:
                hours[meant[0] : meant[1], i] = True
                late[meant[0] : meant[0] + _WARM_BY_MIN, i] = True
        elif wanted.any():
            start = int(np.argmax(wanted))
            begins = max(0, start - (_WARMS_MIN if warms else _LEADS_MIN))
            hours[begins:start, i] = True
            boost[begins : start + (_BOOST_ON_MIN if warms else 0), i] = True
    return hours, boost, hours & ~late


def _latent(drivers: Drivers) -> Floats:
    dew = drivers.weather.oat - (100.0 - drivers.weather.humidity) / 5.0
    latent: Floats = 1.0 + np.clip((dew - _DEW_FREE) * _LATENT_PER_K, 0.0, _LATENT_MOST)
    return latent


def _heads(plan: Plan) -> Floats:
    return np.array([plan.people_of(b) for b in plan.buildings])


def _means(values: Floats) -> Floats:
    """Of five minutes each. (minutes, …) to (blocks, …)"""
    parts = values.reshape(DAY_MIN // STEP_MIN, STEP_MIN, -1)
    found: Floats = parts.mean(axis=1).astype(np.float64, copy=False)
    return found
