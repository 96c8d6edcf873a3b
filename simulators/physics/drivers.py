"""What drives a day and takes no answer from it: weather, people, schedules, noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.batch import Bools, Floats, Ints
from core.site import Equipment
from simulators.physics.people import people as people_by
from simulators.physics.people import plain_people
from simulators.physics.people.changes import Changes, changes_on
from simulators.physics.people.happenings import Happening
from simulators.physics.plan import Plan
from simulators.physics.streams import fixed, smooth_wander, stream, wander
from simulators.physics.water.demand import Draws, draws_of
from simulators.physics.weather.weather import DAY_MIN, SeededSky, Sky, Weather

# Sensible heat of a person at a desk, and of lights and sockets per floor. [kW], [kW/m²]
_PERSON_KW, _EQUIPMENT_KW_M2, _NIGHT_SHARE = 0.075, 0.008, 0.2
# Sun on the floor behind the façade, shading included. [kW/m² per W/m²]
_SUN_GAIN = 0.012e-3
# Supply air wanders by itself: M, a real unit's 0.4–0.5 K over 600–900 s, here as two lags, for
# it comes through the coils' metal and water. Rougher, a valve would turn twice as often as the
# real one, which turns 0.7 to 2 times an hour; 0.4 K was too much with a rounder walk.
_SUPPLY_WANDER_K, _SUPPLY_WANDER_MIN = 0.38, 7.0
# A fan's speed, so that it goes 0.3 to 4 % an hour as the real one. [min], share of full speed
_SPEED_WANDER_MIN, _SPEED_WANDER = 8.0, 0.004
# So does what a district network sends, as its other customers open and shut: chosen.
_GRID_K, _GRID_MIN = 1.2, 25.0
# A reading of the sensors that control, supply and return: as many of the supply's are equal as of
# the laboratory's; air of several rooms meets at the return's, which is chosen. [K]
_LOOPED_K = (0.02, 0.03)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """One local day by minutes, first axis time.

    Attributes:
        start: Midnight, UTC. [ms]
        day: Which.
        workday: By building.
        weather: Of the place.
        people: Share there, by building.
        zone_people: Heads there, by zone.
        gains: Heat into each zone's air but for the air handler's. [kW]
        fan: Whether an air handler is meant to run.
        units: Whether a fan coil is.
        wander: Disturbance of each air handler's supply. [K]
        speed_wander: Of each fan, share of full speed.
        looped_noise: Noise of the sensors that control, (minutes, 2, air handlers). [K]
        grid_wander: Of what a district network sends, by building. [K]
        draws: Water.
        changes: What happens on it that is nobody's fault; None on a usual day.
    """

    start: int
    day: date
    workday: Bools
    weather: Weather
    people: Floats
    zone_people: Floats
    gains: Floats
    fan: Bools
    units: Bools
    wander: Floats
    speed_wander: Floats
    looped_noise: Floats
    grid_wander: Floats
    draws: Draws
    changes: Changes | None = None


def drivers_of(
    plan: Plan, seed: int, day: date, start: int, workday: Bools, *, sky: Sky | None = None,
    happenings: Sequence[Happening] = (),
) -> Drivers:  # fmt: skip
    """All that one local day brings, the same for every world with this seed and sky."""
    weather = (sky or SeededSky(seed)).of(day)
    ordinal = day.toordinal()
    occupancy = plain_people.presence_of if plan.laws.plain_people else people_by.presence_of
    there = occupancy(plan, seed, day, workday)
    people, zone_share = there.building, there.zone
    changes = changes_on(plan, seed, happenings, start, (ordinal, workday, people), weather)
    if changes is not None:
        people = changes.there(people, range(len(plan.buildings)))
        zone_share = changes.there(
            zone_share, [plan.buildings.index(z.building) for z in plan.zones]
        )
    heads = zone_share * np.array([z.number("people", 0.0) for z in plan.zones])
    ahu_streams = [stream(seed, a.id, "supply", ordinal) for a in plan.ahus]
    gains = _gains(plan, weather, zone_share, heads)
    fan = _meant(plan, plan.ahus, plan.ahu_building, workday)
    units = _meant(plan, plan.units, plan.unit_building, workday)
    draws = draws_of(
        plan, seed, day, people, workday, weather,
        extra=changes.water if changes is not None else None,
    )  # fmt: skip
    if changes is not None:
        gains += changes.gains
        fan = changes.runs(fan, plan.ahu_building.tolist())
        units = changes.runs(units, plan.unit_building.tolist())
        draws.street[:] *= changes.street
    return Drivers(
        start=start, day=day, workday=workday, weather=weather, people=people,
        zone_people=heads,
        gains=gains, fan=fan, units=units, draws=draws, changes=changes,
        grid_wander=np.stack([
            wander(stream(seed, b, "grid", ordinal), DAY_MIN, _GRID_MIN, _GRID_K)
            for b in plan.buildings
        ], axis=1),
        wander=np.stack(
            [smooth_wander(r, DAY_MIN, _SUPPLY_WANDER_MIN, _SUPPLY_WANDER_K) for r in ahu_streams],
            axis=1,
        ),
        speed_wander=np.stack(
            [wander(r, DAY_MIN, _SPEED_WANDER_MIN, _SPEED_WANDER) for r in ahu_streams], axis=1
        ),
        looped_noise=np.stack(
            [r.standard_normal((DAY_MIN, 2)) * _LOOPED_K for r in ahu_streams], axis=2
        ),
    )  # fmt: skip


def _gains(plan: Plan, weather: Weather, share: Floats, heads: Floats) -> Floats:
    outside = np.array([z.number("exterior", 0.5) for z in plan.zones])
    gear = plan.area * _EQUIPMENT_KW_M2 * (_NIGHT_SHARE + (1.0 - _NIGHT_SHARE) * share)
    sun = weather.sun[:, None] * (plan.area * outside * _SUN_GAIN)
    gains: Floats = gear + heads * _PERSON_KW + sun
    return gains


def _meant(plan: Plan, machines: Sequence[Equipment], building: Ints, workday: Bools) -> Bools:
    """When machines are meant to run. (minutes, machines)"""
    minutes = np.arange(DAY_MIN)
    meant = np.zeros((DAY_MIN, len(machines)), np.bool_)
    for index, machine in enumerate(machines):
        schedule = plan.hours_of(machine)
        hours = schedule.workday if workday[building[index]] else schedule.offday
        if hours is not None:
            meant[:, index] = (minutes >= hours[0]) & (minutes < hours[1])
    return meant


def stratification(plan: Plan, seed: int) -> Floats:
    """How far each mixing box is from mixed, as a share of outdoor less return."""
    unmixed = [fixed(seed, a.id, "stratified", -0.03, 0.03) for a in plan.ahus]
    return np.where(plan.blows_fresh, 0.0, unmixed)
