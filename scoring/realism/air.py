"""Table B: one day of an air handler by the minute.

All arrays are (1440,) or whatever minutes there are; temperatures [°C], positions and speed [%].
*Steady* minutes are occupied ones with the fan running, an hour or more after it started.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.batch import Bools, Floats
from scoring.realism import measures as m

_AFTER_START_MIN = 60
_TREND_MIN = 121
_LONGEST_LAG_MIN = 60
_LEAST_STEADY_MIN = 180
"""Three hours: thirty times the loop's memory of some 6 minutes."""
_DEAD_BAND = 1.0
_BLOCK_MIN = 5
_WITHIN_K, _STAYS_MIN = 1.0, 10
_APART_K = 4.0
"""Less between outdoor and return air makes the fraction a quotient of two sensor errors."""
_COMMANDS = (40, 47, 100)
_LEAST_AT_COMMAND_MIN = 15
_SHUT = 0.5
_LEAST_STEP = 0.05
_SAME = 1e-9
"""A difference of equal values is not always 0."""


@dataclass(frozen=True, kw_only=True)
class AirHandlerDay:
    """What an air handler's points said, a value a minute.

    Attributes:
        supply: Air temperature behind the fan,
        setpoint: what it should be,
        mixed: before the coils,
        returned: from the rooms,
        outdoor: as the unit's own sensor has it. [°C]
        cooling: Command of the valve,
        heating: of the other,
        damper: of the outdoor-air damper,
        speed: of the supply fan. [%]
        running: Whether the fan runs.
        occupied: Whether it is meant to.
        static: Pressure in the duct, over its setpoint; None where there is no such sensor.
    """

    supply: Floats
    setpoint: Floats
    mixed: Floats
    returned: Floats
    outdoor: Floats
    cooling: Floats
    heating: Floats
    damper: Floats
    speed: Floats
    running: Bools
    occupied: Bools
    static: Floats | None = None

    @cached_property
    def steady(self) -> Bools:
        """Occupied, running, and running for an hour."""
        since, count = np.zeros(len(self.running), np.int64), 0
        for k, on in enumerate(self.running):
            count = count + 1 if on else 0
            since[k] = count
        steady: Bools = self.occupied & (since > _AFTER_START_MIN)
        return steady


def air_handler_day(day: AirHandlerDay) -> dict[str, float]:
    """All of table B that a day has, by key."""
    return {
        **loop(day),
        **valve(day),
        **fan(day),
        **start(day),
        **mixing(day),
        **sensor(day),
    }


def loop(day: AirHandlerDay) -> dict[str, float]:
    """How the supply temperature errs, less its moving mean of two hours.

    ``error_sd`` [K], ``error_lag_1``, ``error_crossing`` [min] (first lag without positive
    autocorrelation), ``error_lowest`` (lowest autocorrelation within an hour) and
    ``error_5min`` (of 5-minute means, one later).
    """
    keys = ("error_sd", "error_lag_1", "error_crossing", "error_lowest", "error_5min")
    if day.steady.sum() < _LEAST_STEADY_MIN:
        return dict.fromkeys(keys, float("nan"))
    error = m.less_trend((day.supply - day.setpoint)[day.steady], _TREND_MIN)
    crossing, lowest = m.first_crossing(error, _LONGEST_LAG_MIN)
    values = (
        float(np.nanstd(error)),
        m.autocorrelation(error, 1),
        float(crossing),
        lowest,
        m.autocorrelation(m.block_means(error, _BLOCK_MIN), 1),
    )
    return dict(zip(keys, values, strict=True))


def valve(day: AirHandlerDay) -> dict[str, float]:
    """Turns an hour and way an hour [%] of the cooling valve beyond a dead band of 1 %.

    Of the steady minutes in which it is neither shut nor full open, in whole per cent: the
    laboratory's commands are, and a finer one would pass the band sooner.
    """
    working = day.steady & (day.cooling > _SHUT) & (day.cooling < 100.0 - _SHUT)
    hours = float(working.sum()) / 60.0
    if working.sum() < _LEAST_STEADY_MIN:
        return {"valve_reversals": float("nan"), "valve_travel": float("nan")}
    position = np.round(day.cooling[working])
    return {
        "valve_reversals": m.reversals(position, _DEAD_BAND) / hours,
        "valve_travel": m.travel(position, _DEAD_BAND) / hours,
    }


