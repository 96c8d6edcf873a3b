"""A tank on the roof, filled by a pump on level switches and drained by its own height.

A pump below draws from the break tank and starts when the roof tank has fallen to its lower switch;
it stops at the upper one. From there water falls to the floors: a tap's pressure is its depth below
the tank. Both are stepped together, a minute at a time in plain floats: what runs back through the
pump's check valve lifts the lower one, and what the lower one lacks the pump cannot lift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from core.site import Equipment
from simulators.physics.water.tanks import Basin

_MINUTE_H = 1.0 / 60.0
KPA_M = 9.81
"""Pressure of a metre of water. [kPa/m]"""
# Level switches of usual make stand at 40 and 85 % of the volume below the overflow; chosen.
_STARTS, _STOPS = 0.40, 0.85
_VOLUME_M3, _FLOW_M3H, _HEAD_M = 10.0, 10.0, 40.0
# Of hydraulic power, motor included: plain end-suction pumps of this size reach about half.
_EFFICIENCY = 0.5
_STANDBY_KW = 0.02
# Below it the pump's dry-run switch holds it. [m³]
_DRY_M3 = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RoofTank:
    """Nameplate of a roof tank and its pump.

    Attributes:
        brim: Volume at which it runs over. [m³]
        starts: Volume at which the pump starts. [m³]
        stops: Volume at which it stops. [m³]
        most: Flow of the pump. [m³/h]
        power: Electric, of the running pump. [kW]
        height: Of its outlet above ground. [m]
    """

    brim: float
    starts: float
    stops: float
    most: float
    power: float
    height: float

    def drawn(self, on: Bools) -> Floats:
        """Electric power whether the pump runs or stands. [kW]"""
        return np.where(on, self.power, _STANDBY_KW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What both tanks did, by minute.

    Attributes:
        lower: In the break tank at the end of each minute. [m³]
        upper: In the roof tank. [m³]
        into: Through the float valve of the lower one. [m³/h]
        lifted: By the pump. [m³/h]
        over: What ran over both brims. [m³/h]
        out: What the roof tank gave. [m³/h]
        on: Whether the pump ran.
        awake: Whether it goes on after the last minute.
        hung: Hours that its switch still hangs then. [h]
    """

    lower: Floats
    upper: Floats
    into: Floats
    lifted: Floats
    over: Floats
    out: Floats
    on: Bools
    awake: bool
    hung: float


def roof_tank_of(tank: Equipment, pump: Equipment | None) -> RoofTank:
    """Of what a site declares; with no pump nothing fills it.

    Args:
        tank: Its ``volume_m3`` and ``height_m``.
        pump: Its ``rated_flow`` [m³/h], ``rated_head`` [m] and ``rated_power`` [kW].
    """
    volume = tank.number("volume_m3", _VOLUME_M3)
    flow = pump.number("rated_flow", _FLOW_M3H) if pump is not None else 0.0
    head = pump.number("rated_head", _HEAD_M) if pump is not None else 0.0
    power = flow / 3600.0 * KPA_M * head / _EFFICIENCY
    if pump is not None:
        power = pump.number("rated_power", power)
    return RoofTank(
        brim=volume, starts=_STARTS * volume, stops=_STOPS * volume, most=flow, power=power,
        height=tank.number("height_m", _HEAD_M),
    )  # fmt: skip


def raise_water(
    tanks: tuple[Basin, RoofTank], state: tuple[float, float, float, float], asked: Floats,
    supply: tuple[Floats, Floats], bad: tuple[float, float],
) -> Raised:  # fmt: skip
    """Steps both tanks through some minutes.

    Args:
        tanks: The break tank and the roof tank.
        state: In the one, in the other [m³], whether the pump runs, how long its switch still
            hangs. [h]
        asked: What is drawn from the roof tank; below nought what runs back into it. [m³/h]
        supply: Flow of the open float valve by the pressure before it, share of its nominal [1],
            and what the valve lets through although the float is up. [m³/h]
        bad: How long the upper switch hangs at every filling [h], and what of its flow runs back
            through the pump's check valve while it stands [1].
    """
    (low, high), (lower, upper, on, hung), (hangs, back) = tanks, state, bad
    opens, bottom = low.most / low.band, low.shut - low.band
    lift, leak = high.most * _MINUTE_H, back * high.most * _MINUTE_H
    rows: list[tuple[float, float, float, float, float, float, float]] = []
    wants, shares, lets = (asked * _MINUTE_H).tolist(), supply[0].tolist(), supply[1].tolist()
    for want, share, let in zip(wants, shares, lets, strict=True):
        into = low.most if lower <= bottom else max(opens * (low.shut - lower), 0.0)
        into = max(into * share, let)
        if on and upper >= high.stops:
            hung -= _MINUTE_H
            on = 1.0 if hung > 0.0 else 0.0
        elif not on and upper <= high.starts:
            on, hung = 1.0, hangs
        runs = on > 0.0 and lower > _DRY_M3
        up = min(lift, lower) if runs else -min(leak, upper)
        lower += into * _MINUTE_H - up
        upper += up
        given = min(want, upper)
        upper -= given
        over = max(lower - low.brim, 0.0) + max(upper - high.brim, 0.0)
        lower, upper = min(lower, low.brim), min(upper, high.brim)
        rows.append((lower, upper, into, max(up, 0.0), over, given, float(runs)))
    made = np.array(rows, np.float64).reshape(-1, 7)
    return Raised(
        lower=made[:, 0], upper=made[:, 1], into=made[:, 2], lifted=made[:, 3] / _MINUTE_H,
        over=made[:, 4] / _MINUTE_H, out=made[:, 5] / _MINUTE_H, on=made[:, 6] > 0.0,
        awake=on > 0.0, hung=hung,
    )  # fmt: skip
