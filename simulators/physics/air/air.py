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
from simulators.physics.air import control
from simulators.physics.air.air_faults import AirParameters
from simulators.physics.air.boxes import SPEED_LEAST, Blown
from simulators.physics.air.coils import BEND_SHARE, Followers, coil_sizes, left_of_fouled, numbers
from simulators.physics.constants import constant
from simulators.physics.plan import AHU_DESIGN_FLOW, Plan
from simulators.physics.rows import Rows

_RANGE = 30.0
_RANGE_LN, _WIDE = constant(log(_RANGE)), constant(_RANGE - 1.0)
_NOUGHT, _ONE = constant(0.0), constant(1.0)
_BEND = constant(BEND_SHARE * (_RANGE - 1.0))
# A real unit's loop has two lags: its coils' metal and water, 240–300 s, and its sensors' wells,
# 90–120 s. Air itself changes within the minute.
_COIL, _SENSOR = 1.0 - exp(-60.0 / 270.0), 1.0 - exp(-60.0 / 100.0)
# What follows: mixed air, heating rise, cooling drop; then supply, and both sensors' elements.
_KEEPS = np.array([1.0, _COIL, _COIL, 1.0, _SENSOR, _SENSOR])[:, None]
_STILL, _STILL_SENSOR = 5.0 / 40.0, 1.0 - exp(-300.0 / 100.0)
_STILL_KEEPS = np.array([_STILL, _STILL, _STILL, _STILL, _STILL_SENSOR, _STILL_SENSOR])[:, None]
_FAN_RISE_K = constant(0.9)
# Of the supply, outdoor air while its damper stands wide open: the return damper leaks the rest. A
# laboratory's unit gave 0.78 to 0.92 on healthy days.
_OPEN_SPAN = 0.82
# What a fresh-air unit is told to supply: near the rooms' own, which fan coils hold. [°C]
_FRESH_C = constant(19.0)
# Outdoor air that finds its way into a standing unit.
_STILL_OUTDOOR = constant(0.25)
_SPEED_KEEPS, _SPEED_WANDERS = 0.4, 0.3
# A drive rests while what the duct asks for is as near as this: chosen. [share of full speed]
_SPEED_RESTS = constant(0.012)
_DAMPER = 2
_HEATS = constant(-1.0 / control.HEAT_SPAN)
# Of the duct, at which it is balanced. [Pa]
_DESIGN_PA = 250.0
# Gains of ×60 go with integral times ÷ 20: their quotient's power.
_TURNED = 1.0 + log(20.0) / log(60.0)
# The coil's conductance falls with some 0.6th power of the air's speed, so that its temperature
# change rises with the rest. (EnergyPlus engineering reference, coils: convection of air ^0.65)
_SLOWER, _SLOWEST = constant(-0.35), constant(0.4)

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
        oat_each: The same, each by itself.
        oat_read: As each reads it. [°C]
        meant: Whether the fan is meant to run.
        on: Whether it does.
        wander: Of the supply. [K]
        speed_wander: Of the fan, share of full speed.
        noise: Of supply and return sensors. (minutes, 2, rows) [K]
    """

    oat: Floats
    oat_each: Sequence[Floats]
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
        self._design = numbers(plan.ahus, "design_air_flow", AHU_DESIGN_FLOW)
        self._unmixed = unmixed
        self._sizes = coil_sizes(plan)
        self.state = state = np.zeros((len(NAMES), size))
        for name, value in _START.items():
            state[AT[name]] = value
        state[AT["least"]] = plan.least_outdoor
        # Who dries its air cools first and heats again: one there, else nought.
        reheats = np.array([a.declared("dehumidifies") for a in plan.ahus], np.float64)
        self._reheats = reheats if reheats.any() else None
        self._fresh = plan.blows_fresh if plan.blows_fresh.any() else None
        self._open_span = np.where(plan.blows_fresh, 1.0, _OPEN_SPAN)
        self.passed = np.zeros((6, size))
        self._said, self._wanted, self._at = state[:2], state[2:5], state[5:8]
        self._open, self._carried, self._lags = state[8:11], state[10:15], state[11:17]
        self._felt, self._water = state[15:17], state[AT["hot"] : AT["cold_flows"] + 1]
        self._said_supply, self._said_return = self._said
        self._valves, self._open_damper = self._open[:2], self._open[2]
        self._wanted_heat, self._wanted_cool, self._wanted_damper = self._wanted
        self._wanted_valves = self._wanted[:2]
        self._view = {name: state[i] for name, i in AT.items()}
        self._loop, self._actuators = control.SupplyLoop(size), control.Actuators((3, size))
        self._targets, self._strength = np.zeros((6, size)), np.empty((2, size))
        self._coils = Followers(self._lags[:3], self._targets[:3])
        self._supply = Followers(self._lags[3:], self._targets[3:])
        self._full = np.zeros(size)
        self._two, self._one, self._moved = np.empty((2, size)), np.empty(size), np.zeros((6, size))
        self._drop = np.empty((2, size))

    def row(self, name: str) -> Floats:
        """One number of all rows; a view."""
        view: Floats = self._view[name]
        return view

    def begin(self, now: AirParameters, day: AirDay) -> None:
        """Takes up a stretch's parameters and drivers."""
        self._now, self._day = now, day
        self._passes, self._through = now.passes.copy(), 1.0 - now.passes
        self._through[_DAMPER] *= now.linkage
        self._passes[_DAMPER] *= self._open_span
        self._through[_DAMPER] *= self._open_span
        self._loop.gain = control.GAIN * now.gain
        self._works = self._sizes * np.stack(
            [np.ones_like(now.gain), left_of_fouled(self._sizes[1], now)]
        )
        held = ~np.isnan(now.held)
        self._home = np.nan_to_num(now.held)
        self._held = held if held.any() else None
        self._crossed = now.crossed if now.crossed.any() else None
        lies = ~np.isnan(now.says)
        self._follows = None if not lies.any() else (~lies) * 1.0
        self._targets[5] = self._view["returned"]
        instead = np.where(np.isinf(now.says), self._said, now.says)
        self.offsets = np.where(~lies, day.noise + now.bias, instead)
        self._sized = self._works * self._water[1::2]
        self._slow()
        self._shut = np.where(now.free > 0.0, self._home, now.stuck)
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
            wanted = self._wanted_supply()
            np.copyto(self.row("setpoint"), wanted, where=fresh)
        self._runs, self._rests = bool(day.on[k].any()), not day.on[k].all()
        self._meant = day.meant[k] * 1.0
        self._on, self._off = on, 1.0 - on
        keeps, still = _KEEPS * on, _STILL_KEEPS * self._off
        self._coils.keeps, self._supply.keeps, self._still_keeps = keeps[:3], keeps[3:], still
        rates = control.Actuators.RATE * on * now.free
        self._rates = rates, -rates
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
        self._damper_span = (_ONE - least) * self._meant / control.DAMPER_SPAN

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
        view["returned"][:] = blown.returned
        np.copyto(view["speed_wanted"], blown.speed,
                  where=np.abs(blown.speed - view["speed_wanted"]) > _SPEED_RESTS)  # fmt: skip
        view["flow_wanted"][:], self._targets[5] = blown.flow, blown.returned
        static = view["static"]
        static += self._on * (blown.static - static)
        np.divide(blown.flow, view["speed_wanted"], out=self._full)
        self._full *= self._on
        self._water[:] = water
        np.multiply(self._works, water[1::2], out=self._sized)
        self._slow()
        if self._runs:
            self._reset(k)
        if self._rests:
            self._rest(self._day.oat_each[k])

    def _slow(self) -> None:
        """Lets slow air take more from a coil than fast air does."""
        part = np.maximum(self._view["flow_wanted"] / self._design, _SLOWEST)
        self._sized *= part**_SLOWER

    def _reset(self, k: int) -> None:
        """Setpoint and economiser of the rows whose fan runs."""
        day, on = self._day, self._on
        self._sense(k)
        said, setpoint, economising = self._said[1], self.row("setpoint"), self.row("economising")
        setpoint += on * (control.next_setpoint(setpoint, self._wanted_supply()) - setpoint)
        now = control.economises(economising, said, day.oat_read[k])
        if self._fresh is not None:
            np.copyto(now, _NOUGHT, where=self._fresh)
        integral = self.row("integral")
        # Where the damper leaves or enters the range, the cooling valve keeps its place.
        kept = np.maximum(integral + now - economising, _NOUGHT)
        np.copyto(integral, kept, where=integral > _NOUGHT)
        integral *= on
        economising += on * (now - economising)
        self._aim(k, day.on[k])

    def _wanted_supply(self) -> Floats:
        """Supply air that is asked for: by return air, of fresh-air units always the same. [°C]"""
        moved = self._now.moved
        wanted = control.wanted_setpoint(self._said[1], moved)
        if self._fresh is not None:
            np.copyto(wanted, _FRESH_C + moved, where=self._fresh)
        return wanted

    def _aim(self, k: int, rows: Bools) -> None:
        """Range of the drive of some rows for the next minutes."""
        self._sense(k)
        low = control.lowest_drive(self._day.oat_read[k])
        if self._reheats is not None:
            low = np.where(self.row("dries") > 0.0, -control.HEAT_SPAN, low)
        np.copyto(self.row("low"), low, where=rows)
        np.copyto(self.row("high"), _ONE + self.row("economising"), where=rows)

    def minute(self, k: int) -> None:
        """Minute ``k`` of all rows whose fan runs."""
        self._actuators.move(self._at, self._wanted, *self._rates)
        self._mix(k)
        self._heat_and_cool(k)
        self._blow(k)
        self._sense(k)
        self._command()

    def _mix(self, k: int) -> None:
        """Opens valves and damper, and mixes outdoor air with what comes back."""
        np.multiply(self._at, self._through, self._open)
        np.add(self._open, self._passes, self._open)
        mixed, returned = self._targets[0], self._view["returned"]
        np.subtract(self._day.oat_each[k], returned, self._one)
        np.add(self._open_damper, self._unmixed, mixed)
        np.multiply(mixed, self._one, mixed)
        np.add(mixed, returned, mixed)

    def _heat_and_cool(self, k: int) -> None:
        """Takes the air through its coils and the fan to the sensors."""
        strength, drop, two, one = self._strength, self._drop, self._two, self._one
        view, targets, mixed = self._view, self._targets, self._targets[0]
        rise, fall = view["coil_heat"], view["coil_cold"]
        if self._linear:
            np.multiply(self._valves, _WIDE, strength)
        else:
            np.multiply(self._valves, _RANGE_LN, strength)
            np.exp(strength, strength)
            np.subtract(strength, _ONE, strength)
        np.add(strength, _BEND, two)
        np.divide(strength, two, strength)
        np.multiply(strength, self._sized, strength)
        np.subtract(view["hot"], mixed, drop[0])
        np.add(mixed, rise, one)
        np.subtract(one, view["cold"], drop[1])
        if self._reheats is not None:
            drop[0] += self._reheats * fall
            drop[1] -= self._reheats * rise
        np.multiply(drop, strength, targets[1:3])
        self._coils.follow()
        supply = targets[3]
        np.multiply(view["speed"], _FAN_RISE_K, supply)
        np.add(supply, self._day.wander[k], supply)
        np.add(supply, view["mixed"], supply)
        np.add(supply, rise, supply)
        np.subtract(supply, fall, supply)
        targets[4] = supply
        self._supply.follow()

    def _blow(self, k: int) -> None:
        """Turns the fan, and counts what it moves."""
        view, one, moved = self._view, self._one, self._moved
        speed, flow, carried = view["speed"], view["flow"], moved[1:]
        np.subtract(view["speed_wanted"], speed, one)
        np.multiply(one, self._speed_keeps, one)
        np.add(speed, one, speed)
        np.add(speed, self._speed_wander[k], speed)
        np.maximum(speed, self._speed_least, out=speed)
        np.minimum(speed, _ONE, out=speed)
        np.multiply(speed, self._full, flow)
        moved[:] = flow
        np.multiply(self._carried, carried, carried)
        np.add(self.passed, moved, self.passed)

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
        said = felt + self.offsets if self._follows is None else felt * self._follows + self.offsets
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
        oat = self._day.oat[:, None]
        spread = np.where(on, 4.0 * outdoor * (1.0 - outdoor) * (oat - out[:, 16]), 0.0)
        return mixed + self._now.layered * spread

    def _command(self) -> None:
        view, cool, damper = self._view, self._wanted_cool, self._wanted_damper
        economising = view["economising"]  # of the drive's range
        drive = self._loop.drive(
            self._said_supply, view["setpoint"], view["integral"], view["low"], view["high"]
        )
        np.subtract(drive, economising, cool)
        np.multiply(drive, _HEATS, self._wanted_heat)
        np.maximum(self._wanted_valves, _NOUGHT, out=self._wanted_valves)
        if self._reheats is not None:
            np.maximum(cool, view["dries"], out=cool)
        np.maximum(drive, _NOUGHT, out=damper)
        np.minimum(damper, economising, out=damper)
        np.multiply(damper, self._damper_span, damper)
        np.add(damper, self._damper_least, damper)
        if self._held is not None:
            np.copyto(self._wanted, self._home, where=self._held)

    def _sense(self, k: int) -> None:
        """What supply and return sensors say now."""
        felt = self._felt
        if self._follows is not None:
            felt = felt * self._follows
        if self._crossed is not None:
            felt = felt.copy()
            follows = self._lags[0] if self._follows is None else self._follows[1] * self._lags[0]
            np.copyto(felt[1], follows, where=self._crossed)
        np.add(felt, self.offsets[k], self._said)

    def _rest(self, oat: Floats) -> None:
        """Five minutes of the rows whose fan stands: everything drifts to the rooms."""
        off, targets, lags, returned = self._off, self._targets, self._lags, self._view["returned"]
        targets[0] = returned + _STILL_OUTDOOR * (oat - returned)
        targets[1:3] = 0.0
        targets[3], targets[4], targets[5] = returned, lags[3], returned
        lags += self._still_keeps * (targets - lags)
        self._at += off * (self._shut - self._at)
        self._view["speed"] *= self._on
