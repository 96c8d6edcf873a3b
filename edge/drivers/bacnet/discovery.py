"""Who is there on a BACnet/IP network, and a template of what each says that it offers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence

from bacpypes3.apdu import IAmRequest
from bacpypes3.pdu import Address

from adapters.sites.bacnetkeys import BacnetKeys
from adapters.sites.bacnetmap import broadcasts
from adapters.sites.bacnetwords import (
    BINARY,
    LAST_INSTANCE,
    MEASURING,
    MULTI_STATE,
    NO_UNITS,
    PROPERTIES,
    UNITS,
    ObjectId,
)
from adapters.sites.devicekeys import BusKeys
from adapters.sites.templatekeys import TemplateKeys, ValueKeys
from core.errors import Misconfigured, Mistake, Retryable
from core.quantity import Quantity
from edge.drivers.bacnet.decode import Decoded, first
from edge.drivers.bacnet.item import Missing, Reference
from edge.drivers.bacnet.peer import ranges
from edge.drivers.bacnet.questions import Answers, Asked, Unwilling, read_all, read_one
from edge.drivers.bacnet.station import Station
from edge.scanning import Found

_RANGES = ((0, 999), (1000, 9999), (10_000, 99_999), (100_000, 999_999), (1_000_000, LAST_INSTANCE))
"""Everybody asked at once answers at once, and switches drop what a campus of them sends."""
_WAIT_S = 3.0
"""For I-Ams of slow lines behind routers, after the last Who-Is."""
_DIRECT_S = 1.0
"""For those whose IP address was given."""
_BETWEEN_S = 0.5
_LOOK_S = 120.0
"""To read 2,000 names, ten at once, of a device behind a router."""
_AT_ONCE = 10
_NAME, _LIST, _MODEL, _VENDOR, _UNITS = (
    PROPERTIES[name]
    for name in ("object-name", "object-list", "model-name", "vendor-name", "units")
)
_DEVICE = 8
_WORD = 40
_QUANTITY = {
    "°C": Quantity.TEMPERATURE, "°F": Quantity.TEMPERATURE, "%": Quantity.PERCENT,
    "%RH": Quantity.HUMIDITY, "ppm": Quantity.CO2, "Pa": Quantity.DUCT_PRESSURE,
    "kPa": Quantity.PRESSURE, "bar": Quantity.PRESSURE, "psi": Quantity.PRESSURE,
    "inH₂O": Quantity.DUCT_PRESSURE, "kWh": Quantity.ACTIVE_ENERGY, "Wh": Quantity.ACTIVE_ENERGY,
    "MWh": Quantity.ACTIVE_ENERGY, "MJ": Quantity.HEAT_ENERGY, "kvarh": Quantity.REACTIVE_ENERGY,
    "kW": Quantity.ACTIVE_POWER, "W": Quantity.ACTIVE_POWER, "MW": Quantity.ACTIVE_POWER,
    "kvar": Quantity.REACTIVE_POWER, "kVA": Quantity.APPARENT_POWER, "V": Quantity.VOLTAGE,
    "A": Quantity.CURRENT, "mA": Quantity.CURRENT, "Hz": Quantity.FREQUENCY,
    "1": Quantity.POWER_FACTOR, "m³": Quantity.VOLUME, "L": Quantity.VOLUME,
    "m³/h": Quantity.VOLUME_FLOW, "L/h": Quantity.VOLUME_FLOW, "L/min": Quantity.VOLUME_FLOW,
    "L/s": Quantity.AIR_FLOW, "m³/s": Quantity.AIR_FLOW, "cfm": Quantity.AIR_FLOW,
    "lx": Quantity.ILLUMINANCE, "W/m²": Quantity.IRRADIANCE, "K": Quantity.TEMPERATURE_DIFFERENCE,
}  # fmt: skip
"""The likeliest quantity of a unit, for a draft that a person goes through."""


def scan(bus: BusKeys, addresses: Sequence[str]) -> Iterator[Found]:
    """Devices by their I-Am, each with a template of its objects. Only reads.

    Args:
        bus: How the network is reached.
        addresses: Instances, and IP addresses that are asked directly; empty for everybody.

    Raises:
        Misconfigured: Nobody can be asked from here.
        Retryable: The port cannot be had.
    """
    if not broadcasts(bus) and (not addresses or any(word.isdigit() for word in addresses)):
        what = "devices are found by broadcast, and none is sent from here"
        expected = "--udp own address/prefix:port, or the IP addresses to ask"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
    heard: dict[int, Address] = {}

    def note(i_am: IAmRequest) -> None:
        heard.setdefault(int(i_am.iAmDeviceIdentifier[1]), i_am.pduSource)

    station = Station(bus, note, lambda _notice: False)
    try:
        station.call(_asked(station, addresses), _LOOK_S)
        for instance, address in sorted(heard.items()):
            yield _found(station, bus, instance, address)
    finally:
        station.close()


async def _asked(station: Station, addresses: Sequence[str]) -> None:
    instances = [int(word) for word in addresses if word.isdigit()]
    for low, high in ranges(instances, gap=1) if addresses else _RANGES:
        await station.who_is(low, high)
        await asyncio.sleep(_BETWEEN_S)
    for word in addresses:
        if not word.isdigit():
            await station.who_is(0, LAST_INSTANCE, Address(word))
    await asyncio.sleep(_WAIT_S if instances or not addresses else _DIRECT_S)


def _found(station: Station, bus: BusKeys, instance: int, address: Address) -> Found:
    written = str(instance) if broadcasts(bus) else str(address)
    try:
        return station.call(_look(station, bus, instance, address, written), _LOOK_S)
    except Retryable as error:
        return Found(address=written, says=f"at {address}; {error}")


async def _look(
    station: Station, bus: BusKeys, instance: int, address: Address, written: str
) -> Found:
    asked, device = Asked(station, address, bus.longest_answer), ObjectId(_DEVICE, instance)
    told = await read_all(asked, [Reference(device, p) for p in (_NAME, _VENDOR, _MODEL)])
    name, maker, model = (_text(told, Reference(device, p)) for p in (_NAME, _VENDOR, _MODEL))
    objects = [
        object_
        for object_ in await _objects(asked, device)
        if object_.type in MEASURING | BINARY | MULTI_STATE
    ]
    values: dict[str, ValueKeys] = {}
    for at in range(0, len(objects), _AT_ONCE):
        part = objects[at : at + _AT_ONCE]
        answers = await read_all(asked, _of_interest(part))
        for object_ in part:
            value = _value(object_, first_of(answers, Reference(object_, _UNITS)))
            if value is not None:
                values[_named(_text(answers, Reference(object_, _NAME)), object_, values)] = value
    says = f"{maker} {model}, {name}, device {instance} at {address}, {len(objects)} objects"
    own = TemplateKeys(
        make=maker or "Unknown", model=model or "unknown", protocol="bacnet",
        source=f"what device {instance} said of its objects", values=values,
    )  # fmt: skip
    return Found(address=written, says=says, own=own if values else None)


async def _objects(asked: Asked, device: ObjectId) -> list[ObjectId]:
    """Its objects: the list as a whole, or where it is too long element by element."""
    whole = Reference(device, _LIST)
    try:
        answer = await read_one(asked, whole)
        listed = [] if isinstance(answer, Missing) else answer
    except Unwilling:
        count = await read_one(asked, whole._replace(element=0))
        number = None if isinstance(count, Missing) else first(count)
        last = int(number) if isinstance(number, float) else 0
        listed = []
        for at in range(1, last + 1, _AT_ONCE):
            part = range(at, min(at + _AT_ONCE, last + 1))
            wanted = [whole._replace(element=i) for i in part]
            answers = await read_all(asked, wanted)
            listed += [first_of(answers, reference) for reference in wanted]
    return [object_ for object_ in listed if isinstance(object_, ObjectId)]


def _of_interest(objects: Sequence[ObjectId]) -> list[Reference]:
    return [
        Reference(object_, property_)
        for object_ in objects
        for property_ in ((_NAME, _UNITS) if object_.type in MEASURING else (_NAME,))
    ]


def first_of(answers: Answers, reference: Reference) -> Decoded:
    """The value of a property; None where it was not given."""
    answer = answers.get(reference)
    return None if answer is None or isinstance(answer, Missing) else first(answer)


def _text(answers: Answers, reference: Reference) -> str:
    said = first_of(answers, reference)
    return said.strip() if isinstance(said, str) else ""


def _value(object_: ObjectId, unit: Decoded) -> ValueKeys | None:
    """What an object is likely to measure; None where its unit is none of the project's."""
    bacnet = BacnetKeys(object=str(object_))
    if object_.type in BINARY:
        return ValueKeys(quantity=Quantity.STATUS, unit="bool", bacnet=bacnet)
    if object_.type in MULTI_STATE:
        return ValueKeys(quantity=Quantity.COUNT, unit="n", bacnet=bacnet)
    number = int(unit) if isinstance(unit, float) else NO_UNITS
    if number == NO_UNITS:
        return ValueKeys(quantity=Quantity.COUNT, unit="n", bacnet=bacnet)
    spelled = UNITS.get(number, "")
    quantity = _QUANTITY.get(spelled)
    return ValueKeys(quantity=quantity, unit=spelled, bacnet=bacnet) if quantity else None


def _named(name: str, object_: ObjectId, taken: dict[str, ValueKeys]) -> str:
    """A word for a value: the object's name, or its type and instance where that is none."""
    word = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:_WORD]
    plain = str(object_).replace(":", "_").replace("-", "_")
    if not word or word[0].isdigit():
        return plain
    return word if word not in taken else f"{word}_{plain}"
