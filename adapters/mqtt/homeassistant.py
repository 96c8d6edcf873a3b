"""What Home Assistant's MQTT discovery is told of a point, and how its state is said.

Home Assistant documentation, MQTT integration: discovery messages, sensor, binary sensor. A
device class is given only where every version since 2023.1 accepts our unit with it: a wrong pair
is refused there, a missing one costs an icon.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.quality import Quality
from core.quantity import Kind, Quantity
from core.site import Point, Site

_CLASSES: dict[Quantity, str] = {
    Quantity.ACTIVE_ENERGY: "energy",
    Quantity.HEAT_ENERGY: "energy",
    Quantity.ACTIVE_POWER: "power",
    Quantity.HEAT_POWER: "power",
    Quantity.VOLTAGE: "voltage",
    Quantity.CURRENT: "current",
    Quantity.POWER_FACTOR: "power_factor",
    Quantity.FREQUENCY: "frequency",
    Quantity.VOLUME: "water",
    Quantity.GAS_VOLUME: "gas",
    Quantity.TEMPERATURE: "temperature",
    Quantity.PRESSURE: "pressure",
    Quantity.DUCT_PRESSURE: "pressure",
    Quantity.HUMIDITY: "humidity",
    Quantity.CO2: "carbon_dioxide",
    Quantity.ILLUMINANCE: "illuminance",
    Quantity.IRRADIANCE: "irradiance",
}
_TOTALS = {"energy", "water", "gas"}
_UNITS = {"%RH": "%", "1": None, "n": None, "bool": None}
"""Units that Home Assistant writes otherwise, or that are none."""
_PATIENCE_PERIODS = 3
_PATIENCE_LEAST_S = 3_600
"""As the console calls a point old: three periods, an hour at the least. [s]"""
_WORDS = {Quality.GOOD: "good", Quality.SUSPECT: "suspect", Quality.BAD: "bad"}


class Topics:
    """Where things are said: configurations below Home Assistant's prefix, states below ours.

    Args:
        site: Site id.
        prefix: Home Assistant's discovery prefix, usually ``homeassistant``.
    """

    def __init__(self, site: str, prefix: str) -> None:
        self._site, self._prefix = site, prefix
        self.status = f"{prefix}/status"
        self.available = f"plantroom/out/{site}/state"
        self.own = f"{prefix}/+/plantroom_{site}/+/config"
        """Filter of every configuration of this site, so that old ones can be taken back."""

    def config(self, point: Point) -> str:
        """Where a point is announced."""
        return f"{self._prefix}/{_component(point)}/plantroom_{self._site}/{_word(point.id)}/config"

    def state(self, point: Point) -> str:
        """Where its value is said."""
        return f"plantroom/out/{self._site}/point/{point.id}"

    def mine(self, topic: str) -> bool:
        """Whether a topic is a configuration of this site."""
        parts = topic.removeprefix(f"{self._prefix}/").split("/")
        return len(parts) == 4 and parts[1] == f"plantroom_{self._site}" and parts[3] == "config"  # noqa: PLR2004 component, node, object, config


def config(site: Site, point: Point, topics: Topics, name: str, version: str) -> bytes:
    """The retained announcement of one point.

    Args:
        site: Its site.
        point: Which.
        topics: Where things are said.
        name: The point's, beside its equipment's.
        version: Of Plantroom.
    """
    equipment = site.equipment.get(point.equipment)
    building = site.buildings.get(point.building)
    said: dict[str, Any] = {
        "name": name,
        "unique_id": f"plantroom_{site.id}_{_word(point.id)}",
        "state_topic": topics.state(point),
        "value_template": "{{ value_json.value }}",
        "json_attributes_topic": topics.state(point),
        "availability_topic": topics.available,
        "expire_after": max(_PATIENCE_PERIODS * point.period_s, _PATIENCE_LEAST_S),
        "device": {
            "identifiers": [f"plantroom_{site.id}_{_word(point.equipment)}"],
            "name": equipment.names["en"] if equipment else point.equipment,
            "model": equipment.cls.value.replace("_", " ") if equipment else "",
            "suggested_area": building.names["en"] if building else point.building,
        },
        "origin": {"name": "Plantroom", "sw_version": version},
    }
    if _component(point) == "binary_sensor":
        return msgspec.json.encode(said | {"payload_on": "1", "payload_off": "0"})
    said["state_class"] = "total_increasing" if point.kind is Kind.REGISTER else "measurement"
    unit = _UNITS.get(point.unit, point.unit)
    if unit is not None:
        said["unit_of_measurement"] = unit
    kind = _CLASSES.get(point.quantity)
    # Energy, water and gas are totals there: a level of them has no class.
    if kind is not None and (
        kind not in {"energy", "water", "gas"} or "total" in said["state_class"]
    ):
        said["device_class"] = kind
    return msgspec.json.encode(said)


def state(point: Point, at: int, value: float, quality: int) -> bytes:
    """The retained state of one point: its newest reading; null where it has no value."""
    known = not math.isnan(value) and quality != Quality.BAD
    number: float | int | None = value if known else None
    if number is not None and point.kind in {Kind.STATE, Kind.COMMAND} and number == round(number):
        number = int(number)
    read = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    return msgspec.json.encode(
        {"value": number, "read_at": read, "quality": _WORDS[Quality(quality)]}
    )


def _component(point: Point) -> str:
    return "binary_sensor" if point.quantity is Quantity.STATUS else "sensor"


def _word(id_: str) -> str:
    """An id as Home Assistant allows it in topics."""
    return id_.replace(".", "_")
