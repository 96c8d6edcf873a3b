"""A small site that is right, to be broken one thing at a time."""
# ruff: noqa: E501 - a site as people write it

from __future__ import annotations

from pathlib import Path

SITE = """\
site: small
name: {en: Small site, zh: 小园区}
timezone: Europe/Berlin
country: DE
currency: EUR
money: €
owner: ada
prices:
  heat: [{valid_from: 2024-06-01, price: 36.0, per: GJ}, {valid_from: 2024-01-01, price: 0.1, per: kWh}]
carbon:
  gas: [{valid_from: 2020-01-01, kg: 2.0, per: m³, source: "a table"}]
gateways:
  gw-a: {name: Gateway A, driver: simulated}
  gw-b:
    name: Gateway B
    driver: csv
    options:
      files:
        - pattern: "*.csv"
          time: {column: when, format: iso, stamps: start, period_s: 900}
          columns:
            - {column: kWh, point: b.m-main.energy, unit: MWh}
calendar:
  - {mode: holiday, from: 2024-03-30, to: 2024-04-01}
  - {mode: overtime, from: 2024-05-02T18:00, to: 2024-05-02T22:00, scope: a.ahu1, note: stocktaking}
"""

A = """\
building: a
name: Block A
area_m2: 1000
gateway: gw-a
period: 900
owner: bob
schedule: {workday: ["07:30", "18:30"]}
floors:
  - {id: f1, name: First floor, spaces: [{id: plant, name: Plant room}]}
systems:
  - {id: air, name: Air handling}
equipment:
  - id: ahu1
    class: Air_Handling_Unit
    name: AHU 1
    system: air
    location: plant
    feeds: [zone, f1]
    parameters: {design_air_flow: 8.0, dehumidifies: true, own_number: 3}
    period: 60
    points:
      sat: {}
      oat: {max_rate: 30, span: [-30, 50]}
  - id: fan
    class: Equipment
    name: Fan
    owner: ada
    part_of: ahu1
    schedule: {offday: ["09:00", "24:00"]}
    points: {fan_status: {}}
  - {id: zone, class: HVAC_Zone, name: Zone, location: south side, points: {zone_temp: {}}}
  - id: m-main
    class: Electrical_Meter
    name: Main meter
    meter: {role: building, carrier: electricity, measures: a}
    points:
      energy: {register: {digits: 6, decimals: 1, unit: MWh, rated: 500}, scale: [{valid_from: 2024-01-01, factor: 40}]}
  - id: m-light
    class: Electrical_Meter
    name: Lights
    meter: {role: branch, carrier: electricity, item: 01A10, parent: m-main, measures: plant}
    points: {energy: {register: {bits: 32, decimals: 2}}}
  - id: m-rest
    class: Electrical_Meter
    name: The rest
    meter: {role: virtual, carrier: electricity, parent: m-main, expression: {m-main: 1, m-light: -1}}
  - id: w-main
    class: Water_Meter
    name: Water
    meter: {role: building, carrier: water}
    points: {volume: {}}
"""

B = """\
building: b
name: Block B
area_m2: 500
gateway: gw-b
period: 900
schedule: {}
equipment:
  - id: m-main
    class: Electrical_Meter
    name: Main meter
    meter: {role: building, carrier: electricity}
    points: {energy: {}}
"""

CREW = """\
login,name,role,trades,buildings,language,mail,phone
ada,Ada,engineer,,,en,ada@small.example,
bob,Bob,technician,E P,,zh_Hans,,
cy,Cy,technician,H,a,en,,+1
"""

ROSTER = """\
login,trade,building,from,to,weekdays,order
bob,E,,07:00,19:00,1-5,1
bob,P,,19:00,07:00,5 6-7,2
cy,H,a,00:00,24:00,1-7,1
"""

FILES = {
    "site.yaml": SITE,
    "buildings/a.yaml": A,
    "buildings/b.yaml": B,
    "crew.csv": CREW,
    "roster.csv": ROSTER,
}


def write_site(folder: Path, **instead: str) -> Path:
    """Write the small site; a keyword (site, a, b, crew, roster) replaces a file's text."""
    by_name = {name.split("/")[-1].split(".")[0]: name for name in FILES}
    (folder / "buildings").mkdir(parents=True, exist_ok=True)
    for name, text in (FILES | {by_name[key]: text for key, text in instead.items()}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def broken(folder: Path, file: str, old: str, new: str) -> tuple[Path, int]:
    """The small site with one text replaced in one file, and the line on which it stood."""
    text = FILES[file]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    write_site(folder)
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder, text[: text.index(old)].count("\n") + 1
