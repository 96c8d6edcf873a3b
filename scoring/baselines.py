"""What whoever knows little would score: blind orders, moved onsets, one threshold a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from core.batch import Floats
from core.clock import DAY_MS
from core.site import EquipmentClass, MeterRole, Site
from core.words import Trade
from scoring.matching import grace_of
from scoring.records import Alarm, Cause

BLIND_ORDERS = 3
"""A trade and building: enough for a recall of 0.53 to 0.64 where "asset or ancestor" counts."""
DEVIATIONS = 4.0
"""Robust standard deviations from the healthy run-in at which one threshold alarms."""
_LEAST_DAYS = 5
_MAD_TO_SD = 1.4826
_TRADES: Mapping[EquipmentClass, Trade] = {
    EquipmentClass.AHU: Trade.HVAC, EquipmentClass.ZONE: Trade.HVAC,
    EquipmentClass.CHILLER: Trade.HVAC, EquipmentClass.FAN_COIL: Trade.HVAC,
    EquipmentClass.BOILER: Trade.HEATING, EquipmentClass.PUMP: Trade.HEATING,
    EquipmentClass.WATER_METER: Trade.PLUMBER, EquipmentClass.ELECTRIC_METER: Trade.ELECTRICIAN,
    EquipmentClass.WEATHER_STATION: Trade.INSTRUMENT,
}  # fmt: skip


def blind(site: Site, start: int, end: int) -> list[Alarm]:
    """Orders on every building's main meters, three a trade, evenly spread, without looking."""
    roots = {
        building: sorted(
            e.id for e in site.equipment.values()
            if e.building == building and e.meter is not None
            and e.meter.role is MeterRole.BUILDING
        )
        for building in site.buildings
    }  # fmt: skip
    return [
        Alarm(
            id=f"blind-{building}-{trade}-{number}", asset=assets[number % len(assets)],
            start=start + (end - start) * (number + 1) // (BLIND_ORDERS + 1), trade=trade.value,
            building=building,
        )
        for building, assets in sorted(roots.items()) if assets
        for trade in Trade
        for number in range(BLIND_ORDERS)
    ]  # fmt: skip


def shuffled(causes: Sequence[Cause], start: int, end: int, seed: int) -> list[Cause]:
    """The same faults, each as long as it was, moved to where no order of its own time counts.

    Whoever finds these by the orders that were raised for the real ones finds by chance: an
    order that opens while its fault is there, or in the grace after it, is no chance, so that a
    fault is moved clear of that time (docs/decisions/0021). One that lasts too long for it is
    moved to the end of the run that leaves it the least of its own time.
    """
    rng = np.random.default_rng(seed)
    moved = []
    for cause in causes:
        over = end if cause.end is None else min(cause.end, end)
        length, draw, grace = over - cause.onset, rng.random(), grace_of(cause)
        before = max(0, cause.onset - grace - length - start)
        after = max(0, end - length - (over + grace))
        if before + after > 0:
            way = int(draw * (before + after))
            onset = start + way if way < before else over + grace + 1 + way - before
        else:
            onset = start if cause.onset - start >= end - over else end - length
        moved.append(_at(cause, onset, length))
    return moved


def shuffled_anywhere(causes: Sequence[Cause], start: int, end: int, seed: int) -> list[Cause]:
    """The same faults, each as long as it was, anywhere in the run: also where it was.

    A fault that lasts nearly all of the run can hardly move, and its own order finds it again.
    """
    rng = np.random.default_rng(seed)
    moved = []
    for cause in causes:
        length = (end if cause.end is None else min(cause.end, end)) - cause.onset
        onset = start + int(rng.random() * max(1, end - start - length))
        moved.append(_at(cause, onset, length))
    return moved


def _at(cause: Cause, onset: int, length: int) -> Cause:
    by = onset - cause.onset
    seen = None if cause.visible is None else cause.visible + by
    return msgspec.structs.replace(cause, onset=onset, end=onset + length, visible=seen)


def threshold(site: Site, days: Floats, start: int, run_in: int) -> list[Alarm]:
    """One threshold a point: an order when a day's mean leaves what the run-in was like.

    Args:
        site: Where.
        days: Mean of each point and local day, of registers the use; NaN without readings.
            (points, days)
        start: Of the scored time, UTC. [ms]
        run_in: How many of the days come before it.
    """
    healthy = days[:, :run_in]
    known = np.sum(~np.isnan(healthy), axis=1) >= _LEAST_DAYS
    alarms, told = list[Alarm](), set[str]()
    middle = np.nanmedian(np.where(known[:, None], healthy, 0.0), axis=1)
    spread = np.nanmedian(np.abs(np.where(known[:, None], healthy, 0.0) - middle[:, None]), axis=1)
    limit = np.maximum(DEVIATIONS * _MAD_TO_SD * spread, 1e-9)
    with np.errstate(invalid="ignore"):
        outside = (np.abs(days - middle[:, None]) > limit[:, None]) & known[:, None]
    for day in range(run_in, days.shape[1]):
        for point in np.flatnonzero(outside[:, day]):
            equipment = site.equipment[site.points[point].equipment]
            if equipment.id in told:
                continue
            told.add(equipment.id)
            at = start + (day - run_in + 1) * DAY_MS
            trade = _TRADES.get(equipment.cls, Trade.INSTRUMENT)
            alarms.append(
                Alarm(
                    id=f"threshold-{equipment.id}-{day}", asset=equipment.id, start=at,
                    trade=trade.value, building=equipment.building,
                )
            )  # fmt: skip
    return alarms
