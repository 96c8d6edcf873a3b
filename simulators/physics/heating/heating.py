"""Heating plant of all buildings together: boiler or station, loop, radiators and hot-water tank.

Arrays are by row, a row a building of a world, or by zone. What a site says of it, defaults in
brackets where it may stay silent:

- ``Boiler``: ``heating_capacity`` [kW], ``efficiency`` (0.9), ``makes_hot_water: true`` for a tank;
  points ``boiler_cmd``, ``boiler_status``, ``hw_leaving``, ``hw_entering``, ``hw_sp``, ``oat``,
  ``burner_status``, ``tank_temp``; a gas meter of the building counts its fuel;
- or ``Heat_Exchanger``, a station of a district network: ``heating_capacity`` [kW]; points
  ``hw_leaving``, ``hw_entering``, ``hw_sp``, ``primary_leaving`` (what the network sends),
  ``primary_entering`` (what goes back), ``primary_flow``, ``primary_valve``, ``oat``;
- both: ``curve_slope`` (1.4) [K/K]; a ``schedule`` of its own: when its circuit heats, else by
  the building's fans; without ``oat`` they read the weather as 15 °C;
- ``Pump`` with ``part_of`` the boiler or station: ``rated_flow`` (capacity at 11 K) [m³/h],
  ``rated_power`` [kW]; points ``pump_status``, ``pump_speed``;
- ``HVAC_Zone`` with radiators: ``radiator_capacity`` [kW] at 50 K over the room, some 50 W/m² of
  façade floor; ``thermostatic: true`` where each has a thermostatic head; point ``branch_return``.
"""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats, Ints
from simulators.physics.constants import constant
from simulators.physics.cooling.pumping import pump_share
from simulators.physics.heating import boiler, curve, hot_water, substation
from simulators.physics.heating.exchanger import exchanged
from simulators.physics.heating.heating_faults import HeatingFaults
from simulators.physics.heating.heating_parts import (
    BadParts,
    HeatingDay,
    Pace,
    bad_parts,
    pace_of,
    sizes_of,
)
from simulators.physics.heating.radiators import radiators_of
from simulators.physics.plan import WATER_HEAT, Plan

# Warm lockout with hysteresis. [°C]
LOCK_ABOVE, UNLOCK_BELOW = 15.5, 14.0
# Nights are off; a building with radiators is kept from cooling out: heated below 16 °C until
# 17.5 °C, at the lowered curve.
_TOO_COLD_C, _AGAIN_C = 16.0, 17.5
_ROOM_C = constant(20.0)
# Pumps run at a constant speed by day and a lower one at night.
_SPEED_DAY, _SPEED_NIGHT = 0.85, 0.6
# Of the pump's flow that goes round a standing loop of radiators by gravity. Two substations'
# loops cool from 49 to 27 °C within six nightly hours (XAI4HEAT): by radiators that still give;
# insulated pipes alone would take two days. The share is chosen.
_GRAVITY = 0.1
# A circuit of cold radiators is warmed up slowly: no more than this above the water that is on its
# way already, which makes some 9 K a quarter of an hour, the two substations' 8 to 11 K; a
# station's slow valve needs the larger error for it. Controllers call it ramping. [K]
_SOFT_K, _SOFT_STATION_K = 3.5, 8.5
# The mixing valve rests in a neutral zone of 2.6 K, symmetrical; a maker's choice is 1 to 9 K, 3 K
# from the factory (Danfoss ECL Comfort 110, parameter 6187).
_MIX_RESTS_K = constant(1.3)
_MINUTE_H = 1.0 / 60.0
_NO_ROOM = 99.0
_NOUGHT, _ONE, _TINY = constant(0.0), constant(1.0), constant(1e-9)
_CARRIES = constant(WATER_HEAT)
_LOCK = constant(UNLOCK_BELOW), constant(LOCK_ABOVE - UNLOCK_BELOW)
_COLD = constant(_TOO_COLD_C), constant(_AGAIN_C - _TOO_COLD_C)
_STATES = (
    "on", "burning", "hot", "go", "come", "mix", "wanted", "valve", "error", "upper", "lower",
    "charging",
)  # fmt: skip
_START = {"hot": 40.0, "go": 40.0, "come": 38.0, "upper": 56.0, "lower": 50.0}