def fan(day: AirHandlerDay) -> dict[str, float]:
    """Way of the fan's speed an hour [%], as a valve's; scatter of the duct's pressure. [%]"""
    if day.steady.sum() < _LEAST_STEADY_MIN:
        return {"speed_travel": float("nan"), "static_sd": float("nan")}
    hours = float(day.steady.sum()) / 60.0
    static = float("nan")
    if day.static is not None:
        static = 100.0 * float(np.nanstd(day.static[day.steady]))
    return {
        "speed_travel": m.travel(np.round(day.speed[day.steady]), _DEAD_BAND) / hours,
        "static_sd": static,
    }


def start(day: AirHandlerDay) -> dict[str, float]:
    """From the start of the day to within 1 K for 10 minutes [min], and the overshoot. [K]

    Apart for starts (first hour) that cool and that heat, by the mean opening of their valves; of
    one with both shut neither, for no loop settles there. The overshoot is the furthest that the
    air goes to the other side than where it began.
    """
    made = dict.fromkeys(("settle_cool", "settle_heat", "over_cool", "over_heat"), float("nan"))
    begins = np.flatnonzero(np.diff((day.running & day.occupied).astype(np.int8)) > 0) + 1
    if not begins.size:
        return made
    error = (day.supply - day.setpoint)[begins[0] :]
    error = error[: int(np.argmin(np.append(day.running[begins[0] :], False)))]
    within = np.abs(error) <= _WITHIN_K
    held = np.convolve(within, np.ones(_STAYS_MIN), "valid") >= _STAYS_MIN
    if len(error) < _STAYS_MIN or abs(error[0]) <= _WITHIN_K or not held.any():
        return made
    settled = int(np.argmax(held))
    first = slice(begins[0], begins[0] + _AFTER_START_MIN)
    heats, cools = m.mean(day.heating[first]), m.mean(day.cooling[first])
    if max(heats, cools) <= _SHUT:
        return made
    name = "heat" if heats > cools else "cool"
    made[f"settle_{name}"] = float(settled)
    made[f"over_{name}"] = max(float((-np.sign(error[0]) * error[: settled + 1]).max()), 0.0)
    return made


def mixing(day: AirHandlerDay) -> dict[str, float]:
    """What becomes of outdoor air, steady.

    ``unmixed`` is mixed less outdoor air with the damper wide open [K], ``outdoor_40``,
    ``outdoor_47`` and ``outdoor_100`` the share of outdoor air at that command of the damper,
    ``fan_rise`` supply less mixed air with both valves shut. [K]
    """
    made = {"unmixed": float("nan"), **{f"outdoor_{c}": float("nan") for c in _COMMANDS}}
    apart = np.abs(day.outdoor - day.returned) > _APART_K
    for command in _COMMANDS:
        there = day.steady & apart & (np.abs(day.damper - command) <= 1.0)
        if there.sum() >= _LEAST_AT_COMMAND_MIN:
            parts = (day.mixed - day.returned)[there] / (day.outdoor - day.returned)[there]
            made[f"outdoor_{command}"] = m.median(parts)
    wide = day.steady & (day.damper >= 100.0 - _SHUT)
    if wide.sum() >= _LEAST_AT_COMMAND_MIN:
        made["unmixed"] = m.median((day.mixed - day.outdoor)[wide])
    shut = day.steady & (day.cooling <= _SHUT) & (day.heating <= _SHUT)
    made["fan_rise"] = float("nan")
    if shut.sum() >= _LEAST_AT_COMMAND_MIN:
        made["fan_rise"] = m.median((day.supply - day.mixed)[shut])
    return made


def sensor(day: AirHandlerDay) -> dict[str, float]:
    """Smallest step of the supply sensor (P5) [K], and share of steady minutes without one. [%]"""
    steps = np.abs(np.diff(day.supply))
    moved = steps[steps > _SAME]
    steady = steps[day.steady[1:]]
    return {
        "least_step": m.quantile(moved, _LEAST_STEP),
        "equal": 100.0 * m.ratio(float((steady <= _SAME).sum()), float(np.isfinite(steady).sum())),
    }
