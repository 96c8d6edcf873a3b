"""Nameplates as they are: wrong by what makers and surveys leave open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.site import Equipment, Site
from simulators.physics.streams import stream

WRONG: Mapping[str, float] = {
    "design_air_flow": 0.15, "fan_power": 0.10, "cop": 0.10, "efficiency": 0.03,
}  # fmt: skip
"""By parameter: at most so much, as ± share of it (savings.md, the judge). [1]"""


def misdeclared(site: Site, seed: int) -> Site:
    """The site as its model says it is: never the constants that the simulator lives by."""
    return replace(site, equipment={id_: _one(e, seed) for id_, e in site.equipment.items()})


def _one(equipment: Equipment, seed: int) -> Equipment:
    told = dict(equipment.parameters)
    for name, share in WRONG.items():
        value = told.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            off = stream(seed, equipment.id, "nameplate", name).uniform(-share, share)
            told[name] = value * (1.0 + float(off))
    return replace(equipment, parameters=told)
