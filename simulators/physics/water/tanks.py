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
    low = shut - basin.band
    wants, shares, lets = (asked * _MINUTE_H).tolist(), drive.tolist(), passes.tolist()
    filled, volumes = [0.0] * len(wants), [0.0] * len(wants)
    for k, want in enumerate(wants):
        into = most if volume <= low else opens * (shut - volume) if volume < shut else 0.0
        into *= shares[k]
        into = max(into, lets[k])
        volume += into * _MINUTE_H - want
        filled[k], volumes[k] = into, volume
        if volume < 0.0:
            volume = 0.0
        elif volume > brim:
            volume = brim
    # Before it was cut to what the basin holds, the volume says what ran over or was lacking.
    free = np.array(volumes)
    return Filled(
        volume=np.minimum(np.maximum(free, 0.0), brim), into=np.array(filled),
        over=np.maximum(free - brim, 0.0) / _MINUTE_H,
        out=asked + np.minimum(free, 0.0) / _MINUTE_H,
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
    full, refill, sleeps = vessel.volume, vessel.refill * _MINUTE_H, vessel.sleeps * _MINUTE_H
    wants, returns = (asked * _MINUTE_H).tolist(), (back * _MINUTE_H).tolist()
    ran, volumes, added = [on] * len(wants), [stored] * len(wants), [0.0] * len(wants)
    for k, want in enumerate(wants):
        if not on and stored < want + returns[k]:
            on = True
        ran[k] = on
        if on:
            more = min(full - stored, refill)
            stored += more
            added[k] = more
            on = stored < full or want > sleeps
        else:
            stored -= want + returns[k]
        volumes[k] = stored
    runs, more_m3h = np.array(ran, dtype=np.bool_), np.array(added) / _MINUTE_H
    # What runs back while it runs is pumped again: it leaves the suction side alone.
    return Boosted(
        stored=np.array(volumes), on=runs, awake=on,
        pumped=np.where(runs, asked + more_m3h + back, 0.0),
        taken=np.where(runs, asked + more_m3h, -back),
    )  # fmt: skip
