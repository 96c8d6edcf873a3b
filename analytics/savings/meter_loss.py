"""What meters show of a fault: the flow of the night for a leak, the changed slots of a circuit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from analytics.savings.units import Units
from core.batch import Bools, Floats
from core.quality import WHOLE_DAY
from core.words import Carrier

_NIGHT = slice(8, 20)
"""02–05 h in quarter-hours, as WAT-01 reads it."""
_HOUR = 4
_SLOTS = 96

HALF_WAY = 0.5
"""A slot has changed where it stands more than half way from base to the level of day (PWR-03)."""


def leak(
    days: Sequence[date], ends: Sequence[int], rate: Floats, pressure: Floats, n1: float
) -> Units:
    """Nights of a water meter: 24·MNF·mean[(P/P_night)^N1] m³ a day.

    Args:
        days: Local days.
        ends: End of each. [ms]
        rate: Use less the meters below. (days, 96) [m³/h]
        pressure: NaN where it is not measured. (days, 96) [kPa]
        n1: Leakage exponent. [1]
    """
    lowest = lowest_hour(rate[:, _NIGHT])
    measured = np.isfinite(pressure)
    by_night = measured[:, _NIGHT].sum(axis=1, keepdims=True)
    summed = np.where(measured, pressure, 0.0)[:, _NIGHT].sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        night = np.where(by_night > 0, summed / by_night, np.nan)
        ratio = (pressure / night) ** n1
    known = np.isfinite(ratio)
    factor = np.where(
        known.sum(axis=1) >= WHOLE_DAY * _SLOTS,
        np.where(known, ratio, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), 1.0,
    )  # fmt: skip
    keep = np.isfinite(lowest)
    hours = 24.0 * factor
    return Units(
        at=np.array(ends, dtype=np.int64), day=np.array([d.toordinal() for d in days]),
        bin=np.zeros(len(days), dtype=np.int64), driver=np.full(len(days), np.nan),
        exposure=hours, amount={Carrier.WATER: np.nan_to_num(lowest) * hours},
    ).keep(keep)  # fmt: skip


def lowest_hour(night: Floats) -> Floats:
    """Lowest mean of four quarter-hours on end; NaN where none is whole. (days,) [m³/h]"""
    width = night.shape[1] - _HOUR + 1
    hours = np.mean([night[:, k : k + width] for k in range(_HOUR)], axis=0)
    lowest: Floats = np.where(np.isnan(hours), np.inf, hours).min(axis=1)
    return np.where(np.isinf(lowest), np.nan, lowest)


def circuit(days: Sequence[date], ends: Sequence[int], rate: Floats, working: Bools) -> Units:
    """Every slot of a circuit's days; a bin is a slot of a day type.

    Args:
        days: Local days.
        ends: End of each. [ms]
        rate: Draw less the meters below. (days, 96) [kW]
        working: Working days. (days,)
    """
    slots = np.arange(_SLOTS)
    known = np.isfinite(rate) & (np.isfinite(rate).mean(axis=1) >= WHOLE_DAY)[:, None]
    at = np.array(ends, dtype=np.int64)[:, None] - (_SLOTS - 1 - slots)[None, :] * 900_000
    bins = slots[None, :] + _SLOTS * working[:, None]
    ordinal = np.broadcast_to(np.array([d.toordinal() for d in days])[:, None], rate.shape)
    flat = known.ravel()
    return Units(
        at=at.ravel(), day=ordinal.ravel(), bin=bins.astype(np.int64).ravel(),
        driver=np.full(rate.size, np.nan), exposure=np.full(rate.size, 0.25),
        amount={Carrier.ELECTRICITY: (np.nan_to_num(rate) * 0.25).ravel()},
    ).keep(flat)  # fmt: skip


def changed_slots(before: Units, healthy: Units, occupied: Bools) -> Bools:
    """Which units stand in slots whose schedule the fault changed. (n,) of ``before``

    Those outside the hours whose median draw under the fault stands more than half way from the
    healthy base to the healthy level of the hours.

    Args:
        before: Days of the fault.
        healthy: Days before it.
        occupied: By bin: a slot within the hours. (192,)
    """
    sound, ill = _by_bin(healthy), _by_bin(before)
    base = np.nanmin(np.where(occupied, np.nan, sound)) if np.isfinite(sound).any() else 0.0
    level = np.nanmedian(np.where(occupied, sound, np.nan)) if occupied.any() else np.nan
    with np.errstate(invalid="ignore"):
        beyond = ~occupied & (ill - base > HALF_WAY * (level - base))
        # A slot that was as high before has not changed: cleaners, a data room's wobble.
        beyond &= ~(sound - base > HALF_WAY * (level - base))
    return np.asarray(beyond[before.bin])


def _by_bin(units: Units) -> Floats:
    """Median draw of each slot of either day type; NaN where there is none. (192,) [kW]"""
    found = np.full(2 * _SLOTS, np.nan)
    draw = units.amount.get(Carrier.ELECTRICITY, np.zeros(0)) / np.maximum(units.exposure, 1e-9)
    for slot in np.unique(units.bin):
        found[slot] = np.median(draw[units.bin == slot])
    return found
