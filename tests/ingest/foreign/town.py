"""A site whose devices speak other programs' languages, read from its files as any site is."""
# ruff: noqa: E501 - a site as people write it

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from adapters.sites import load_site
from core.clock import MINUTE_MS
from core.site import Site
from ingest.arrival import Arrival

NOW = 1_767_225_600_000  # 2026-01-01 00:00 UTC

SITE = """\
site: town
name: Town
timezone: Asia/Shanghai
currency: CNY
money: ¥
owner: ada
gateways:
  gw-lora:
    name: LoRaWAN
    driver: mqtt
    options:
      mqtt:
        - template: chirpstack
          ignore: ["24e124136b000009"]
          devices:
            - device: 24e124136b000001
              values:
                - {path: object.temperature, point: a.lora.zone_temp, unit: °C}
                - {path: object.humidity, point: a.lora.zone_rh, unit: "%"}
        - template: the-things-stack
          devices:
            - device: attic-1
              values: [{path: uplink_message.decoded_payload.temp_f, point: a.ttn.zone_temp, unit: °F}]
  gw-home:
    name: Small things
    driver: mqtt
    options:
      mqtt:
        - template: zigbee2mqtt
          devices:
            - device: hall plug
              values:
                - {path: power, point: a.plug.power, unit: W}
                - {path: state, point: a.plug.fan_status, unit: "1"}
        - template: tasmota
          devices:
            - device: tasmota_4F
              values:
                - {path: ENERGY.Total, point: a.tas.energy, unit: kWh}
                - {path: ENERGY.Power, point: a.tas.power, unit: W}
        - template: homie
          devices:
            - device: boiler-room
              values:
                - {path: meter/energy, point: a.hom.energy, unit: MWh, scale: 0.1}
                - {path: fan/running, point: a.hom.fan_status, unit: "1"}
        - template: shelly
          devices:
            - device: shellyem-1
              values: [{path: emeter/0/power, point: a.she.power, unit: W}]
        - topic: meters/readings
          payload: json
          device: meta.id
          time: {path: /meta/at, format: epoch_s}
          missing: [n/a]
          devices:
            - device: "7"
              values: [{path: values.0.x, point: a.own.power, unit: kW}]
  gw-plc:
    name: PLC
    driver: sparkplug
    options:
      sparkplug:
        group: Town
        node: Boilers
        metrics:
          - {metric: Meter/Total, point: a.plc.energy, unit: kWh}
          - {metric: Outdoor, point: a.plc.oat, unit: °C}
          - {device: pump, metric: Running, point: a.pump.fan_status, unit: "1"}
          - {device: pump, metric: Power, point: a.pump.power, unit: W}
"""
_METER = "meter: {role: building, carrier: electricity}"
A = f"""\
building: a
name: Block A
area_m2: 1000
period: 900
gateway: gw-home
schedule: {{}}
equipment:
  - {{id: lora, class: HVAC_Zone, name: Room, gateway: gw-lora, points: {{zone_temp: {{}}, zone_rh: {{}}}}}}
  - {{id: ttn, class: HVAC_Zone, name: Attic, gateway: gw-lora, points: {{zone_temp: {{}}}}}}
  - {{id: plug, class: Equipment, name: Plug, points: {{power: {{}}, fan_status: {{}}}}}}
  - {{id: tas, class: Electrical_Meter, name: Meter, {_METER}, points: {{energy: {{scale: [{{valid_from: 2020-01-01, factor: 2}}]}}, power: {{}}}}}}
  - {{id: hom, class: Electrical_Meter, name: Meter, {_METER}, points: {{energy: {{}}, fan_status: {{}}}}}}
  - {{id: she, class: Equipment, name: Oven, points: {{power: {{}}}}}}
  - {{id: own, class: Equipment, name: Press, points: {{power: {{}}}}}}
  - {{id: plc, class: Electrical_Meter, name: Meter, gateway: gw-plc, {_METER}, points: {{energy: {{}}, oat: {{}}}}}}
  - {{id: pump, class: Pump, name: Pump, gateway: gw-plc, points: {{power: {{}}, fan_status: {{}}}}}}
"""


@cache
def town() -> Site:
    """The site, checked."""
    return load_site(write_town(Path(mkdtemp(prefix="plantroom-town-"))))


def write_town(folder: Path, site: str = SITE) -> Path:
    """Its files."""
    (folder / "buildings").mkdir(parents=True, exist_ok=True)
    (folder / "site.yaml").write_text(site, encoding="utf-8")
    (folder / "buildings" / "a.yaml").write_text(A, encoding="utf-8")
    return folder


def came(
    topic: str, payload: bytes | str, received: int = NOW + MINUTE_MS, *, retain: bool = False
) -> Arrival:
    """A message that came."""
    raw = payload.encode() if isinstance(payload, str) else payload
    return Arrival(topic=topic, payload=raw, retain=retain, received=received, ack=lambda: None)
