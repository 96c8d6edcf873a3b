"""What heating is stepped with: its sizes, a stretch's drivers, and what faults make of both."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.heating import boiler, curve, hot_water, substation
from simulators.physics.heating.heating_faults import HeatingFaults
from simulators.physics.plan import WATER_HEAT, Plan

# Loops hold 12 L a kilowatt (Recknagel: 10–15 with panel radiators), half of it on either way;
# the way out at least five minutes of flow: what is stepped at once must not overtake itself.
_LITRES_PER_KW, _LEAST_DELAY_H = 0.012, 5.0 / 60.0
# Pipes: 0.3 W/m/K with their insulation, some 1.3 m a kilowatt. [1/K]
_PIPES_PER_K = 0.0004
_SPREAD_K = 11.0
_BOILER_KW = 0.0015
# A plate that has less is as good as gone. [kW/K]
_SOME_UA = 0.01
# Mixing valve: a motor of 2.5 minutes.
_MIX_PER_H = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatingSizes:
    """Of every row.

    Attributes:
        capacity: Of boiler or station, 0 where there is neither. [kW]
        burns: Of boilers alone. [kW]
        efficiency: Rated, of boilers.
        slope: Of the curve. [K/K]
        least: Lowest reference. [°C]
        there: Whether there is plant,
        fired: whether it is a boiler,
        station: or a station,
        tank: and whether it has a tank.
        flow: Rated, of the pump. [m³/h]
        pump_kw: Its rated power. [kW]
        aux: Electricity of a boiler that is ready. [kW]
        way: Heat that the water of either way holds. [kWh/K]
        node: The same of boiler or exchanger.
        pipes: What either way loses. [kW/K]
        shell: What a boiler loses. [kW/K]
        purge: What a start and a stop blow away. [kWh]
    """

    capacity: Floats
    burns: Floats
    efficiency: Floats
    slope: Floats
    least: Floats
    there: Bools
    fired: Bools
    station: Bools
    tank: Bools
    flow: Floats
    pump_kw: Floats
    aux: Floats
    way: Floats
    node: Floats
    pipes: Floats
    shell: Floats
    purge: Floats


def sizes_of(plan: Plan) -> HeatingSizes:
    """Of a plan's buildings."""
    plants = [b or s for b, s in zip(plan.boilers, plan.stations, strict=True)]

    def numbers(name: str, otherwise: float) -> Floats:
        found = [p.number(name, otherwise) if p is not None else 0.0 for p in plants]
        return np.array(found)

    capacity = numbers("heating_capacity", 200.0)
    fired = np.array([b is not None for b in plan.boilers], np.bool_)
    rated = [p.number("rated_flow", 0.0) if p is not None else 0.0 for p in plan.pumps]
    flow = np.array(rated)
    flow = np.where(flow > 0.0, flow, capacity / (WATER_HEAT * _SPREAD_K))
    kw, burns = np.maximum(capacity, 1.0), capacity * fired
    power = [p.number("rated_power", 0.0) if p is not None else 0.0 for p in plan.pumps]
    return HeatingSizes(
        capacity=capacity, burns=burns, there=capacity > 0.0, fired=fired, flow=flow,
        efficiency=np.maximum(numbers("efficiency", 0.9), 0.1),
        slope=numbers("curve_slope", curve.CURVE_SLOPE),
        least=np.where(fired, boiler.LEAST_C, substation.LEAST_C),
        station=(capacity > 0.0) & ~fired, tank=plan.makes_hot_water & fired,
        pump_kw=np.array(power), aux=burns * _BOILER_KW,
        way=WATER_HEAT * np.maximum(
            0.5 * _LITRES_PER_KW * kw, _LEAST_DELAY_H * np.maximum(flow, 0.1)
        ),
        node=kw * np.where(fired, boiler.KWH_K_PER_KW, substation.KWH_K_PER_KW),
        pipes=capacity * (0.5 * _PIPES_PER_K), shell=burns * boiler.SHELL_PER_K,
        purge=burns * boiler.PURGE_KWH_PER_KW,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatingDay:
    """What drives all rows through a stretch and takes no answer from them. (minutes, rows)

    Attributes:
        outdoor: As the controllers read it. [°C]
        sent: By the district network. [°C]
        day: Whether plant works as by day.
        warm: 1 where rooms should be warm by now.
        curve: What the curve asks for, room influence apart. [°C]
        speed: Of pumps that run.
        draw: Heat drawn from the tank. [kW]
    """

    outdoor: Floats
    sent: Floats
    day: Bools
    warm: Floats
    curve: Floats
    speed: Floats
    draw: Floats


@dataclass(frozen=True, slots=True)
class BadParts:
    """What faults make of a stretch's parameters, by row.

    Attributes:
        made_up: Water that is lost and filled in. [m³/h]
        drains: Its capacity flow. [kW/K]
        cold: What that brings, from 0 °C. [kW]
        above: Half the burner's differential,
        below: and as much below nought. [K]
        efficiency: Of the burner.
        conductance: Of exchangers. [kW/K]
        shuts: What a shut primary valve holds back.
        ring: Loss of the hot water's ring. [kW/K]
        always: Whether plant runs whatever weather and hour.
        stuck: Whether the primary valve stands.
        open: How far, where it does.
        tight: Whether every primary valve shuts when it is told to, and every exchanger works.
    """

    made_up: Floats
    drains: Floats
    cold: Floats
    above: Floats
    below: Floats
    efficiency: Floats
    conductance: Floats
    shuts: Floats
    ring: Floats
    always: Bools
    stuck: Bools
    open: Floats
    tight: bool


def bad_parts(now: HeatingFaults, sizes: HeatingSizes) -> BadParts:
    """Of the faults of a stretch."""
    made_up = now.leaks / 24.0 * 2.0 * sizes.way / WATER_HEAT
    stuck = ~np.isnan(now.stuck) & sizes.station
    ua = substation.conductance(sizes.capacity, now.fouled)
    half, drains = 0.5 * boiler.band(now.narrower), WATER_HEAT * made_up
    return BadParts(
        made_up=made_up, drains=drains, cold=drains * hot_water.COLD_C, above=half, below=-half,
        efficiency=sizes.efficiency - now.burner,
        conductance=ua,
        shuts=1.0 - now.passes, ring=hot_water.ring(now.ring),
        always=now.in_hand > 0.0, stuck=stuck, open=np.where(stuck, now.stuck, 0.0),
        tight=not (stuck.any() or now.passes.any() or (ua[sizes.station] < _SOME_UA).any()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pace:
    """What a step's length makes of the sizes, by row.

    Attributes:
        hours: How long it is. [h]
        way: Over what the water of either way holds. [K/kW]
        node: The same of boiler or exchanger. [K/kW]
        purge: What a start blows away, in the mean of the step. [kW]
        mixed: Share of its way that a mixing valve goes.
    """

    hours: float
    way: Floats
    node: Floats
    purge: Floats
    mixed: Floats


def pace_of(hours: float, sizes: HeatingSizes) -> Pace:
    """Of steps of so many hours."""
    mixed: Floats = sizes.fired * np.float64(1.0 - exp(-_MIX_PER_H * hours))
    return Pace(
        hours=hours, way=hours / sizes.way, node=hours / sizes.node, purge=sizes.purge / hours,
        mixed=mixed,
    )  # fmt: skip
