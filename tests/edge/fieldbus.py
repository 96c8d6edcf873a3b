"""Devices for tests of drivers: a template as text, a device of it, a site with one gateway."""
# ruff: noqa: E501 - a template as people write it

from __future__ import annotations

from pathlib import Path

from adapters.sites import load_site
from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import load_file
from core.site import Site
from edge.buses.device import Channel, Device

METER = """\
make: Test
model: M1
protocol: modbus
source: written for tests
values:
  power: {quantity: active_power, unit: W, role: power, modbus: {address: 0, type: int32}}
  energy: {quantity: active_energy, unit: kWh, role: energy, scale: 0.1, modbus: {address: 2, type: uint32}}
  frequency: {quantity: frequency, unit: Hz, role: frequency, scale: 0.01, modbus: {address: 40, type: uint16}}
"""
SITE = """\
site: test
name: Test
timezone: Europe/Berlin
currency: EUR
money: €
owner: ada
gateways:
  gw:
    name: Gateway
    driver: fieldbus
    options:
      buses:
{buses}
      devices:
{devices}
"""
BUILDING = """\
building: a
name: A
area_m2: 100
period: {period}
schedule: {{workday: ["08:00", "18:00"]}}
equipment:
"""
EQUIPMENT = """\
  - id: {id}
    class: Electrical_Meter
    name: Meter
    meter: {{role: building, carrier: electricity}}
    points: {{power: {{}}, energy: {{}}, frequency: {{}}}}
"""


def template_of(text: str, folder: Path) -> TemplateKeys:
    """A template from its text."""
    path = folder / "made.yaml"
    path.write_text(text, encoding="utf-8")
    return load_file(path)


def device_of(
    template: TemplateKeys, address: str = "1", *, id_: str = "m1", options: dict[str, str] | None = None
) -> Device:  # fmt: skip
    """A device with a point a value, numbered in their order."""
    return Device(
        id=id_, bus="b", address=address, template=template, period_s=1.0,
        channels=tuple(Channel(i, name) for i, name in enumerate(template.values)),
        options=options or {},
    )  # fmt: skip


def site_of(
    folder: Path, buses: list[str], devices: list[str], *, template: str = METER,
    meters: int = 1, period: int = 1, equipment: str = EQUIPMENT,
) -> Site:  # fmt: skip
    """A checked site with meters ``a.m1``…, and a template named ``made``."""
    (folder / "buildings").mkdir(parents=True, exist_ok=True)
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "made.yaml").write_text(template, encoding="utf-8")
    indented = ["\n".join(f"        {line}" for line in lines) for lines in (buses, devices)]
    text = SITE.format(buses=indented[0], devices=indented[1])
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    parts = [equipment.format(id=f"m{i + 1}") for i in range(meters)]
    text = BUILDING.format(period=period) + "".join(parts)
    (folder / "buildings" / "a.yaml").write_text(text, encoding="utf-8")
    return load_site(folder)
