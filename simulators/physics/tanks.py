"""Water that is stored: a basin behind a float valve, and the vessel of a booster.

Stepped a minute at a time in plain floats: two numbers a building, and nothing to vectorise over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats

_MINUTE_H = 1.0 / 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basin:
    """A basin that a float valve fills.

    Attributes:
        brim: Volume at which it runs over. [m³]
        shut: Volume at which the float shuts the valve. [m³]
        band: Volume below that over which it opens. [m³]
        most: Flow of the open valve. [m³/h]
    """

    brim: float
    shut: float
    band: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a basin did, by minute.

    Attributes:
        volume: At the end of each minute. [m³]
        into: Through the float valve. [m³/h]
        over: What ran over the brim. [m³/h]
        out: What could be drawn. [m³/h]
    """

    volume: Floats
    into: Floats
    over: Floats
    out: Floats


def basin_of(volume: float, most: float) -> Basin:
    """A basin of usual make: the float shuts it a tenth below the brim, and opens over a tenth."""
    return Basin(brim=volume, shut=0.9 * volume, band=0.1 * volume, most=most)


def fill(basin: Basin, volume: float, asked: Floats, drive: Floats, passes: Floats) -> Filled:
    """Steps a basin through some minutes.

    Args:
        basin: Which.
        volume: Before the first minute. [m³]
        asked: What is drawn. [m³/h]
        drive: Flow of the open valve by the pressure before it, share of its nominal. [1]
        passes: What the valve lets through although the float is up. [m³/h]
    """
    opens, shut, brim, most = basin.most / basin.band, basin.shut, basin.brim, basin.most
    rows: list[tuple[float, float, float, float]] = []
    for want, share, lets in zip(asked.tolist(), drive.tolist(), passes.tolist(), strict=True):
        into = max(min(opens * (shut - volume), most), 0.0) * share
        into = max(into, lets)
        there = volume + into * _MINUTE_H
        out = min(want * _MINUTE_H, there)
        there -= out
        over = max(there - brim, 0.0)
        volume = there - over
        rows.append((volume, into, over, out))
    found = np.array(rows).reshape(-1, 4)
    return Filled(
        volume=found[:, 0], into=found[:, 1], over=found[:, 2] / _MINUTE_H,
        out=found[:, 3] / _MINUTE_H,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Vessel:
    """The pressure vessel of a booster, and when its pump starts and sleeps.

    Attributes:
        volume: Water between the pressures at which the pump sleeps and starts. [m³]
        refill: What the pump puts into it beside what is drawn. [m³/h]
        sleeps: Flow below which the pump stops once the vessel is full. [m³/h]
    """

    volume: float
    refill: float
    sleeps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """What a booster did, by minute.

    Attributes:
        stored: In the vessel at the end of each minute. [m³]
        on: Whether the pump ran.
        pumped: Through its impeller while it ran. [m³/h]
        taken: From its suction side; below nothing what ran back into it. [m³/h]
        awake: Whether it goes on after the last minute.
    """

    stored: Floats
    on: Bools
    pumped: Floats
    taken: Floats
    awake: bool


def boost(vessel: Vessel, stored: float, asked: Floats, back: Floats, *, on: bool) -> Boosted:
    """Steps a booster through some minutes.

    Args:
        vessel: Which.
        stored: In it before the first minute. [m³]
        asked: What is drawn behind it. [m³/h]
        back: What a check valve lets run back from its pressure side. [m³/h]
        on: Whether the pump ran before.
    """
    full, refill = vessel.volume, vessel.refill * _MINUTE_H
    rows: list[tuple[float, bool, float, float]] = []
    for want, returns in zip(asked.tolist(), back.tolist(), strict=True):
        drawn, lost = want * _MINUTE_H, returns * _MINUTE_H
        if not on and stored < drawn + lost:
            on = True
        if on:
            more = min(refill, full - stored)
            stored += more
            # What runs back is pumped again: it goes round and leaves the suction side alone.
            rows.append((stored, True, (drawn + more + lost), drawn + more))
            on = stored < full or want > vessel.sleeps
        else:
            stored -= drawn + lost
            rows.append((stored, False, 0.0, -lost))
    found = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Boosted(
        stored=found[:, 0], on=found[:, 1] > 0.0, pumped=found[:, 2] / _MINUTE_H,
        taken=found[:, 3] / _MINUTE_H, awake=on,
    )  # fmt: skip
