"""Fifty meters of ten points each, every one behind a connection of its own."""

from __future__ import annotations

from pathlib import Path

from adapters.sites import load_site
from benchmarks.load import GATEWAY
from core.site import Site

METERS, TEMPLATE = 50, "eastron-sdm630"
ROLES = (
    "energy", "power", "frequency", "power_factor", "voltage_a", "voltage_b", "voltage_c",
    "current_a", "current_b", "current_c",
)  # fmt: skip
POINTS = METERS * len(ROLES)
_SITE = """\
site: bench
name: Benchmark
timezone: UTC
currency: EUR
money: €
owner: nobody
gateways:
  {gateway}:
    name: A
    driver: fieldbus
    options:
      buses: {{{buses}}}
      devices:
{devices}
"""
_BUILDING = """\
building: a
name: A
area_m2: 1000
period: 1
schedule: {workday: ["08:00", "18:00"]}
equipment:
"""


def site(folder: Path, port: int) -> Site:
    """The site of a Modbus server, its files in a folder."""
    at = f'{{protocol: modbus, tcp: "127.0.0.1:{port}"}}'
    numbers = range(1, METERS + 1)
    buses = ", ".join(f"lan{i}: {at}" for i in numbers)
    devices = "\n".join(
        f"        - {{id: d{i}, bus: lan{i}, address: {i}, template: {TEMPLATE}, "
        f"equipment: a.m{i}}}"
        for i in numbers
    )
    points = ", ".join(f"{role}: {{}}" for role in ROLES)
    meters = "\n".join(
        f"  - {{id: m{i}, class: Electrical_Meter, name: M, meter: {{role: building, "
        f"carrier: electricity}}, points: {{{points}}}}}"
        for i in numbers
    )
    (folder / "buildings").mkdir(parents=True, exist_ok=True)
    text = _SITE.format(gateway=GATEWAY, buses=buses, devices=devices)
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    (folder / "buildings" / "a.yaml").write_text(_BUILDING + meters + "\n", encoding="utf-8")
    return load_site(folder)
