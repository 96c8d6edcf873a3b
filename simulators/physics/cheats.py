"""Repairs that only look like one: the symptom goes, the fault stays.

Each is a parameter beside the fault's own, so that the plant answers to both: behind a shut
hand valve the stem still passes, a moved setpoint is met by a coil that still leaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

from simulators.physics.faults import Fault, FaultKind

if TYPE_CHECKING:
    from simulators.physics.conditions import Conditions
    from simulators.physics.plan import Plan

Cheat = Literal["valve_shut", "plant_stopped", "sensor_unplugged", "setpoint_moved"]
"""What somebody may do instead of mending."""
WORDS: tuple[Cheat, ...] = get_args(Cheat)

_MOVED_K = 4.0
"""How far a supply setpoint is moved: less would not meet what half a coil passes."""
_K = FaultKind
_COIL: tuple[Cheat, ...] = ("valve_shut", "sensor_unplugged", "setpoint_moved")
_SENSOR: tuple[Cheat, ...] = ("sensor_unplugged",)

CHEATS: Mapping[FaultKind, tuple[Cheat, ...]] = {
    _K.HEAT_VALVE_PASSES: _COIL,
    _K.COOL_VALVE_PASSES: _COIL,
    _K.HEAT_VALVE_STUCK: _COIL,
    _K.COOL_VALVE_STUCK: _COIL,
    _K.DAMPER_STUCK: _SENSOR,
    _K.PLANT_LEFT_ON: ("plant_stopped",),
    # Where the fault is a branch's own: nobody shuts a building's main to hide a leak.
    _K.FLAP_HANGS: ("valve_shut",),
    _K.URINAL_RUNS: ("valve_shut",),
    _K.IRRIGATION_OPEN: ("valve_shut",),
    _K.SENSOR_STUCK: _SENSOR,
    _K.SENSOR_OFFSET: _SENSOR,
    _K.SENSOR_DRIFT: _SENSOR,
    _K.SENSOR_NOISY: _SENSOR,
    _K.SENSOR_SPIKES: _SENSOR,
    _K.SENSOR_SUNLIT: _SENSOR,
    _K.SENSOR_UNIT: _SENSOR,
}
"""What can be done about a kind of fault; of a kind that is not here, nothing that helps."""

_HEATS = {_K.HEAT_VALVE_PASSES, _K.HEAT_VALVE_STUCK}
_SEEN_AT: Mapping[FaultKind, str] = {
    _K.HEAT_VALVE_PASSES: "hclt", _K.HEAT_VALVE_STUCK: "hclt",
    _K.COOL_VALVE_PASSES: "cclt", _K.COOL_VALVE_STUCK: "cclt", _K.DAMPER_STUCK: "mat",
}  # fmt: skip
"""Role of the sensor at which an air handler's fault is seen."""


def cheats(fault: Fault) -> tuple[Cheat, ...]:
    """What hides a fault; nothing of one that comes and goes, which hides itself."""
    return CHEATS.get(fault.kind, ()) if fault.bouts_h is None else ()


def unplugged(fault: Fault) -> str:
    """Id of the point that was unplugged so that it no longer shows the fault; else empty."""
    if fault.hidden_by != "sensor_unplugged":
        return ""
    return f"{fault.asset}.{fault.point or _SEEN_AT[fault.kind]}"


def hide(plan: Plan, made: Conditions, fault: Fault) -> None:
    """Adds what hides a fault of an air handler to its parameters.

    Shut water stands in :mod:`simulators.physics.water.water_faults`, a sensor that is unplugged in
    what is silent.
    """
    if fault.asset not in {ahu.id for ahu in plan.ahus}:
        return
    if fault.hidden_by in {"valve_shut", "plant_stopped", "setpoint_moved"}:
        air = made.air[[ahu.id for ahu in plan.ahus].index(fault.asset)]
        if fault.hidden_by == "plant_stopped":
            air.fan_off = True
        elif fault.hidden_by == "setpoint_moved":
            air.setpoint_moved += _MOVED_K if fault.kind in _HEATS else -_MOVED_K
        elif fault.kind in _HEATS:
            # A hand valve before the coil: to the water the same as a stem that stands shut.
            air.heat_passes, air.heat_stuck = 0.0, 0.0
        else:
            air.cool_passes, air.cool_stuck = 0.0, 0.0
