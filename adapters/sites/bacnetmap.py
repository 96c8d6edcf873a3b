"""Checks of what site files and templates say of BACnet."""

from __future__ import annotations

import re

from adapters.sites.bacnetkeys import BacnetKeys
from adapters.sites.bacnetwords import (
    LAST_INSTANCE,
    LAST_NETWORK,
    OBJECT_TYPES,
    PRESENT_VALUE,
    PROPERTIES,
    is_instance,
    is_routed,
    object_of,
    property_of,
)
from adapters.sites.devicekeys import BusKeys, DeviceKeys
from adapters.sites.log import Log
from adapters.sites.templatekeys import TemplateKeys, ValueKeys

LONGEST_S = 900.0
"""A device that tells of changes is polled beside it at the latest after 15 minutes: a change that
was lost on the way is else a wrong value for as long as nothing changes again. [s]"""
_ALL_BITS = 32
_BBMD = re.compile(r"\d{1,3}(\.\d{1,3}){3}:\d{1,5}")
OPTIONS = {"cov": ("yes", "no"), "units": ("check", "ignore")}
"""Of a device, and what each may be."""


def check(template: TemplateKeys, log: Log) -> None:
    """Every value names an object and a property; one that tells of its changes can."""
    for name, value in template.values.items():
        if value.bacnet is not None:
            _check_value(name, value.bacnet, log)


def _check_value(name: str, keys: BacnetKeys, log: Log) -> None:
    if object_of(keys.object) is None:
        what = f"'{name}': no object '{keys.object}'"
        kind = keys.object.partition(":")[0]
        expected = "type:instance, such as analog-input:3"
        log.mistake(log.place(keys, "object"), what, expected, near=(kind, OBJECT_TYPES))
    if property_of(keys.property) is None:
        what = f"'{name}': no property '{keys.property}'"
        expected = "a property's name or number"
        log.mistake(log.place(keys, "property"), what, expected, near=(keys.property, PROPERTIES))
    # Only the present value is told of by SubscribeCOV; a device's default is no promise.
    if keys.cov and (keys.property != PRESENT_VALUE or keys.index is not None):
        what = f"'{name}': no device tells of changes of {keys.property}"
        log.mistake(log.place(keys, "cov"), what, f"cov of {PRESENT_VALUE} alone")
    numbers = [pair[0] for pair in keys.states]
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        what = f"'{name}': the state {number:g} stands twice"
        log.mistake(log.place(keys, "states"), what, "each number of the device once")


def check_bus(bus: BusKeys, log: Log) -> None:
    """A BBMD is named by its address."""
    keys = bus.bacnet
    if keys is not None and keys.bbmd is not None and not _BBMD.fullmatch(keys.bbmd):
        log.mistake(log.place(keys, "bbmd"), f"'{keys.bbmd}' is no BBMD", "IP:port, :47808 mostly")


def check_device(
    device: DeviceKeys, period: float, bus: BusKeys, template: TemplateKeys, log: Log
) -> None:
    """A device can be found from its bus, and is polled beside its changes."""
    place = log.place(device, "address")
    address = device.address
    if is_instance(address) and int(address) > LAST_INSTANCE:
        log.mistake(place, f"no device has the instance {address}", f"0 to {LAST_INSTANCE}")
    if is_routed(address) and not 0 < int(address.partition(":")[0]) <= LAST_NETWORK:
        log.mistake(place, f"'{address}' names no network", f"network 1 to {LAST_NETWORK}")
    if (is_instance(address) or is_routed(address)) and not broadcasts(bus):
        what = f"'{address}' is found by broadcast, '{device.bus}' sends none"
        log.mistake(place, what, "udp: address/prefix:port of this box, or bacnet: {bbmd: …}")
    for key, value in device.options.items():
        if value not in OPTIONS.get(key, (value,)):
            what = f"{key}: '{value}' is not allowed here"
            log.mistake(log.place(device.options, key), what, " or ".join(OPTIONS[key]))
    told = (subscribes(device.options.get("cov"), template, v) for v in template.values.values())
    if period > LONGEST_S and any(told):
        what = f"'{device.id}' would be polled every {period:g} s beside its changes"
        log.mistake(log.place(device, "period"), what, f"period: {LONGEST_S:g} or less")


def broadcasts(bus: BusKeys) -> bool:
    """Whether a bus can reach devices whose address it does not know."""
    if bus.bacnet is not None and bus.bacnet.bbmd is not None:
        return True
    _, _, rest = (bus.udp or "").partition("/")
    prefix, _, port = rest.partition(":")
    return bool(prefix) and int(prefix) < _ALL_BITS and port != "0"


def subscribes(option: str | None, template: TemplateKeys, value: ValueKeys) -> bool:
    """Whether a value is subscribed to: its device's option ``cov``, its own word, its template's.

    Args:
        option: Of the device; ``yes`` and ``no`` hold for all its values.
        template: Whose value.
        value: Which.
    """
    keys = value.bacnet
    if keys is None or keys.property != PRESENT_VALUE or keys.index is not None:
        return False
    if option is not None:
        return option == "yes"
    usual = template.bacnet is not None and template.bacnet.cov
    return usual if keys.cov is None else keys.cov
