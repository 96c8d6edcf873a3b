"""Chilled-water plant of all buildings together: chillers in stages, their loop, what turns it.

Arrays are by row, a row a building of a world. What a site says of it, defaults in brackets:

- ``Chiller``, one or two of a building: ``cooling_capacity`` [kW], ``cop`` (3.2 by air, 5.2 by
  water); points ``chiller_status``, ``chw_leaving``, ``chw_entering``, ``power``; on the first one
  also ``chw_flow``, and ``cw_to_chiller``, ``cw_from_chiller`` with a tower. The second starts when
  the first cannot hold the water;
- ``Cooling_Tower``: no parameters; where a building has none, air cools its condensers;
- chilled and condenser pumps come with the machines, 1.2 and 1.8 % of their rated work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.constants import constant
from simulators.physics.cooling.chillers import capacity_of, capacity_terms
from simulators.physics.cooling.condenser import Machines, basin, warm_side
from simulators.physics.cooling.cooling_faults import CoolingFaults
from simulators.physics.cooling.pumping import pump_share
from simulators.physics.plan import WATER_HEAT, Plan
from simulators.physics.water import tower

_MINUTE_H = 1.0 / 60.0
_SETPOINT_C, _REST_C, _REST_PER_MIN = 7.0, constant(20.0), 1.0 / 240.0
# Water of the loop for each kilowatt, some 7 L; half of what is above setpoint is pulled in 5 min.
_KWH_K_PER_KW, _SPREAD_K, _PULL_H = 0.008, 5.0, 5.0 / 60.0
_RUNS_ON_MIN, _WANTED_ABOVE_C = constant(60.0), 15.0
# The second machine comes when water is 1 K too warm for 10 min, and goes when one alone would be
# loaded by less than 80 % for 20 min.
_WARM_K, _WARM_MIN, _LIGHT, _LIGHT_MIN = 1.0, constant(10.0), 0.8, constant(20.0)
# Pumps follow the valves, down to 40 %, against a held difference of pressure of a third.
_PUMPS, _LEAST_FLOW, _HELD = 0.012, 0.4, 1.0 / 3.0
_STANDBY = 0.0015
_NOUGHT, _ONE, _TWO = constant(0.0), constant(1.0), constant(2.0)
_NO_FLOW, _HELD_C = constant(1e-3), constant(_SETPOINT_C)
_SPREADS, _CARRIES = constant(WATER_HEAT * _SPREAD_K), constant(WATER_HEAT)
_TOO_WARM_C, _TOO_LIGHT = constant(_SETPOINT_C + _WARM_K), constant(_LIGHT)
_COP_AIR, _COP_WATER = 3.2, 5.2


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolingDay:
    """What drives all rows through a stretch and takes no answer from them. (minutes, rows)

    Attributes:
        mild: Whether it is warm enough to keep chilled water ready.
        can: What :func:`simulators.physics.cooling.chillers.capacity_of` needs.
        latent: Cooling a coil does for each unit it does on the thermometer.
        bypass: What is pumped for each unit that coils take, by row.
    """

    mild: Bools
    can: tuple[Floats, Floats, Floats]
    latent: Floats
    bypass: Floats


class Cooling:
    """All chilled-water plant of a plan."""

    ROWS = ("chilled", "chilled_return", "cooling", "chillers", "chilled_flow")

    def __init__(self, plan: Plan) -> None:
        machines = plan.chilling
        self.state = np.zeros((5, len(plan.buildings)))
        self.state[_CHILLED] = 18.0
        self.by_air = np.array([t is None for t in plan.towers], np.float64)
        otherwise = np.where(self.by_air > 0.0, _COP_AIR, _COP_WATER)
        self._capacity = np.array(
            [m[0].number("cooling_capacity", 200.0) if m else 0.0 for m in machines]
        )
        cop = np.array([m[0].number("cop", 0.0) if m else 0.0 for m in machines])
        self._cop = np.where(cop > 0.0, cop, otherwise)
        self._count = np.array([float(len(m)) for m in machines])
        self._there = self._count > 0.0
        sized = np.maximum(self._capacity * self._count, 1.0)
        self._pairs: Bools = self._count > 1.0
        self._two = bool(self._pairs.any())
        self._mass, self._flow = sized * _KWH_K_PER_KW, sized / (WATER_HEAT * _SPREAD_K)
        self._least = _LEAST_FLOW * self._flow

    @property
    def supply(self) -> Floats:
        """Water that reaches the coils. [°C]"""
        chilled: Floats = self.state[_CHILLED]
        return chilled

    @property
    def flows(self) -> Bools:
        """Where it flows."""
        runs: Bools = self.state[_LEFT] > _NOUGHT
        return runs

    def day(
        self, outdoor: Floats, expected: Floats, latent: Floats, now: CoolingFaults
    ) -> CoolingDay:
        """Prepares a stretch. (minutes, rows) each

        Args:
            outdoor: As the controllers read it. [°C]
            expected: What :meth:`expected` says. [°C]
            latent: Cooling a coil does for each unit it does on the thermometer.
            now: Faults of the stretch.
        """
        return CoolingDay(
            mild=outdoor > _WANTED_ABOVE_C, can=capacity_terms(expected, self.by_air),
            latent=latent, bypass=1.0 / (1.0 - now.bypass),
        )  # fmt: skip

    def step(
        self, day: CoolingDay, k: int, took: tuple[Floats, Bools, Bools], minutes: float
    ) -> tuple[Floats, ...]:
        """Goes on by some minutes; gives the truth of them, as :attr:`ROWS` names it.

        Args:
            day: What drives it.
            k: First minute of the stretch.
            took: Cooling on the thermometer that air handlers took [kW], whether a cooling valve
                of them is open, and whether a fan runs.
            minutes: How many.
        """
        state, hours, (cold, asked, fans) = self.state, minutes * _MINUTE_H, took
        chilled, left = state[_CHILLED], state[_LEFT]
        left -= constant(minutes)
        np.copyto(left, _RUNS_ON_MIN, where=asked | day.mild[k])
        runs = fans & self._there & (left > _NOUGHT)
        on = runs * _ONE
        left *= on
        a, b, c = day.can
        each = self._capacity * capacity_of(chilled, (a[k], b[k], c[k]))
        load = cold * day.latent[k] * on
        running = self._staged((runs, on), chilled, each, load, minutes)
        pull = self._mass * (chilled - _HELD_C) / constant(max(_PULL_H, hours))
        cooled = np.minimum(np.maximum(load + pull, _NOUGHT), running * each)
        warms = constant(hours) / self._mass * (load - cooled)
        rests = constant(_REST_PER_MIN * minutes) * (_REST_C - chilled)
        chilled += warms + (_ONE - on) * rests
        coils = np.maximum(load / _SPREADS, self._least)
        flow = on * np.minimum(coils * day.bypass, self._flow)
        back = chilled + load / (_CARRIES * np.maximum(flow, _NO_FLOW))
        return chilled, back, cooled, running, flow

    def expected(self, oat: Floats, wet: Floats, now: CoolingFaults) -> Floats:
        """What will enter the condensers at full load, by minute and row. [°C]"""
        return np.asarray(np.where(self.by_air > 0.0, oat, basin(wet, now.tower)))

    def electricity(
        self, rows: tuple[Floats, ...], outdoors: tuple[Floats, Floats], now: CoolingFaults
    ) -> dict[str, Floats]:
        """What :meth:`step` gave, for many minutes: power, condensers, evaporation."""
        chilled, _, cooled, running, flow = rows
        machines = Machines(
            capacity=self._capacity, cop=self._cop, by_air=self.by_air, recharge=now.recharge,
            fouled=now.fouled, tower_fouled=now.tower,
        )  # fmt: skip
        warm = warm_side(cooled, running, chilled, outdoors, machines)
        pumps = _PUMPS * self._capacity * self._count * pump_share(flow / self._flow, _HELD)
        standby = _STANDBY * self._capacity * self._count
        wetted = warm.rejected * (self.by_air <= 0.0)
        return {
            "cooling_power": warm.power,
            "cooling_extra": warm.extra + pumps + standby,
            "rejected": warm.rejected,
            "to_condenser": warm.to_condenser,
            "from_condenser": warm.from_condenser,
            "tower_evaporates": tower.evaporated(wetted),
        }

    def _staged(
        self, on: tuple[Bools, Floats], chilled: Floats, each: Floats, load: Floats, minutes: float
    ) -> Floats:
        """How many machines run; ``on`` says whether any does, as a flag and as one or nought."""
        state, (flag, runs) = self.state, on
        running, warmed, idle = state[_RUNNING], state[_WARM], state[_IDLE]
        if not self._two:
            running[:] = runs
            return np.array(running)
        one = running <= _ONE
        warm = one & (chilled > _TOO_WARM_C)
        warm &= flag
        light = load < _TOO_LIGHT * each
        light &= flag
        light &= ~one
        passed = constant(minutes)
        np.multiply(warmed + passed, warm * _ONE, out=warmed)
        np.multiply(idle + passed, light * _ONE, out=idle)
        more = (warmed > _WARM_MIN) & self._pairs
        fewer = idle > _LIGHT_MIN
        fewer |= one
        np.copyto(running, _ONE, where=fewer)
        np.copyto(running, _TWO, where=more)
        running *= runs
        return np.array(running)


_CHILLED, _LEFT, _RUNNING, _WARM, _IDLE = range(5)
