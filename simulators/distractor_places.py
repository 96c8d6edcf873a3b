"""What on a site a distractor can act on."""

from __future__ import annotations

from collections.abc import Sequence

from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.words import Carrier
from simulators.physics.people.happenings import HappeningKind
from simulators.physics.power.circuits import item_of
from simulators.physics.water.pipes import Use, serves

_K = HappeningKind
_TENDED = ("mat", "hclt", "cclt", "hcet", "ccet", "hw_entering", "chw_entering", "zone_co2", "oah")
"""Sensors that no controller looks at: one that does is not unplugged while its plant runs."""

_CIRCUIT = {_K.PUMP_TEST: "01C2", _K.ONE_PHASE: "01A1", _K.IDLE_MOTORS: "01B1"}
"""Kind of circuit that a kind acts on, by the first letters of its item code."""


def seats(site: Site, building: str, kind: HappeningKind) -> list[tuple[str, str]]:
    """What a kind can act on in a building: assets and roles of points, empty for all of it."""
    here = [e for _, e in sorted(site.equipment.items()) if e.building == building]
    if kind in {_K.SENSOR_TENDED, _K.CO2_CALIBRATED}:
        roles = _TENDED if kind is _K.SENSOR_TENDED else ("zone_co2",)
        return [(e.id, r) for e in here for r in roles if r in site.points_of(e.id)]
    if kind is _K.METER_CHANGED:
        return [(e.id, "") for e in here if e.meter is not None]
    if kind is _K.WARM_CORE:
        zones = [e for e in here if e.cls is EquipmentClass.ZONE]
        core = sorted(zones, key=lambda z: (z.number("exterior", 0.5), z.id))[:1]
        return [(z.id, "") for z in core]
    if kind is _K.TOWER_FILLED:
        return [(m.id, "") for m in here if serves(m, Use.TOWER)]
    if kind in {_K.NIGHT_FLUSHES, _K.STEADY_DRAW, _K.CLEANERS}:
        toilets = [(m.id, "") for m in here if serves(m, Use.TOILETS)]
        return toilets[:1] if kind is not _K.CLEANERS else [("", "")]
    if kind is _K.SOFTENER:
        kitchens = [(m.id, "") for m in here if serves(m, Use.KITCHEN)]
        return kitchens or _main(here, Carrier.WATER)
    if kind is _K.TANK_CLEANED:
        return _main(here, Carrier.WATER)
    if kind in _CIRCUIT:
        return [(m.id, "") for m in here if item_of(m) == _CIRCUIT[kind]]
    return [("", "")]


def _main(here: Sequence[Equipment], carrier: Carrier) -> list[tuple[str, str]]:
    mains = [m for m in here if m.meter is not None and m.meter.carrier is carrier]
    return [(m.id, "") for m in mains if m.meter is not None
            and m.meter.role is MeterRole.BUILDING]  # fmt: skip
