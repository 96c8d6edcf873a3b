"""Checks of a template's values for meters' buses."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.sites.log import Log
from adapters.sites.templatekeys import TemplateKeys
from core.quantity import Quantity

MEASURED: Mapping[str, tuple[Quantity, ...]] = {
    "energy": (Quantity.HEAT_ENERGY, Quantity.ACTIVE_ENERGY),
    "volume": (Quantity.VOLUME, Quantity.GAS_VOLUME),
    "power": (Quantity.HEAT_POWER, Quantity.ACTIVE_POWER),
    "volume_flow": (Quantity.VOLUME_FLOW,),
    "flow_temperature": (Quantity.TEMPERATURE,),
    "return_temperature": (Quantity.TEMPERATURE,),
    "temperature_difference": (Quantity.TEMPERATURE_DIFFERENCE,),
    "external_temperature": (Quantity.TEMPERATURE,),
    "pressure": (Quantity.PRESSURE,),
    "humidity": (Quantity.HUMIDITY,),
    "voltage": (Quantity.VOLTAGE,),
    "current": (Quantity.CURRENT,),
}
"""Quantities that an M-Bus record can be, by what it measures."""
_BLOCK = 0xFF
"""A byte of a DL/T 645 item that stands for all of its kind: the item is a block."""


def check_dlt645(template: TemplateKeys, log: Log) -> None:
    """A single item has nothing before its value."""
    for name, value in template.values.items():
        keys = value.dlt645
        if keys is not None and keys.at and _BLOCK not in keys.item.to_bytes(4, "big"):
            what = f"'{name}' stands at {keys.at} of item {keys.item:08X}, which is no block"
            log.mistake(log.place(keys, "at"), what, "at: 0, or an item with FF in it")


def check_cjt188(template: TemplateKeys, log: Log) -> None:
    """The type of meter is known; a bit is one of one byte."""
    if template.cjt188 is None and not log.has(template, "cjt188"):
        what = "the template does not say which type of meter it is"
        log.mistake(log.place(template, "protocol"), what, "cjt188: {type: 0x10}")
    for name, value in template.values.items():
        keys = value.cjt188
        if keys is not None and keys.bit is not None and (keys.bytes != 1 or keys.sends_unit):
            what = f"'{name}' is a bit of {keys.bytes} bytes"
            log.mistake(log.place(keys, "bit"), what, "bytes: 1, sends_unit: false")


def check_mbus(template: TemplateKeys, log: Log) -> None:
    """A record can be the quantity that the value is said to be."""
    for name, value in template.values.items():
        keys = value.mbus
        if keys is not None and value.quantity not in MEASURED[keys.what]:
            what = f"'{name}' is {value.quantity}, its record {keys.what}"
            expected = " or ".join(MEASURED[keys.what])
            log.mistake(log.place(value, "quantity"), what, expected)
