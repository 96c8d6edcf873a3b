"""All air handlers of all worlds: coils, mixing box, fan and controllers.

Coils follow an effectiveness, valves an equal-percentage law of rangeability 30; the heating
coil comes first, the fan last. What feeds back within minutes goes a minute a step, while any
fan runs; what does not (setpoint, economiser, air from the rooms, a standing unit) goes five.
A row whose fan stands has rates of nought in the minutes: it is the same to the bit whether
another's fan makes the minutes be stepped or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from core.batch import Bools, Floats
from core.site import Equipment
from simulators.physics.air import control
from simulators.physics.air.air_faults import AirParameters
from simulators.physics.air.boxes import SPEED_LEAST, Blown
from simulators.physics.plan import AHU_DESIGN_FLOW, AIR_HEAT, Plan
from simulators.physics.rows import Rows

_RANGE, _RANGE_LN = 30.0, log(30.0)
# A coil gives most of its heat at little water: φ(1+b)/(φ+b).
_COIL_BEND = 0.25
_BEND = _COIL_BEND * (_RANGE - 1.0)
# A real unit's loop has two lags: its coils' metal and water, 240–300 s, and its sensors' wells,
# 90–120 s. Air itself changes within the minute.
_COIL, _SENSOR = 1.0 - exp(-60.0 / 270.0), 1.0 - exp(-60.0 / 100.0)
# What follows: mixed air, heating rise, cooling drop; then supply, and both sensors' elements.
_KEEPS = np.array([1.0, _COIL, _COIL, 1.0, _SENSOR, _SENSOR])[:, None]
_STILL, _STILL_SENSOR = 5.0 / 40.0, 1.0 - exp(-300.0 / 100.0)
_STILL_KEEPS = np.array([_STILL, _STILL, _STILL, _STILL, _STILL_SENSOR, _STILL_SENSOR])[:, None]
_FAN_RISE_K = 0.9
# Of the supply, outdoor air while its damper stands wide open: the return damper leaks the rest. A
# laboratory's unit gave 0.78 to 0.92 on healthy days.
_OPEN_SPAN = 0.82
# Outdoor air that finds its way into a standing unit.
_STILL_OUTDOOR = 0.25
_SPEED_KEEPS, _SPEED_WANDERS = 0.4, 0.3
_HEAT, _COOL, _DAMPER = 0, 1, 2
# Of the duct, at which it is balanced. [Pa]
_DESIGN_PA = 250.0
# Gains of ×60 go with integral times ÷ 20: their quotient's power.
_TURNED = 1.0 + log(20.0) / log(60.0)
_EFFECTIVE_MOST = 0.95
# The coil's conductance falls with some 0.6th power of the air's speed, so that its temperature
# change rises with the rest. (EnergyPlus engineering reference, coils: convection of air ^0.65)
_SLOWER, _SLOWEST = 0.35, 0.4

NAMES = (
    "said_supply", "said_return", "wanted_heat", "wanted_cool", "wanted_damper", "heat", "cool",
    "damper", "heat_open", "cool_open", "outdoor", "mixed", "coil_heat", "coil_cold", "supply",
    "felt_supply", "felt_return", "setpoint", "integral", "speed", "flow", "speed_wanted",
    "static", "dries", "economising", "low", "high", "returned", "on", "flow_wanted", "hot",
    "hot_flows", "cold", "cold_flows", "least",
)  # fmt: skip
"""Rows of :attr:`AirHandlers.state`: temperatures [°C], rises [K], shares, flows [m³/s]."""
AT = {name: i for i, name in enumerate(NAMES)}
SHOWN = AT["dries"] + 1
"""So many of them are shown by the minute."""
_START = {
    "said_supply": 20.0, "said_return": 20.0, "mixed": 19.0, "supply": 20.0, "felt_supply": 20.0,
    "felt_return": 20.0, "setpoint": 18.0, "returned": 20.0, "hot": 40.0, "cold": 18.0,
    "static": 0.5, "speed_wanted": 0.6,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AirDay:
    """What drives the air handlers through a stretch. (minutes, rows) unless said

    Attributes:
        oat: Outdoors. (minutes,) [°C]
        oat_read: As each reads it. [°C]
        meant: Whether the fan is meant to run.
        on: Whether it does.
        wander: Of the supply. [K]
        speed_wander: Of the fan, share of full speed.
        noise: Of supply and return sensors. (minutes, 2, rows) [K]
    """

    oat: Sequence[float]
    oat_read: Floats
    meant: Bools
    on: Bools
    wander: Floats
    speed_wander: Floats
    noise: Floats


class AirHandlers:
    """All rows.

    Attributes:
        state: By :data:`NAMES`. (numbers, rows)
        passed: Sums over the minutes since the last five-minute step: flow, and flow times
            outdoor share, mixed air, heating rise, cooling drop and supply. (6, rows)
    """

    def __init__(self, plan: Plan, rows: Rows, unmixed: Floats) -> None:
        size = rows.ahus
        self._linear = plan.laws.linear_valves
        self._design = _numbers(plan.ahus, "design_air_flow", AHU_DESIGN_FLOW)
        self._unmixed = unmixed
        self._sizes = _coil_sizes(plan)
        self.state = state = np.zeros((len(NAMES), size))
        for name, value in _START.items():
            state[AT[name]] = value
        state[AT["least"]] = _numbers(plan.ahus, "oa_min", 0.2)
        # Who dries its air cools first and heats again: one there, else nought.
        reheats = np.array([a.declared("dehumidifies") for a in plan.ahus], np.float64)
        self._reheats = reheats if reheats.any() else None
        self.passed = np.zeros((6, size))
        self._said, self._wanted, self._at = state[:2], state[2:5], state[5:8]
        self._open, self._carried, self._lags = state[8:11], state[10:15], state[11:17]
        self._felt, self._water = state[15:17], state[AT["hot"] : AT["cold_flows"] + 1]
        self._view = {name: state[i] for name, i in AT.items()}
        self._loop, self._actuators = control.SupplyLoop(size), control.Actuators((3, size))
        self._targets, self._strength = np.empty((6, size)), np.empty((2, size))
        self._full = np.zeros(size)
        self._two, self._five, self._one = np.empty((2, size)), np.empty((5, size)), np.empty(size)
        self._drop = np.empty((2, size))

    def row(self, name: str) -> Floats:
        """One number of all rows; a view."""
        view: Floats = self._view[name]
        return view

    def ducts(self) -> Floats:
        """Setpoints of the ducts' pressure, share of design, and of supply air [°C]. (2, rows)"""
        return np.stack([self._view["static"], self._view["setpoint"]])

    def begin(self, now: AirParameters, day: AirDay) -> None:
        """Takes up a stretch's parameters and drivers."""
        self._now, self._day = now, day
        self._passes, self._through = now.passes.copy(), 1.0 - now.passes
        self._through[_DAMPER] *= now.linkage
        self._passes[_DAMPER] *= _OPEN_SPAN
        self._through[_DAMPER] *= _OPEN_SPAN
        self._loop.gain = control.GAIN * now.gain
        self._works = self._sizes * np.stack([np.ones_like(now.gain), _left(self._sizes[1], now)])
        held = ~np.isnan(now.held)
        self._home = np.nan_to_num(now.held)
        self._held = held if held.any() else None
        self._crossed = now.crossed if now.crossed.any() else None
        self._follows = np.isnan(now.says) * 1.0
        instead = np.where(np.isinf(now.says), self._said, now.says)
        self.offsets = np.where(np.isnan(now.says), day.noise + now.bias, instead)
        self._sized = self._works * self._water[1::2]
        self._slow()
        self._at[:] = np.where(now.free > 0.0, self._at, now.stuck)

    def engage(self, k: int) -> None:
        """Takes up which fans run from minute ``k`` on."""
        day, now = self._day, self._now
        on = day.on[k].astype(np.float64)
        fresh = day.on[k] & (self.row("on") == 0.0)
        self.row("on")[:] = on
        if fresh.any():
            self._wanted[:, fresh] = self._home[:, fresh]
            self.row("integral")[fresh] = 0.0
            self._aim(k, fresh)
            wanted = control.wanted_setpoint(self._said[1], now.moved)
            np.copyto(self.row("setpoint"), wanted, where=fresh)
        self._runs, self._rests = bool(day.on[k].any()), not day.on[k].all()
        self._meant = day.meant[k] * 1.0
        self._on, self._keeps = on, _KEEPS * on
        self._rates = control.Actuators.RATE * on * now.free
        # Who turns the gain up turns the integral time down with it.
        self._loop.integral = control.GAIN * control.INTEGRAL * now.gain**_TURNED * on
        self._speed_keeps, self._speed_least = _SPEED_KEEPS * on, SPEED_LEAST * on
        self._speed_wander = _SPEED_WANDERS * day.speed_wander * on
        self._full = self.row("flow_wanted") / self.row("speed_wanted") * on
        self._range()

    def _range(self) -> None:
        """How far the dampers go: from their least while people are meant to be there."""
        least = self.row("least")
        self._damper_least = least * self._meant
        self._damper_span = (1.0 - least) * self._meant / control.DAMPER_SPAN

    def ventilate(self, least: Floats) -> None:
        """Takes up another least outdoor air of each. (rows,) [share]"""
        self.row("least")[:] = least
        self._range()

    def dry(self, opened: Floats) -> None:
        """Takes up how far humidity opens each cooling valve at least. (rows,) 0…1"""
        self.row("dries")[:] = opened

    def block(self, k: int, blown: Blown, water: Floats) -> None:
        """What goes five minutes a step, for those that begin with minute ``k``.

        Args:
            k: Minute of the stretch.
            blown: What boxes and rooms ask for.
            water: At the coils: hot [°C], whether it flows, cold [°C], whether it flows. (4, rows)
        """
        self.passed.fill(0.0)
        view = self._view
        view["returned"][:], view["speed_wanted"][:] = blown.returned, blown.speed
        view["flow_wanted"][:] = blown.flow
        static = view["static"]
        static += self._on * (blown.static - static)
        np.divide(blown.flow, blown.speed, out=self._full)
        self._full *= self._on
        self._water[:] = water
        np.multiply(self._works, water[1::2], out=self._sized)
        self._slow()
        if self._runs:
            self._reset(k)
        if self._rests:
            self._rest(self._day.oat[k])

    def _slow(self) -> None:
        """Lets slow air take more from a coil than fast air does."""
        part = np.maximum(self._view["flow_wanted"] / self._design, _SLOWEST)
        self._sized *= part**-_SLOWER

    def _reset(self, k: int) -> None:
        """Setpoint and economiser of the rows whose fan runs."""
        day, on = self._day, self._on
        self._sense(k)
        said, setpoint, economising = self._said[1], self.row("setpoint"), self.row("economising")
        setpoint += on * (control.next_setpoint(setpoint, said, self._now.moved) - setpoint)
        now = control.economises(economising, said, day.oat_read[k])
        integral = self.row("integral")
        # Where the damper leaves or enters the range, the cooling valve keeps its place.
        kept = np.maximum(integral + now - economising, 0.0)
        integral[:] = np.where(integral > 0.0, kept, integral) * on
        economising += on * (now - economising)
        self._aim(k, day.on[k])

    def _aim(self, k: int, rows: Bools) -> None:
        """Range of the drive of some rows for the next minutes."""
        self._sense(k)
        low = control.lowest_drive(self._day.oat_read[k])
        if self._reheats is not None:
            low = np.where(self.row("dries") > 0.0, -control.HEAT_SPAN, low)
        np.copyto(self.row("low"), low, where=rows)
        np.copyto(self.row("high"), 1.0 + self.row("economising"), where=rows)

    def minute(self, k: int) -> None:
        """Minute ``k`` of all rows whose fan runs."""
        day, two, one, targets = self._day, self._two, self._one, self._targets
        lags, strength, drop, view = self._lags, self._strength, self._drop, self._view
        mixed, rise, fall, speed = lags[0], lags[1], lags[2], view["speed"]
        returned, flow = view["returned"], view["flow"]
        self._actuators.move(self._at, self._wanted, self._rates)
        np.multiply(self._at, self._through, out=self._open)
        np.add(self._open, self._passes, out=self._open)
        if self._linear:
            np.multiply(self._open[:2], _RANGE - 1.0, out=strength)
        else:
            np.multiply(self._open[:2], _RANGE_LN, out=strength)
            np.exp(strength, out=strength)
            np.subtract(strength, 1.0, out=strength)
        np.add(strength, _BEND, out=two)
        np.divide(strength, two, out=strength)
        np.multiply(strength, self._sized, out=strength)
        np.subtract(day.oat[k], returned, out=one)
        np.add(self._open[2], self._unmixed, out=targets[0])
        np.multiply(targets[0], one, out=targets[0])
        np.add(targets[0], returned, out=targets[0])
        np.subtract(view["hot"], targets[0], out=drop[0])
        np.add(targets[0], rise, out=one)
        np.subtract(one, view["cold"], out=drop[1])
        if self._reheats is not None:
            drop[0] += self._reheats * fall
            drop[1] -= self._reheats * rise
        np.multiply(drop, strength, out=targets[1:3])
        self._follow(slice(0, 3))
        np.multiply(speed, _FAN_RISE_K, out=one)
        np.add(one, day.wander[k], out=one)
        np.add(one, mixed, out=one)
        np.add(one, rise, out=one)
        np.subtract(one, fall, out=targets[3])
        targets[4], targets[5] = targets[3], returned
        self._follow(slice(3, 6))
        np.subtract(view["speed_wanted"], speed, out=one)
        np.multiply(one, self._speed_keeps, out=one)
        np.add(speed, one, out=speed)
        np.add(speed, self._speed_wander[k], out=speed)
        np.maximum(speed, self._speed_least, out=speed)
        np.minimum(speed, 1.0, out=speed)
        np.multiply(speed, self._full, out=flow)
        np.multiply(self._carried, flow, out=self._five)
        np.add(self.passed[0], flow, out=self.passed[0])
        np.add(self.passed[1:], self._five, out=self.passed[1:])
        self._sense(k)
        self._command()

    def _follow(self, some: slice) -> None:
        """Moves what lags after its targets."""
        lags, targets = self._lags[some], self._targets[some]
        np.subtract(targets, lags, out=targets)
        np.multiply(targets, self._keeps[some], out=targets)
        np.add(lags, targets, out=lags)

    def end(self, minutes: int) -> None:
        """Leaves what the sensors said last, for those that freeze."""
        self._sense(minutes - 1)

    def shown(self, out: Floats) -> Floats:
        """The truth of a stretch, (:data:`simulators.physics.trace.AHU_ROWS`, minutes, rows).

        Args:
            out: State by the minute. (minutes, :data:`SHOWN`, rows)
        """
        on, day_meant = self._day.on, self._day.meant
        felt = out[:, 15:17].copy()
        if self._crossed is not None:
            felt[:, 1] = np.where(self._crossed, out[:, 11], felt[:, 1])
        said = felt * self._follows + self.offsets
        wanted = np.where(on[:, None], out[:, 2:5], self._home)
        warmed, cooled = out[:, 12], out[:, 13]
        after, left = out[:, 11] + warmed, out[:, 11] + warmed - cooled
        if self._reheats is not None:
            after = np.where(self._reheats > 0.0, left, after)
            left = np.where(self._reheats > 0.0, out[:, 11] - cooled, left)
        static, dries = _DESIGN_PA * out[:, AT["static"]], (out[:, AT["dries"]] > 0.0) * on
        # Boxes hold their flows, so that the duct's pressure goes as the square of the fan's turns.
        turns = out[:, 19] * on / out[:, AT["speed_wanted"]]
        return np.stack([
            said[:, 0], said[:, 1], self._layer(out), after, left, out[:, 17],
            wanted[:, 0], wanted[:, 1], wanted[:, 2], on * 1.0, out[:, 19] * on, out[:, 20] * on,
            out[:, 16], static * turns * turns, static, day_meant * 1.0, out[:, 11],
            dries * 1.0,
        ])  # fmt: skip

    def _layer(self, out: Floats) -> Floats:
        """Mixed air where its sensor hangs, by the minute: all outdoor or all return has no layers.

        Args:
            out: State by the minute. (minutes, :data:`SHOWN`, rows)
        """
        mixed: Floats = out[:, 11]
        if self._now.layered is None:
            return mixed
        outdoor, on = out[:, 10], self._day.on
        oat = np.array(self._day.oat)[:, None]
        spread = np.where(on, 4.0 * outdoor * (1.0 - outdoor) * (oat - out[:, 16]), 0.0)
        return mixed + self._now.layered * spread

    def _command(self) -> None:
        view, wanted, one = self._view, self._wanted, self._one
        economising = view["economising"]  # of the drive's range
        drive = self._loop.drive(
            self._said[0], view["setpoint"], view["integral"], view["low"], view["high"]
        )
        np.subtract(drive, economising, out=wanted[_COOL])
        np.maximum(wanted[_COOL], 0.0, out=wanted[_COOL])
        if self._reheats is not None:
            np.maximum(wanted[_COOL], view["dries"], out=wanted[_COOL])
        np.multiply(drive, -1.0 / control.HEAT_SPAN, out=wanted[_HEAT])
        np.maximum(wanted[_HEAT], 0.0, out=wanted[_HEAT])
        np.maximum(drive, 0.0, out=one)
        np.minimum(one, economising, out=one)
        np.multiply(one, self._damper_span, out=one)
        np.add(one, self._damper_least, out=wanted[_DAMPER])
        if self._held is not None:
            np.copyto(wanted, self._home, where=self._held)

    def _sense(self, k: int) -> None:
        """What supply and return sensors say now."""
        np.multiply(self._felt, self._follows, out=self._said)
        if self._crossed is not None:
            follows = self._follows[1] * self._lags[0]
            np.copyto(self._said[1], follows, where=self._crossed)
        np.add(self._said, self.offsets[k], out=self._said)

    def _rest(self, oat: float) -> None:
        """Five minutes of the rows whose fan stands: everything drifts to the rooms."""
        off, targets, lags, returned = (
            1.0 - self._on,
            self._targets,
            self._lags,
            self.row("returned"),
        )
        targets[0] = returned + _STILL_OUTDOOR * (oat - returned)
        targets[1:3] = 0.0
        targets[3], targets[4], targets[5] = returned, lags[3], returned
        lags += _STILL_KEEPS * off * (targets - lags)
        home = np.where(self._now.free > 0.0, self._home, self._now.stuck)
        self._at += off * (home - self._at)
        self.row("speed")[:] *= self._on


