"""Healthy plant that naive rules accuse: it is there because the site and the season are so."""

from __future__ import annotations

from collections.abc import Iterator

from core.clock import DAY_MS
from core.site import Equipment, EquipmentClass, Site
from simulators.days import Days
from simulators.distractors import Distractor
from simulators.physics.power.circuits import item_of
from simulators.physics.water.pipes import hangs
from simulators.physics.weather.climate import CLIMATES, season_of

WARM_C, COLD_C = 18.0, 8.0
"""A season's mean day in which buildings are cooled, and heated."""


def accused(site: Site, start: int, days: int, climate: str) -> list[Distractor]:
    """Healthy plant that naive rules accuse, through all of the time in which it does."""
    middle = Days(site, start).day_of(start + days * DAY_MS // 2)
    mean = float(season_of(CLIMATES[climate]).mean[middle.timetuple().tm_yday % 365])
    return [
        Distractor(
            id=f"{kind}@{e.id}", kind=kind, meaning=meaning, building=e.building, assets=(e.id,),
            start=start, end=start + days * DAY_MS,
        )
        for _, e in sorted(site.equipment.items())
        for kind, meaning in _nature(site, e, mean)
    ]  # fmt: skip


def _nature(site: Site, e: Equipment, mean: float) -> Iterator[tuple[str, str]]:
    warm, cold = mean > WARM_C, mean < COLD_C
    if e.cls is EquipmentClass.BOILER and e.declared("makes_hot_water") and warm:
        yield "hot_water_in_summer", "a boiler that makes hot water in summer"
    if e.cls in {EquipmentClass.BOILER, EquipmentClass.SUBSTATION} and not warm:
        yield (
            "constant_flow",
            "a loop of constant flow that hardly cools: 3 to 6 K of spread by day",
        )
        yield "night_setback", "heat is set back at night and boosted in the morning"
    both = {"primary_entering", "hw_entering"} <= site.points_of(e.id).keys()
    if e.cls is EquipmentClass.SUBSTATION and both and not warm:
        yield "returns_crossed", "a primary return strapped to its pipe, below the secondary one"
    if e.cls is EquipmentClass.HEAT_METER and warm and not _heats_all_year(site, e.building):
        yield "heat_at_zero", "a heat meter that stands still in summer"
    if e.cls is EquipmentClass.AHU and not (warm or cold):
        yield "free_cooling", "cooling by outdoor air with the damper wide open"
    if e.cls is EquipmentClass.AHU and e.declared("dehumidifies") and not cold:
        yield "reheat", "cools its air to dry it and heats it again, both valves open"
    yield from _always(site, e)


def _always(site: Site, e: Equipment) -> Iterator[tuple[str, str]]:
    """What looks wrong in every season."""
    if e.cls is EquipmentClass.AHU and e.declared("demand_ventilation"):
        yield "demand_ventilation", "outdoor air that follows the people, below and above its least"
    if e.cls is EquipmentClass.FRESH_AIR_UNIT:
        yield "all_outdoor_air", "takes in outdoor air alone, in frost and in heat"
    if hangs(e):
        yield "tank_refills", "a roof tank that falls to its lower switch and is filled at once"
    if "export_energy" in site.points_of(e.id):
        yield (
            "solar_export",
            "a main whose import stands still while the sun gives more than is used",
        )
    if item_of(e) == "01D1":
        yield "data_room", "a load that never stops"


def _heats_all_year(site: Site, building: str) -> bool:
    asking = site.of_class(EquipmentClass.BOILER, EquipmentClass.AHU)
    return any(e.declared("makes_hot_water") or e.declared("dehumidifies")
               for e in asking if e.building == building)  # fmt: skip
