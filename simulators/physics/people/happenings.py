"""What happens in a building that is nobody's fault, and what of it meets sensors and meters.

People stay late, a tenant moves in, a tank is cleaned, the mains fail for half an hour: what that
changes of a day stands in :mod:`simulators.physics.people.changes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np

from core.batch import Bools
from core.clock import MINUTE_MS
from simulators.physics.plan import Plan
from simulators.physics.readings.sensor_faults import SensorFaults
from simulators.physics.weather.weather import DAY_MIN

_KELVIN_BY_HAND = 3.0  # a sensor that is held and compared


class HappeningKind(StrEnum):
    """What can happen; :data:`simulators.distractors.ABOUT` says what each is."""

    OVERTIME = "overtime"
    EXAM_WEEKEND = "exam_weekend"
    MAKE_UP_DAY = "make_up_day"
    SHUTDOWN = "planned_shutdown"
    POWER_CUT = "power_cut"
    TANK_CLEANED = "tank_cleaned"
    TOWER_FILLED = "tower_filled"
    NEW_TENANT = "new_tenant"
    NEW_PLANT = "new_plant"
    DAYLIGHT = "daylight"
    SENSOR_TENDED = "sensor_tended"
    CO2_CALIBRATED = "co2_self_calibrated"
    METER_CHANGED = "meter_changed"
    NIGHT_FLUSHES = "night_flushes"
    HIGH_BASE = "high_base"
    WARM_CORE = "warm_core"
    CLEANERS = "night_cleaners"
    SOFTENER = "night_softener"
    STEADY_DRAW = "steady_draw"
    PUMP_TEST = "weekly_pump_test"
    ONE_PHASE = "server_on_one_phase"
    IDLE_MOTORS = "idle_motors"
    LAYERED_AIR = "layered_mixing_box"
    LINE_CUT = "line_cut_over_a_meter_change"
    LOW_PRESSURE = "night_pressure_cut"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happens.

    Attributes:
        id: Its name.
        kind: What it is.
        building: Where.
        asset: Id of the equipment it acts on; empty for the whole building.
        start: From when, UTC. [ms]
        end: Until when. [ms]
        size: How much, in the kind's unit.
        point: Role of the point, where it acts on a sensor.
    """

    id: str
    kind: HappeningKind
    building: str
    start: int
    end: int
    asset: str = ""
    size: float = 1.0
    point: str = ""

    def within(self, start: int) -> Bools:
        """Minutes of the day from ``start`` [ms] that lie in it. (minutes,)"""
        at = start + np.arange(DAY_MIN) * MINUTE_MS
        inside: Bools = (at >= self.start) & (at < self.end)
        return inside


_CHANGES_METERS = {HappeningKind.METER_CHANGED, HappeningKind.LINE_CUT}
_ON_DEVICES = _CHANGES_METERS | {HappeningKind.LAYERED_AIR}


def tended(plan: Plan, happenings: Sequence[Happening], at: int) -> dict[int, SensorFaults]:
    """Sensors in somebody's hands or that have calibrated themselves, at ``at`` [ms], by point."""
    found: dict[int, SensorFaults] = {}
    for happening in happenings:
        point = (
            plan.site.points_of(happening.asset).get(happening.point) if happening.point else None
        )
        if point is None or not happening.start <= at < happening.end:
            continue
        if happening.kind is HappeningKind.CO2_CALIBRATED:
            found[point] = SensorFaults(bias=-happening.size)
        elif at < _middle(happening):
            found[point] = SensorFaults(broken=True)
        else:
            found[point] = SensorFaults(bias=_KELVIN_BY_HAND)
    return found


def changed(happenings: Sequence[Happening], at: int) -> dict[str, int]:
    """Meters that are changed by plan at ``at`` [ms], by id, and when another one hangs there."""
    work = [h for h in happenings if h.kind in _CHANGES_METERS]
    return {h.asset: _middle(h) for h in work if _middle(h) <= at < h.end}


def layered(happenings: Sequence[Happening], at: int) -> dict[str, float]:
    """Air handlers whose mixed air sensor hangs in a layer at ``at`` [ms], by id, and how far.

    Towards outdoor air, as a share of outdoor less return while half of each is mixed.
    """
    boxes = [h for h in happenings if h.kind is HappeningKind.LAYERED_AIR]
    return {h.asset: h.size for h in boxes if h.start <= at < h.end}


def cut_off(happenings: Sequence[Happening], at: int) -> frozenset[str]:
    """Meters whose gateway's line is cut by plan at ``at`` [ms], by id."""
    works = [h for h in happenings if h.kind is HappeningKind.LINE_CUT]
    return frozenset(h.asset for h in works if h.start <= at < h.end)


def edges(happenings: Sequence[Happening]) -> list[int]:
    """When sensors, meters, mixing boxes or lines change by what is told of them above.

    Whole minutes, in order. [ms]
    """
    of_devices = [h for h in happenings if h.point or h.kind in _ON_DEVICES]
    moments = {m for h in of_devices for m in (h.start, _middle(h), h.end)}
    return sorted(moments)


def _middle(happening: Happening) -> int:
    half = (happening.start + happening.end) // 2
    return half - half % MINUTE_MS
