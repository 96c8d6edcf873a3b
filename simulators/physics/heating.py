"""Heating plant of all buildings together: boiler or station, loop, radiators and hot-water tank.

Arrays are by row, a row a building of a world, or by zone. What a site says of it, defaults in
brackets where it may stay silent:

- ``Boiler``: ``heating_capacity`` [kW], ``efficiency`` (0.9), ``makes_hot_water: true`` for a tank;
  points ``boiler_cmd``, ``boiler_status``, ``hw_leaving``, ``hw_entering``, ``hw_sp``, ``oat``,
  ``burner_status``, ``tank_temp``; a gas meter of the building counts its fuel;
- or ``Heat_Exchanger``, a station of a district network: ``heating_capacity`` [kW]; points
  ``hw_leaving``, ``hw_entering``, ``hw_sp``, ``primary_leaving`` (what the network sends),
  ``primary_entering`` (what goes back), ``primary_flow``, ``primary_valve``, ``oat``;
- both: ``curve_slope`` (1.4) [K/K]; without ``oat`` they read the weather as 15 °C;
- ``Pump`` with ``part_of`` the boiler or station: ``rated_flow`` (capacity at 11 K) [m³/h],
  ``rated_power`` [kW]; points ``pump_status``, ``pump_speed``;
- ``HVAC_Zone`` with radiators: ``radiator_capacity`` [kW] at 50 K over the room, some 50 W/m² of
  façade floor; ``thermostatic: true`` where each has a thermostatic head; point ``branch_return``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats, Ints
from simulators.physics import boiler, curve, hot_water, substation
from simulators.physics.heating_faults import HeatingFaults
from simulators.physics.plan import WATER_HEAT, Plan
from simulators.physics.pumping import pump_share
from simulators.physics.radiators import radiators_of

# Warm lockout with hysteresis. [°C]
LOCK_ABOVE, UNLOCK_BELOW = 15.5, 14.0
# Nights are off; a building with radiators is kept from cooling out: heated below 16 °C until
# 17.5 °C, at the lowered curve.
_TOO_COLD_C, _AGAIN_C = 16.0, 17.5
# Loops hold 12 L a kilowatt (Recknagel: 10–15 with panel radiators), half of it on either way;
# the way out at least five minutes of flow: what is stepped at once must not overtake itself.
_LITRES_PER_KW, _LEAST_DELAY_H = 0.012, 5.0 / 60.0
# Pipes: 0.3 W/m/K with their insulation, some 1.3 m a kilowatt. [1/K]
_PIPES_PER_K, _ROOM_C = 0.0004, 20.0
_SPREAD_K = 11.0
# Pumps run at a constant speed by day and a lower one at night, and at full speed while supply
# lacks 2 K of what is asked.
_SPEED_DAY, _SPEED_NIGHT, _SHORT_K = 0.85, 0.6, 2.0
# Mixing valve: a motor of 2.5 minutes that rests while supply is near, as three-point ones do.
_MIX_PER_H, _MIX_RESTS_K = 24.0, 0.5
_BOILER_KW = 0.0015
_MINUTE_H = 1.0 / 60.0
_NO_ROOM = 99.0
_STATES = (
    "on", "burning", "hot", "go", "come", "mix", "wanted", "valve", "error", "upper", "lower",
    "charging",
)  # fmt: skip
_START = {"hot": 40.0, "go": 40.0, "come": 38.0, "upper": 56.0, "lower": 50.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatingInput:
    """What a step of all rows is driven by.

    Attributes:
        outdoor: As the controllers read it. [°C]
        sent: By the district network. [°C]
        hours: Whether heat is wanted for people.
        boost: Whether the morning boost runs.
        draw: Heat drawn from the tank. [kW]
        coils: Heat taken by the air handlers. [kW]
        asked: Whether a heating valve is open.
    """

    outdoor: Floats
    sent: Floats
    hours: Bools
    boost: Bools
    draw: Floats
    coils: Floats
    asked: Bools


class Heating:
    """All heating plant of a site, ``copies`` worlds of it.

    Attributes:
        state: What plants remember, by name of :data:`_STATES`. (names, rows)
        water: In the radiators of each zone. [°C]
    """

    ROWS = (
        "hot", "hot_return", "hot_sp", "heating", "fire", "heat", "hot_flow", "pump_speed", "fuel",
        "heating_power", "burner", "boiler_water", "tank", "loop_makeup", "primary_sent",
        "primary_back", "primary_flow", "primary_valve", "heat_lost",
    )  # fmt: skip

    def __init__(self, plan: Plan, copies: int) -> None:
        rows = copies * len(plan.buildings)
        self.state = np.zeros((len(_STATES), rows))
        for name, value in _START.items():
            self.state[_STATES.index(name)] = value
        self.radiators = radiators_of(plan, copies)
        self.water = np.full(len(self.radiators.rated), 30.0)
        plants = [b or s for b, s in zip(plan.boilers, plan.stations, strict=True)]

        def numbers(name: str, otherwise: float) -> Floats:
            found = [p.number(name, otherwise) if p is not None else 0.0 for p in plants]
            return np.tile(np.array(found), copies)

        self._capacity = numbers("heating_capacity", 200.0)
        self._efficiency = np.maximum(numbers("efficiency", 0.9), 0.1)
        self._slope = numbers("curve_slope", curve.CURVE_SLOPE)
        self._there = self._capacity > 0.0
        self._fired = np.tile([b is not None for b in plan.boilers], copies)
        self._least = np.where(self._fired, boiler.LEAST_C, substation.LEAST_C)
        self._tank = np.tile(plan.makes_hot_water, copies) & self._fired
        self._station = self._there & ~self._fired
        pumps = [
            (p.number("rated_flow", 0.0), p.number("rated_power", 0.0)) if p else (0.0, 0.0)
            for p in plan.pumps
        ]
        rated, self._pump_kw = np.tile(np.array(pumps), (copies, 1)).T
        self._flow = np.where(rated > 0.0, rated, self._capacity / (WATER_HEAT * _SPREAD_K))
        kw = np.maximum(self._capacity, 1.0)
        self._way = WATER_HEAT * np.maximum(
            0.5 * _LITRES_PER_KW * kw, _LEAST_DELAY_H * np.maximum(self._flow, 0.1)
        )
        self._node = kw * np.where(self._fired, boiler.KWH_K_PER_KW, substation.KWH_K_PER_KW)
        self._with = _rows_with(self.radiators.building, self.radiators.rated, rows)
        self._air = np.full(len(self.water), 20.0)
        self._given = np.zeros(len(self.water))
        self._lost = np.zeros(rows)

    def emitted(self, air: Floats) -> Floats:
        """What the radiators give to zones of this air [°C] until the next step. [kW]"""
        self._air = np.array(air)
        self._given = self.radiators.emitted(self.water, self._air)
        return self._given

    @property
    def supply(self) -> Floats:
        """Water that reaches coils and radiators. [°C]"""
        return self._of(_GO)

    @property
    def flows(self) -> Floats:
        """1 where it flows."""
        return self._of(_ON)

    def step(self, given: HeatingInput, now: HeatingFaults, minutes: float) -> tuple[Floats, ...]:
        """Goes on by some minutes; gives the truth of them, as :attr:`ROWS` names it."""
        hours = minutes * _MINUTE_H
        coldest = self._coldest()
        day = given.hours | (now.no_setback > 0.0)
        on = self._enabled(given, now, day, coldest)
        asked = curve.reference(
            given.outdoor, self._slope, now.curve,
            (~day, given.boost & day), curve.missing(coldest) * given.hours, least=self._least,
        )  # fmt: skip
        short = day & (asked - self.state[_HOT] > _SHORT_K)
        speed = on * np.where(short, 1.0, np.where(day, _SPEED_DAY, _SPEED_NIGHT))
        flow = speed * self._flow
        taken = self._radiators(speed, now, hours)
        used = given.coils + taken
        state = self.state
        go, carries = state[_GO].copy(), WATER_HEAT * flow
        made_up = now.leaks / 24.0 * 2.0 * self._way / WATER_HEAT
        back = self._returned(go, carries, used, made_up, hours)
        charge = self._charge(given.draw, now, hours)
        if self._fired.any():
            fired = self._fire(asked, back, carries, charge, now, hours)
        else:
            fired = (np.zeros_like(on),) * 4
        net = self._network(asked, given.sent, back, flow, now, hours)
        supply = np.where(self._fired, back + state[_MIX] * (state[_HOT] - back), state[_HOT])
        piped = self._capacity * _PIPES_PER_K * 0.5 * (go - _ROOM_C)
        self._lost += piped
        state[_GO] = go + hours / self._way * (carries * (supply - go) - piped)
        heat = np.where(self._fired, fired[2] + charge, net[2])
        leaving = np.where(flow > 0.0, supply, state[_GO])
        power = self._pump_kw * pump_share(speed, 0.0) + on * self._fired * (
            self._capacity * _BOILER_KW
        )
        return (
            leaving, back, asked, on, fired[0], heat, flow, speed, fired[1], power,
            fired[3], state[_HOT].copy(), state[_UPPER].copy(), made_up,
            given.sent, net[0], net[1], state[_VALVE].copy(), self._lost,
        )  # fmt: skip

    def stored(self) -> Floats:
        """Heat in boiler or exchanger, loop, radiators and tank of each row, from 0 °C. [kWh]"""
        state = self.state
        tank = self._tank * hot_water.stored(state[_UPPER], state[_LOWER])
        inside = np.bincount(
            self.radiators.building, self.radiators.stored(self.water), len(self._flow)
        )
        held: Floats = (
            self._node * state[_HOT] + self._way * (state[_GO] + state[_COME]) + tank + inside
        )
        return held

    def _of(self, row: int) -> Floats:
        values: Floats = self.state[row]
        return values

    def _coldest(self) -> Floats:
        coldest = np.full(len(self._flow), _NO_ROOM)
        rows, zones, starts = self._with
        if len(rows):
            coldest[rows] = np.minimum.reduceat(self._air[zones], starts)
        return coldest

    def _enabled(
        self, given: HeatingInput, now: HeatingFaults, day: Bools, coldest: Floats
    ) -> Floats:
        """Whether plant runs: 1 or 0."""
        running = self.state[_ON] > 0.0
        mild = given.outdoor >= np.where(running, LOCK_ABOVE, UNLOCK_BELOW)
        warmed = coldest < _NO_ROOM
        called = day & (given.asked | running | warmed)
        frozen = coldest < np.where(running, _AGAIN_C, _TOO_COLD_C)
        season = ~mild & (called | frozen)
        on: Floats = self._there * (season | self._tank | (now.in_hand > 0.0))
        self.state[_ON] = on
        return on

    def _radiators(self, speed: Floats, now: HeatingFaults, hours: float) -> Floats:
        """What they take from the loop, by row. [kW]"""
        if not len(self._with[0]):
            return np.zeros_like(speed)
        of, radiators = self.radiators.building, self.radiators
        flow = radiators.flow(self._air, now.branch) * speed[of]
        supply = self.state[_GO][of]
        self.water[:], took = radiators.warmed(self.water, supply, flow, self._given, hours)
        return np.bincount(of, took, len(speed)).astype(np.float64)

    def _returned(
        self, go: Floats, carries: Floats, used: Floats, made_up: Floats, hours: float
    ) -> Floats:
        """The way back after a step; what is drained there is filled in cold."""
        state, share = self.state, hours / self._way
        piped = self._capacity * _PIPES_PER_K * 0.5 * (state[_COME] - _ROOM_C)
        drained = WATER_HEAT * made_up
        state[_COME] = (
            state[_COME] + share * (carries * go - used - piped + drained * hot_water.COLD_C)
        ) / (1.0 + share * (carries + drained))
        back: Floats = state[_COME].copy()
        self._lost = piped + drained * (back - hot_water.COLD_C)
        return back

    def _charge(self, draw: Floats, now: HeatingFaults, hours: float) -> Floats:
        if not self._tank.any():
            return np.zeros_like(draw)
        state = self.state
        state[_CHARGING] = self._tank * hot_water.calls(
            state[_CHARGING], state[_UPPER], state[_LOWER], now.reads_low
        )
        heat: Floats = state[_CHARGING] * state[_ON] * hot_water.charged(state[_HOT], state[_LOWER])
        after = hot_water.step(state[_UPPER], state[_LOWER], heat, draw, now.ring, hours)
        state[_UPPER], state[_LOWER] = after.upper, after.lower
        self._lost += self._tank * after.lost
        return heat

    def _fire(
        self, asked: Floats, back: Floats, carries: Floats, charge: Floats, now: HeatingFaults,
        hours: float,
    ) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
        """Heat into the boiler, its fuel, heat to the loop [kW], and whether it burnt."""
        state = self.state
        aimed = boiler.target(asked, state[_CHARGING])
        before = state[_BURNING].copy()
        lit = boiler.flame(before, state[_HOT], aimed, now.narrower) * state[_ON] * self._fired
        over = np.maximum(state[_HOT] - back, 1.0)
        meant = np.minimum(np.maximum((asked - back) / over, 0.0), 1.0)
        off = np.abs(meant - state[_MIX]) * over > _MIX_RESTS_K
        state[_MIX] += off * (1.0 - np.exp(-_MIX_PER_H * hours)) * (meant - state[_MIX])
        purged = (lit > before) * self._capacity * (boiler.PURGE_KWH_PER_KW / hours)
        shell = self._capacity * boiler.SHELL_PER_K * (state[_HOT] - _ROOM_C)
        flows = carries * state[_MIX] * self._fired
        step = hours / self._node * self._fired
        slows = 1.0 + step * flows
        still = (state[_HOT] + step * (flows * back - charge - purged - shell)) / slows
        lifts = step * self._capacity / slows
        share, goes_out = boiler.fire(still, lifts, aimed, now.narrower)
        share, state[_BURNING] = lit * share, lit * ~goes_out
        fuel = boiler.fuel(share * self._capacity, state[_HOT], self._efficiency - now.burner)
        state[_HOT] = still + share * lifts
        self._lost += self._fired * (purged + shell)
        return share * self._capacity, fuel, flows * (state[_HOT] - back), lit

    def _network(
        self, asked: Floats, sent: Floats, back: Floats, flow: Floats, now: HeatingFaults,
        hours: float,
    ) -> tuple[Floats, Floats, Floats]:  # fmt: skip
        """Primary return [°C] and flow [m³/h], and heat from the network [kW]."""
        if not self._station.any():
            return sent, np.zeros_like(sent), np.zeros_like(sent)
        state, on = self.state, self.state[_ON] * self._station
        error = asked - state[_HOT]
        state[_WANTED] = on * substation.controlled(state[_WANTED], (error, state[_ERROR]), hours)
        state[_ERROR] = error
        moved = substation.moved(state[_VALVE], state[_WANTED], hours)
        state[_VALVE] = np.where(np.isnan(now.stuck), moved, now.stuck) * self._station
        primary = substation.primary_flow(state[_VALVE], now.passes, self._capacity)
        primary *= self._station
        heat = substation.transferred(self._capacity, now.fouled, (primary, flow), sent - back)
        heat *= self._station
        step, carries = hours / self._node * self._station, WATER_HEAT * flow
        state[_HOT] = (state[_HOT] + step * (heat + carries * back)) / (1.0 + step * carries)
        cooled = sent - heat / np.maximum(WATER_HEAT * primary, 1e-9)
        cooled = np.where(primary > 0.0, cooled, back)
        bare = substation.bare_loss(self._capacity, sent, cooled) * (primary > 0.0)
        self._lost += bare
        return cooled, primary, heat + bare


_INDEX = {name: i for i, name in enumerate(_STATES)}
_ON, _BURNING, _HOT, _GO, _COME, _MIX = (
    _INDEX[n] for n in ("on", "burning", "hot", "go", "come", "mix")
)
_WANTED, _VALVE, _ERROR = (_INDEX[n] for n in ("wanted", "valve", "error"))
_UPPER, _LOWER, _CHARGING = (_INDEX[n] for n in ("upper", "lower", "charging"))


def _rows_with(building: Ints, rated: Floats, rows: int) -> tuple[Ints, Ints, Ints]:
    """Rows with radiators, their zones in the order of rows, and where each row's begin."""
    zones = np.flatnonzero(rated > 0.0)
    zones = zones[np.argsort(building[zones], kind="stable")]
    found = np.array([r for r in range(rows) if r in building[zones]], dtype=np.int64)
    return found, zones, np.searchsorted(building[zones], found)
