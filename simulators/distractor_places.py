"""What on a site a distractor can act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.words import Carrier
from simulators.physics.people.happenings import HappeningKind
from simulators.physics.power.circuits import item_of
from simulators.physics.water.pipes import Use, serves

_K = HappeningKind
_TENDED = ("mat", "hclt", "cclt", "hcet", "ccet", "hw_entering", "chw_entering", "zone_co2", "oah")
"""Sensors that no controller looks at: one that does is not unplugged while its plant runs."""
_POINTS: Mapping[HappeningKind, tuple[str, ...]] = {
    _K.SENSOR_TENDED: _TENDED, _K.CO2_CALIBRATED: ("zone_co2",),
}  # fmt: skip
"""Roles of the points that a kind acts on."""
_CIRCUIT: Mapping[HappeningKind, str] = {
    _K.PUMP_TEST: "01C2", _K.ONE_PHASE: "01A1", _K.IDLE_MOTORS: "01B1",
}  # fmt: skip
"""Kind of circuit that a kind acts on, by the first letters of its item code."""


def seats(site: Site, building: str, kind: HappeningKind) -> list[tuple[str, str]]:
    """What a kind can act on in a building: assets and roles of points, empty for all of it."""
    here = [e for _, e in sorted(site.equipment.items()) if e.building == building]
    if kind in _POINTS:
        return [(e.id, r) for e in here for r in _POINTS[kind] if r in site.points_of(e.id)]
    if kind in _CIRCUIT:
        return [(m.id, "") for m in here if item_of(m) == _CIRCUIT[kind]]
    if kind in _ASSETS:
        return [(e.id, "") for e in _ASSETS[kind](site, here)]
    return [("", "")]


def _metered(_site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    return [e for e in here if e.meter is not None]


def _cut(site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    """Meters whose gateway reads nothing but their building: who announces works names that."""
    of: dict[str, set[str]] = {}
    for point in site.points:
        of.setdefault(point.gateway, set()).add(point.building)
    alone = {p.equipment for p in site.points if of[p.gateway] == {p.building}}
    return [e for e in _metered(site, here) if e.id in alone]


def _mixing(site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    return [e for e in here if e.cls is EquipmentClass.AHU and "mat" in site.points_of(e.id)]


def _core(_site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    zones = [e for e in here if e.cls is EquipmentClass.ZONE]
    return sorted(zones, key=lambda z: (z.number("exterior", 0.5), z.id))[:1]


def _tower(_site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    return [m for m in here if serves(m, Use.TOWER)]


def _toilets(_site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    return [m for m in here if serves(m, Use.TOILETS)][:1]


def _kitchen(site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    return [m for m in here if serves(m, Use.KITCHEN)] or _water_main(site, here)


def _water_main(_site: Site, here: Sequence[Equipment]) -> list[Equipment]:
    return [m for m in here if m.meter is not None and m.meter.carrier is Carrier.WATER
            and m.meter.role is MeterRole.BUILDING]  # fmt: skip


_ASSETS: Mapping[HappeningKind, Callable[[Site, Sequence[Equipment]], list[Equipment]]] = {
    _K.METER_CHANGED: _metered,
    _K.LINE_CUT: _cut,
    _K.LAYERED_AIR: _mixing,
    _K.WARM_CORE: _core,
    _K.TOWER_FILLED: _tower,
    _K.NIGHT_FLUSHES: _toilets,
    _K.STEADY_DRAW: _toilets,
    _K.SOFTENER: _kitchen,
    _K.TANK_CLEANED: _water_main,
}
"""Equipment that a kind acts on."""