class Heating:
    """All heating plant of a plan.

    Attributes:
        sizes: Of every row's plant.
        water: In the radiators of each zone. [°C]
    """

    ROWS = (
        "hot", "hot_return", "hot_sp", "heating", "fire", "heat", "pump_speed", "fuel", "burner",
        "boiler_water", "tank", "loop_makeup", "primary_sent",
        "primary_back", "primary_flow", "primary_valve", "heat_lost",
    )  # fmt: skip

    def __init__(self, plan: Plan) -> None:
        rows = len(plan.buildings)
        state = np.zeros((len(_STATES), rows))
        for name, value in _START.items():
            state[_STATES.index(name)] = value
        self.state = state
        self.radiators = radiators_of(plan)
        self.water = np.full(len(self.radiators.rated), 30.0)
        self.sizes = sizes_of(plan)
        self._any = (
            bool(self.sizes.tank.any()),
            bool(self.sizes.fired.any()),
            bool(self.sizes.station.any()),
        )
        self._mix[:] = 1.0 * ~self.sizes.fired  # a station's water goes out as it is
        self._known: tuple[HeatingFaults, BadParts] | None = None
        self._pace = pace_of(5.0 * _MINUTE_H, self.sizes)
        self._stations = self.sizes.station.astype(np.float64)
        self._tanks = self.sizes.tank.astype(np.float64)
        self._burners = self.sizes.fired.astype(np.float64)
        self._zero = np.zeros(rows)
        self._reheats: Bools = np.array(plan.reheating, np.bool_)
        self._with = _rows_with(self.radiators.building, self.radiators.rated, rows)
        self._coldest = np.full(rows, _NO_ROOM)
        self._radiates = np.isin(np.arange(rows), self._with[0])
        self._air = np.full(len(self.water), 20.0)
        self._given = np.zeros(len(self.water))
        self._lost = np.zeros(rows)
        self._full = WATER_HEAT * self.sizes.flow
        self._soft = np.where(self.sizes.station, _SOFT_STATION_K, _SOFT_K)
        self._gravity = _GRAVITY * (self._radiates & self.sizes.there)

    @property
    def state(self) -> Floats:
        """What plants remember, by name of :data:`_STATES`. (names, rows)"""
        return self._state

    @state.setter
    def state(self, values: Floats) -> None:
        self._state = values
        rows: list[Floats] = list(values)
        (
            self._on, self._burning, self._hot, self._go, self._come, self._mix, self._wanted,
            self._valve, self._error, self._upper, self._lower, self._charging,
        ) = rows  # fmt: skip

    def emitted(self, air: Floats) -> Floats:
        """What the radiators give to zones of this air [°C] until the next step. [kW]"""
        self._air = air.copy()
        self._given = self.radiators.emitted(self.water, self._air)
        return self._given

    @property
    def supply(self) -> Floats:
        """Water that reaches coils and radiators. [°C]"""
        return self._go

    @property
    def flows(self) -> Floats:
        """1 where it flows."""
        return self._on

    def day(
        self, outdoor: Floats, sent: Floats, hours: tuple[Bools, Bools, Bools], draw: Floats,
        now: HeatingFaults,
    ) -> HeatingDay:  # fmt: skip
        """Prepares a stretch. (minutes, rows) each

        Args:
            outdoor: As the controllers read it. [°C]
            sent: By the district network. [°C]
            hours: Whether heat is wanted for people, whether the boost is meant to run, and whether
                rooms should be warm by now.
            draw: Heat drawn from the tank. [kW]
            now: Faults of the stretch.
        """
        wanted, boost, warm = hours
        day = wanted | (now.no_setback > 0.0)
        return HeatingDay(
            outdoor=outdoor, sent=sent, day=day, warm=warm.astype(np.float64), draw=draw,
            curve=curve.asked(outdoor, self.sizes.slope, now.curve, (~day, boost & day)),
            speed=np.where(day, _SPEED_DAY, _SPEED_NIGHT),
        )  # fmt: skip

    def step(
        self,
        day: HeatingDay,
        k: int,
        took: tuple[Floats, Bools],
        now: HeatingFaults,
        minutes: float,
    ) -> tuple[Floats, ...]:
        """Goes on by some minutes; gives the truth of them, as :attr:`ROWS` names it.

        Args:
            day: What drives it.
            k: First minute of the stretch.
            took: Heat that air handlers took [kW], and whether a heating valve of them is open.
            now: Faults.
            minutes: How many.
        """
        bad, pace = self._bad(now), self._paced(minutes * _MINUTE_H)
        on, lacks = self._enabled(day, k, took[1], bad)
        asked = curve.limited(day.curve[k] + lacks, self.sizes.least)
        held = np.where(self._radiates, np.minimum(asked, self._go + self._soft), asked)
        speed: Floats = on * day.speed[k]
        turns = np.maximum(speed, self._gravity)
        used = took[0] + self._radiators(turns, now, pace.hours)
        go, carries = self._go, self._full * turns
        back = self._returned(carries * go - used, carries, bad, pace)
        ready = np.maximum(on, self._tanks)
        charge = self._charge(day.draw[k], now, bad, pace) if self._any[0] else self._zero
        sent = day.sent[k]
        net = self._network(held, sent, back, carries, (now, bad), pace)
        fired = self._fire((held, ready), back, carries, (charge, net[2]), bad, pace)
        hot = self._hot
        supply = back + self._mix * (hot - back)
        piped = self.sizes.pipes * (go - _ROOM_C)
        self._lost += piped
        go += pace.way * (carries * (supply - go) - piped)
        return (
            go + on * (supply - go), back, asked, ready, fired[0], fired[2] + net[3], speed,
            fired[1], fired[3], hot, self._upper, bad.made_up, sent, net[0], net[1], self._valve,
            self._lost,
        )  # fmt: skip

    def turned(self, speed: Floats, ready: Floats) -> dict[str, Floats]:
        """What takes no answer from :meth:`step`, for many minutes: pumps' flow and electricity.

        Args:
            speed: Of pumps, as ``pump_speed`` has it.
            ready: Whether plant runs, as ``heating`` has it.
        """
        power = self.sizes.pump_kw * pump_share(speed, 0.0) + ready * self.sizes.aux
        return {"hot_flow": speed * self.sizes.flow, "heating_power": power}

    def stored(self) -> Floats:
        """Heat in boiler or exchanger, loop, radiators and tank of each row, from 0 °C. [kWh]"""
        tank = self.sizes.tank * hot_water.stored(self._upper, self._lower)
        inside = np.bincount(
            self.radiators.building, self.radiators.stored(self.water), len(self.sizes.flow)
        )
        held: Floats = (
            self.sizes.node * self._hot + self.sizes.way * (self._go + self._come) + tank + inside
        )
        return held

    def _paced(self, hours: float) -> Pace:
        if hours != self._pace.hours:
            self._pace = pace_of(hours, self.sizes)
        return self._pace

    def _bad(self, now: HeatingFaults) -> BadParts:
        if self._known is None or self._known[0] is not now:
            self._known = (now, bad_parts(now, self.sizes))
        return self._known[1]

    def _enabled(
        self, day: HeatingDay, k: int, asked: Bools, bad: BadParts
    ) -> tuple[Floats, Floats]:
        """Whether plant runs, 1 or 0, and what the coldest rooms add to the curve [K]."""
        on = self._on
        called: Bools = asked | (on > _NOUGHT)
        cold = day.outdoor[k] < _LOCK[0] + _LOCK[1] * on
        rows, zones, starts = self._with
        cold |= self._reheats & asked  # what dries its air asks for heat on warm days too
        lacks = self._zero
        if len(rows):
            coldest = self._coldest
            coldest[rows] = np.minimum.reduceat(self._air.take(zones), starts)
            lacks = curve.missing(coldest) * day.warm[k]
            called |= self._radiates
            called = (called & day.day[k]) | (coldest < _COLD[0] + _COLD[1] * on)
        else:
            called &= day.day[k]
        on[:] = self.sizes.there & ((cold & called) | bad.always)
        return on.copy(), lacks

    def _radiators(self, speed: Floats, now: HeatingFaults, hours: float) -> Floats:
        """What they take from the loop, by row. [kW]"""
        if not len(self._with[0]):
            return self._zero
        of, radiators = self.radiators.building, self.radiators
        if not np.count_nonzero(speed):
            self.water[:] = radiators.cooled(self.water, self._given, hours)
            return self._zero
        flow = radiators.flow(self._air, now.branch) * speed.take(of)
        supply = self._go.take(of)
        self.water[:], took = radiators.warmed(self.water, supply, flow, self._given, hours)
        return np.asarray(np.bincount(of, weights=took, minlength=len(speed)), np.float64)

    def _returned(self, gains: Floats, carries: Floats, bad: BadParts, pace: Pace) -> Floats:
        """The way back after a step; what is drained there is filled in cold."""
        come, share = self._come, pace.way
        piped = self.sizes.pipes * (come - _ROOM_C)
        come += share * (gains - piped + bad.cold)
        come /= _ONE + share * (carries + bad.drains)
        self._lost = piped + bad.drains * (come - hot_water.COLD_C)
        return come.copy()

    def _charge(self, draw: Floats, now: HeatingFaults, bad: BadParts, pace: Pace) -> Floats:
        """Heat from the boiler to the tank. [kW]"""
        upper, lower, charging = self._upper, self._lower, self._charging
        charging[:] = self.sizes.tank & hot_water.calls(charging, upper, lower, now.reads_low)
        heat: Floats = charging * hot_water.charged(self._hot, lower)
        after = hot_water.step(upper, lower, heat, draw, bad.ring, pace.hours)
        upper[:], lower[:] = after.upper, after.lower
        self._lost += self._tanks * after.lost
        return heat

    def _fire(
        self, wanted: tuple[Floats, Floats], back: Floats, carries: Floats,
        heats: tuple[Floats, Floats], bad: BadParts, pace: Pace,
    ) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
        """Heat into the boilers, their fuel, heat from them [kW], and whether they burnt.

        A station's node is warmed here too, by what its exchanger gives. A mixing valve follows the
        water that the boiler will have, not what it had minutes ago, and shuts when its circuit's
        pump stops, while the boiler may go on for its tank.
        """
        asked, ready = wanted
        hot, burning, mix, (charge, given) = self._hot, self._burning, self._mix, heats
        aimed = boiler.target(asked, self._charging)
        lit = self.sizes.fired & (ready > _NOUGHT)
        lit &= boiler.flame(burning, hot - aimed, bad.above, bad.below)
        burns = lit * _ONE
        lost = (burns > burning) * pace.purge + self.sizes.shell * (hot - _ROOM_C)
        gains, step = given - charge - lost, pace.node
        still, lifts = self._alone(back, carries * mix, gains, step)
        share, _ = boiler.fire(hot, still, lifts, aimed, bad.above)
        over = np.maximum(still + burns * share * lifts - back, _ONE)
        way = self._on * np.minimum(np.maximum((asked - back) / over, _NOUGHT), _ONE) - mix
        mix += (np.abs(way) * over > _MIX_RESTS_K) * pace.mixed * way
        self._lost += lost
        flows = carries * mix
        still, lifts = self._alone(back, flows, gains, step)
        share, goes_out = boiler.fire(hot, still, lifts, aimed, bad.above)
        share *= burns
        np.greater(lit, goes_out, out=lit)
        burning[:] = lit
        heat = share * self.sizes.burns
        fuel = boiler.fuel(heat, hot, bad.efficiency)
        np.add(still, share * lifts, out=hot)
        return heat, fuel, self._burners * (flows * (hot - back) + charge), burns

    def _alone(
        self, back: Floats, flows: Floats, gains: Floats, step: Floats
    ) -> tuple[Floats, Floats]:
        """Water of boilers after a step without fire [°C], and how far full fire lifts it [K]."""
        slows = _ONE + step * flows
        still = (self._hot + step * (flows * back + gains)) / slows
        return still, step * self.sizes.burns / slows

    def _network(
        self, asked: Floats, sent: Floats, back: Floats, carries: Floats,
        faults: tuple[HeatingFaults, BadParts], pace: Pace,
    ) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
        """Primary return [°C] and flow [m³/h], heat to the node and heat from the network [kW]."""
        if not self._any[2]:
            return sent, self._zero, self._zero, self._zero
        now, bad = faults
        there, capacity, runs = self._stations, self.sizes.capacity, self._on * self._stations
        wanted, valve, before = self._wanted, self._valve, self._error
        error = asked - self._hot
        if bad.tight and not (np.count_nonzero(runs) or np.count_nonzero(valve)):
            # All that is below is then known but for this, to the bit.
            wanted.fill(0.0)
            before[:] = error
            self._lost += self._zero
            heat = there * (_TINY * (sent - back))
            cooled = sent - heat / _TINY
            cooled += back - cooled
            return cooled, self._zero, heat, heat + self._zero
        aimed = substation.controlled(wanted, (error, before), pace.hours)
        np.multiply(runs, aimed, out=wanted)
        before[:] = error
        valve[:] = substation.moved(valve, wanted, pace.hours)
        np.copyto(valve, bad.open, where=bad.stuck)
        primary = there * substation.primary_flow(valve, now.passes, bad.shuts, capacity)
        streams = (_CARRIES * primary, carries)
        heat = there * exchanged(bad.conductance, streams, sent - back)
        flows = (primary > _NOUGHT) * _ONE
        cooled = sent - heat / np.maximum(streams[0], _TINY)
        cooled += (_ONE - flows) * (back - cooled)
        bare = flows * substation.bare_loss(capacity, sent, cooled)
        self._lost += bare
        return cooled, primary, heat, heat + bare


def _rows_with(building: Ints, rated: Floats, rows: int) -> tuple[Ints, Ints, Ints]:
    """Rows with radiators, their zones in the order of rows, and where each row's begin."""
    zones = np.flatnonzero(rated > 0.0)
    zones = zones[np.argsort(building[zones], kind="stable")]
    found = np.array([r for r in range(rows) if r in building[zones]], dtype=np.int64)
    return found, zones, np.searchsorted(building[zones], found)
