"""Fan coils: a room's own fan blows its air through coils, by a thermostat with a dead band.

One row is the units that follow one thermostat. What a site says of them, defaults in brackets:

- ``Fan_Coil_Unit`` that ``feeds`` a zone: ``cooling_capacity`` [kW, heat and water together],
  ``heating_capacity`` [kW], ``design_air_flow`` at high speed [m³/s], ``fan_power`` [kW],
  ``cool_sp`` and ``heat_sp`` [°C]; ``two_pipe`` where one coil and one valve serve both seasons,
  ``ec_fan`` where the fan has no stages; a ``schedule`` where it is not its building's;
- points ``fan_status``, ``fan_speed``, ``cool_valve``, ``heat_valve``, ``occupied``.

Valves are open or shut, as thermal actuators stand after three minutes of five. The chilled coil
takes water from the room's air when its air leaves colder than the room's dew point: what drips
into the pan is a load of the plant's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.air.fan_coil_faults import UnitParameters
from simulators.physics.air.rooms import STEP_MIN
from simulators.physics.constants import constant
from simulators.physics.plan import AIR_HEAT, Plan
from simulators.physics.weather.moist import saturated

# Rated as GB/T 19232 rates them (recalled): water of 7 °C in air of 27 °C, a quarter of the work
# drying; 60 °C in air of 20 °C. A unit of 680 m³/h has 3.6 kW of cold and 62 W: so many kW a
# m³/s, where a site says no flow and no power. Medium and low speed move 75 and 50 %.
_COLD_K, _HOT_K, _SENSIBLE = 20.0, 40.0, 0.75
_KW_PER_FLOW, _FAN_KW_PER_FLOW, _COLD_KW, _HOT_KW = 19.0, 0.33, 3.6, 5.4
_STAGES = ((1.0, 1.0), (0.5, 0.75), (-np.inf, 0.5))  # kelvins beyond the setpoint, speed
# Motors with tapped windings waste what they do not turn: chosen, of makers' tables; behind a
# clogged filter they move less. Those without a commutator hold their flow as long as they can turn
# faster, follow the cube, and keep a tenth for their electronics.
_TAPPED_STANDS, _EC_STANDS = 0.2, 0.1
_EC_LEAST, _EC_OVER_K = 0.3, 1.5
# On at half a kelvin beyond the setpoint, off at half a kelvin on the other side.
_BAND = constant(0.5)
_COOL_C, _HEAT_C = 25.0, 21.0
# Two pipes carry hot water below a day's mean of 14 °C, cold above 16. [°C]
_WARM_DAY, _COLD_DAY = constant(16.0), constant(14.0)
_DAY_KEEPS = constant(1.0 - np.exp(-STEP_MIN / 1440.0))
# Of the unit's resistance to air the filter's, clean; chosen.
_FILTER = 0.3
# A coil gives most of its heat at little water: φ(1+b)/(φ+b), as an air handler's.
_BEND = constant(0.25)
# What air by convection carries through a standing unit, share of its flow.
_STILL = constant(0.05)
_SLOWER = constant(-0.5)  # NTU by flow: UA ∝ V^0.5
_EFFECTIVE_MOST = 0.9
# Air leaves a wet coil nearly saturated: some passes between the fins.
_LEAVES = constant(0.93)
_AIR_KG_M3, _PER_HOUR = 1.2, 3.6
VAPOUR_KWH_KG = 2501.0 / 3600.0
"""Heat that a kilogram of water gives up as it condenses. [kWh/kg]"""
_NOUGHT, _ONE, _NO_AIR = constant(0.0), constant(1.0), constant(1e-9)

NAMES = (
    "cools", "heats", "day_mean", "warm_season", "fan", "speed", "heat_valve", "cool_valve",
    "discharge", "flow", "warmed", "cooled", "condensed", "power", "meant",
)  # fmt: skip
"""Rows of :attr:`FanCoils.state`: whether the thermostat asks, a day's mean of outdoor air [°C] and
whether pipes carry hot water by it, fan and its speed, valves 0…1, air that leaves [°C], flow
[m³/s], heat given and taken on the thermometer [kW], what drips [kg/h], power [kW], and whether it
is meant to run."""
AT = {name: i for i, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Dried:
    """What the coils do to the water in each room's air. (rooms,)

    Attributes:
        flow: Of room air through wet coils. [m³/s]
        leaves: Water in it behind them. [g/kg]
    """

    flow: Floats
    leaves: Floats


class FanCoils:
    """All fan coils of all worlds.

    Attributes:
        state: By :data:`NAMES`. (numbers, units)
        some: Whether there is any.
    """

    def __init__(self, plan: Plan) -> None:
        units = plan.units
        self._zone, self._building, self._rooms = (
            plan.unit_zone,
            plan.unit_building,
            len(plan.zones),
        )
        self._buildings = len(plan.buildings)
        self.some = bool(units)
        self._linear = plan.laws.linear_valves

        def numbers(name: str, other: float | Floats) -> Floats:
            others = np.broadcast_to(other, len(units))
            return np.array([u.number(name, o) for u, o in zip(units, others, strict=True)])

        cold, hot = numbers("cooling_capacity", _COLD_KW), numbers("heating_capacity", _HOT_KW)
        self._flow = numbers("design_air_flow", cold / _KW_PER_FLOW)
        self._rated_kw = fan_ratings(plan)
        self._cool_c, self._heat_c = numbers("cool_sp", _COOL_C), numbers("heat_sp", _HEAT_C)
        self._carries = AIR_HEAT * self._flow
        self._ntu = np.stack([
            _ntu(hot, self._carries * _HOT_K), _ntu(_SENSIBLE * cold, self._carries * _COLD_K)
        ])  # fmt: skip
        self._two: Bools = np.array([u.declared("two_pipe") for u in units], np.bool_)
        self._ec: Bools = np.array([u.declared("ec_fan") for u in units], np.bool_)
        self.state = np.zeros((len(NAMES), len(units)))
        self.state[AT["day_mean"]], self.state[AT["discharge"]] = 15.0, 20.0
        self.dried = Dried(np.zeros(self._rooms), np.zeros(self._rooms))

    def step(
        self, rooms: tuple[Floats, Floats, Floats], water: Floats, meant: Floats, outdoor: Floats,
        now: UnitParameters,
    ) -> Floats:  # fmt: skip
        """Five minutes; gives the heat that the rooms get. (rooms,) [kW]

        Args:
            rooms: Their air [°C], what their thermostats feel [°C], water in their air [g/kg].
            water: Hot [°C], whether it flows, cold [°C], whether it flows. (4, buildings)
            meant: Whether each unit is meant to run. (units,)
            outdoor: One for all. [°C]
            now: What is wrong with them.
        """
        state, zone = self.state, self._zone
        air, felt, wet = (of.take(zone) for of in rooms)
        state[AT["meant"]] = meant
        self._season(outdoor)
        self._call(felt, np.maximum(meant, now.left_on))
        self._blow(felt, np.maximum(meant, now.left_on), now)
        self._exchange(air, wet, water.take(self._building, axis=1), now)
        return self._to_rooms(state[AT["warmed"]] - state[AT["cooled"]])

    def asked(self) -> Floats:
        """Hot and chilled water's work [kW], and how many valves of each are open.

        (4, buildings)
        """
        state = self.state
        cold = state[AT["cooled"]] + VAPOUR_KWH_KG * state[AT["condensed"]]
        of = (state[AT["warmed"]], cold, state[AT["heat_valve"]], state[AT["cool_valve"]])
        sums = [np.bincount(self._building, weights=w, minlength=self._buildings) for w in of]
        return np.array(sums, np.float64)

    def _season(self, outdoor: Floats) -> None:
        """What two pipes carry."""
        mean, warm = self.state[AT["day_mean"]], self.state[AT["warm_season"]]
        mean += _DAY_KEEPS * (outdoor - mean)
        np.copyto(warm, _ONE, where=mean < _COLD_DAY)
        np.copyto(warm, _NOUGHT, where=mean > _WARM_DAY)

    def _call(self, felt: Floats, runs: Floats) -> None:
        """The thermostats: between its two edges each goes on as it was."""
        state, hot_pipes = self.state, self.state[AT["warm_season"]] > _NOUGHT
        over, under = felt - self._cool_c, self._heat_c - felt
        for name, beyond, barred in (
            ("cools", over, self._two & hot_pipes), ("heats", under, self._two & ~hot_pipes)
        ):  # fmt: skip
            asks = (beyond > _BAND) | ((state[AT[name]] > _NOUGHT) & (beyond > -_BAND))
            state[AT[name]] = (asks & ~barred) * runs

    def _blow(self, felt: Floats, runs: Floats, now: UnitParameters) -> None:
        """Fans run through their hours, at the least speed while nothing is asked for."""
        state = self.state
        cools, heats = state[AT["cools"]], state[AT["heats"]]
        beyond = np.maximum((felt - self._cool_c) * cools, (self._heat_c - felt) * heats)
        asks = np.maximum(cools, heats)
        staged = np.select([beyond > k for k, _ in _STAGES], [speed for _, speed in _STAGES])
        smooth = np.minimum(_EC_LEAST + (1.0 - _EC_LEAST) * beyond * asks / _EC_OVER_K, 1.0)
        speed = np.where(self._ec, np.maximum(smooth, _EC_LEAST), staged) * runs
        tapped = _TAPPED_STANDS + (1.0 - _TAPPED_STANDS) * speed
        resists = _ONE + _FILTER * (now.filter_resists - _ONE)
        slowed = np.sqrt(resists)
        share = np.where(self._ec, np.minimum(speed, _ONE / slowed), speed / slowed)
        electronic = _EC_STANDS + (1.0 - _EC_STANDS) * resists * share**3
        state[AT["fan"]], state[AT["speed"]] = runs, speed
        state[AT["power"]] = self._rated_kw * np.where(self._ec, electronic, tapped) * runs
        state[AT["flow"]] = self._flow * share

    def _exchange(self, air: Floats, wet: Floats, water: Floats, now: UnitParameters) -> None:
        """Heat between water and air by effectiveness, and what drips from the cold coil."""
        state = self.state
        heats, cools, flow = state[AT["heats"]], state[AT["cools"]], state[AT["flow"]]
        state[AT["heat_valve"]], state[AT["cool_valve"]] = heats, cools
        # Of two pipes the one valve passes what they carry.
        in_heat = self._two * state[AT["warm_season"]]
        opened = np.stack([
            heats + in_heat * now.passes * (_ONE - heats),
            (_ONE - in_heat) * (now.passes + (_ONE - now.passes) * cools),
        ])  # fmt: skip
        share = np.maximum(flow / self._flow, _STILL)
        carries = self._carries * share
        works = opened if self._linear else opened * (_ONE + _BEND) / (opened + _BEND)
        effective = works * (_ONE - np.exp(-self._ntu * share**_SLOWER))
        way = np.maximum(np.stack([water[0] - air, air - water[2]]), _NOUGHT)
        warmed, cooled = effective * carries * way * water[1::2]
        leaves = air + (warmed - cooled) / carries
        out = np.minimum(wet, _LEAVES * saturated(leaves))
        drips = (cooled > _NOUGHT) * (wet - out)
        blown = carries / AIR_HEAT
        state[AT["warmed"]], state[AT["cooled"]], state[AT["discharge"]] = warmed, cooled, leaves
        state[AT["condensed"]] = _AIR_KG_M3 * _PER_HOUR * blown * drips
        damp = blown * (drips > _NOUGHT)
        through, carried = self._to_rooms(damp), self._to_rooms(damp * out)
        self.dried = Dried(through, carried / np.maximum(through, _NO_AIR))

    def _to_rooms(self, of_units: Floats) -> Floats:
        """Sums over each room's units. (units,) to (rooms,)"""
        sums = np.bincount(self._zone, weights=of_units, minlength=self._rooms)
        return np.asarray(sums, np.float64)


def fan_ratings(plan: Plan) -> Floats:
    """Rated power of each unit's fans. (units,) [kW]"""
    cold = [u.number("cooling_capacity", _COLD_KW) for u in plan.units]
    flow = [u.number("design_air_flow", c / _KW_PER_FLOW)
            for u, c in zip(plan.units, cold, strict=True)]  # fmt: skip
    return np.array([u.number("fan_power", f * _FAN_KW_PER_FLOW)
                     for u, f in zip(plan.units, flow, strict=True)], np.float64)  # fmt: skip


def _ntu(sensible: Floats, most: Floats) -> Floats:
    """Of a coil that does so much of the most that it could at full flow: ε = 1 − e^−NTU."""
    effective = np.minimum(sensible / np.maximum(most, 1e-9), _EFFECTIVE_MOST)
    return np.asarray(-np.log(1.0 - effective), np.float64)
