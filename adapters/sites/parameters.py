"""Nameplate values and declarations of equipment, by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from adapters.sites.keys import EquipmentKeys
from adapters.sites.log import Log


class Parameter(NamedTuple):
    """What a parameter means; its unit, or nothing for a flag (true or false)."""

    unit: str
    meaning: str


PARAMETERS: Mapping[str, Parameter] = {
    "area_m2": Parameter("m²", "floor area of a zone"),
    "boosts_water": Parameter("", "a pump that lifts drinking water"),
    "burst_flow": Parameter(
        "m³/h",
        "beyond what is always on, what a water main never passes outside its hours; "
        "1 m³/h unless said",
    ),
    "capacitor_kvar": Parameter("kvar", "capacitors at a main board; 0.25 kvar a kVA unless said"),
    "cooks": Parameter("", "a branch of water that serves a kitchen"),
    "cool_sp": Parameter("°C", "room air above which a fan coil cools"),
    "cooling_capacity": Parameter("kW", "rated cooling"),
    "cop": Parameter("1", "rated cooling for one unit of electricity"),
    "curve_slope": Parameter("K/K", "rise of heating's supply for each kelvin colder outdoors"),
    "dehumidifies": Parameter("", "cools below the wanted temperature and reheats on purpose"),
    "demand_ventilation": Parameter("", "an air handler whose outdoor air follows CO₂"),
    "design_flow": Parameter(
        "m³/h",
        "the most that a water main passes within its hours; 0.8 of what its meter is "
        "rated for unless said",
    ),
    "design_air_flow": Parameter("m³/s", "design supply air flow"),
    "ec_fan": Parameter("", "a fan coil whose fan has no stages"),
    "efficiency": Parameter("1", "rated efficiency of a boiler"),
    "exterior": Parameter("1", "share of a zone that lies at the façade"),
    "fan_power": Parameter("kW", "rated power of the fans"),
    "feeds_hot_water": Parameter("", "a branch of water that is heated and drawn warm"),
    "fills_tank": Parameter("", "a pump that lifts drinking water into a tank on the roof"),
    "fills_tower": Parameter("", "a branch of water that makes up what a cooling tower loses"),
    "heat_sp": Parameter("°C", "room air below which a fan coil heats"),
    "heating_capacity": Parameter("kW", "rated heating"),
    "height_m": Parameter(
        "m", "above ground: of a tank on the roof, and of the taps of a branch below one"
    ),
    "holds": Parameter("kPa", "pressure that a reducer or a booster is set to"),
    "humidity_limit": Parameter(
        "%RH", "return air above which `dehumidifies` dries; 60 unless said"
    ),
    "irrigates": Parameter("", "a branch of water that serves sprinklers"),
    "lawn_m2": Parameter("m²", "what the sprinklers of a branch water"),
    "makes_hot_water": Parameter("", "runs in summer on purpose, for hot water"),
    "makes_process_heat": Parameter("", "a boiler that is wanted all year, as for reheat"),
    "night_share": Parameter("1", "what sockets and lights keep at night of their day level"),
    "nominal_voltage": Parameter("V", "phase to neutral at a meter; 230 V unless said"),
    "oa_min": Parameter("1", "least share of outdoor air while occupied"),
    "people": Parameter("n", "people a zone is made for, or a kitchen cooks for"),
    "pf_target": Parameter("1", "power factor that the tariff asks; 0.90 unless said"),
    "pv_kwp": Parameter("kW", "peak power of a solar plant"),
    "radiator_capacity": Parameter("kW", "rated output of a zone's radiators, 50 K over the room"),
    "rated_flow": Parameter("m³/h", "rated flow of a pump"),
    "rated_head": Parameter("m", "rated head of a pump"),
    "rated_power": Parameter("kW", "rated electric power"),
    "reduces_pressure": Parameter("", "a pressure reducer of drinking water"),
    "runs_always": Parameter("", "an air handler that runs day and night on purpose"),
    "thermostatic": Parameter("", "a zone whose radiators have thermostatic heads"),
    "transformer_kva": Parameter("kVA", "transformer before a main board; 60 VA/m² unless said"),
    "two_pipe": Parameter("", "a fan coil whose one coil heats in winter and cools in summer"),
    "ups_kva": Parameter("kVA", "an uninterruptible supply on the circuit that it is part of"),
    "volume_m3": Parameter("m³", "volume of a tank up to its overflow"),
}
"""Known parameters. Others are allowed, since rules bring their own; one that looks like
a misspelled known one is not."""

_MISSPELLED = 0.85  # likeness: 'makes_hotwater' is above it, 'heating_power' below


def check(equipment: EquipmentKeys, log: Log) -> None:
    """Known parameters are of their type, and no name is nearly a known one."""
    for name, value in equipment.parameters.items():
        place = log.place(equipment.parameters, name)
        if name not in PARAMETERS:
            for known in difflib.get_close_matches(name, PARAMETERS, n=1, cutoff=_MISSPELLED):
                what = f"no parameter '{name}'"
                log.mistake(place, what, "a name of its own or a known one", near=(known, [known]))
            continue
        flag = not PARAMETERS[name].unit
        if flag is not isinstance(value, bool) or isinstance(value, str):
            log.mistake(place, f"'{value}' is not allowed for {name}", _expected(name))


def _expected(name: str) -> str:
    unit, meaning = PARAMETERS[name]
    return f"{meaning}, a number [{unit}]" if unit else f"{meaning}, true or false"