def _left(size: Floats, now: AirParameters) -> Floats:
    """Share of a coil's work that is left of it fouled: effectiveness by NTU, 1 − e^−NTU."""
    full = np.minimum(size / (1.0 + _COIL_BEND), _EFFECTIVE_MOST)
    kept: Floats = (1.0 - (1.0 - full) ** (1.0 - now.coil_fouled)) / full
    return kept


def _numbers(equipment: Sequence[Equipment], name: str, other: float) -> Floats:
    return np.array([e.number(name, other) for e in equipment], np.float64)


def _coil_sizes(plan: Plan) -> Floats:
    """Full work of heating and cooling coils, a share of the difference to the water. (2, ahus)"""
    per_k = AIR_HEAT * _numbers(plan.ahus, "design_air_flow", AHU_DESIGN_FLOW)
    # Sized for water at 60 °C against air at 10 °C, and for 7 °C against 27 °C with a
    # quarter of the work latent and 15 % in hand.
    warms = np.minimum(_numbers(plan.ahus, "heating_capacity", 70.0) / (per_k * 50.0), 0.8)
    cools = _numbers(plan.ahus, "cooling_capacity", 110.0)
    cools = np.minimum(0.75 * 1.15 * cools / (per_k * 20.0), 0.85)
    return (1.0 + _COIL_BEND) * np.stack([warms, cools])
