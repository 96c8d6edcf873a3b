"""The link of a CJ/T 188 bus: water, heat and gas meters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.sites.devicekeys import BusKeys
from adapters.sites.meterkeys import Cjt188DeviceKeys, Cjt188Keys
from adapters.sites.templatekeys import ValueKeys
from core.errors import Misconfigured, Mistake
from edge.buses.contract import Give, Values
from edge.buses.device import Device
from edge.buses.exchange import Exchange
from edge.buses.line import byte_time_s, line_of
from edge.buses.pace import Pace
from edge.drivers.metering import (
    Refusals,
    as_written,
    grouped,
    in_template_unit,
    no_options,
    poll_items,
    tried,
)
from edge.protocols import cjt188
from edge.protocols.refusal import ReplyRefused

_SLOWEST_S = 0.5
"""CJ/T 188 lets a meter take as long until its answer begins as DL/T 645 does."""
_LONG = 64  # bytes of an answer with its wake-ups, longer ones come seldom
_USUAL_S = 0.08
_QUESTION, _ANSWER = 16, 16  # bytes of the frames around the data, item and serial number included

_Place = tuple[ValueKeys, Cjt188Keys]


def open_link(bus: BusKeys, devices: Sequence[Device], give: Give) -> Cjt188Link:  # noqa: ARG001
    """The link of a bus; meters send nothing unasked."""
    no_options(devices, "CJ/T 188")
    return Cjt188Link(exchange_of(bus))


def exchange_of(bus: BusKeys) -> Exchange:
    """Questions and answers of CJ/T 188 on a bus."""
    return Exchange(line_of(bus), cjt188.GRAMMAR, _SLOWEST_S, _LONG)


def cost_s(bus: BusKeys, device: Device) -> float:
    """How long one poll of a meter takes the bus. [s]"""
    byte_s = byte_time_s(bus)
    cost = 0.0
    for values in grouped(_items(device, device.wanted)).values():
        data = max(_end(keys) for _, (_, keys) in values)
        sent = len(cjt188.WAKE) + _QUESTION + len(cjt188.WAKE) + _ANSWER + data
        cost += sent * byte_s + _USUAL_S
    return cost


class Cjt188Link:
    """Asks the meters of one line; a :class:`edge.buses.contract.Link`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._refusals = Refusals()
        self._serial = 0

    def poll(self, device: Device, wanted: Sequence[str], pace: Pace) -> Iterator[Values]:
        """Each item's values as soon as it is answered; what the meter refuses has none."""
        groups = grouped(_items(device, wanted))

        def read(item: int, answered: bool) -> bytes:  # noqa: FBT001 - told by its place
            return self._read(device, item, pace, answered_before=answered)

        return poll_items(
            device, groups, self._refusals, read, lambda data, place: _number(device, data, *place)
        )

    def close(self) -> None:
        """Release the line."""
        self._exchange.line.close()

    def _read(self, device: Device, item: int, pace: Pace, *, answered_before: bool) -> bytes:
        keys = _device_keys(device)

        def pick(frame: bytes) -> cjt188.Answer | None:
            return cjt188.answer_to(frame, keys.type, device.address, item, keys.order)

        def ask() -> cjt188.Answer:
            self._serial = (self._serial + 1) % 256
            question = cjt188.read_request(
                keys.type, device.address, item, keys.order, self._serial
            )
            whom = f"meter {device.address}, item {item:04X}"
            return self._exchange.ask(cjt188.WAKE + question, pick, pace, whom)

        return tried(ask, answered_before=answered_before).data


def _device_keys(device: Device) -> Cjt188DeviceKeys:
    keys = device.template.cjt188
    if keys is None:
        what = f"the template of '{device.id}' does not say which type of meter it is"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="cjt188: {type: 0x10}")])
    return keys


def _items(device: Device, wanted: Sequence[str]) -> list[tuple[int, tuple[str, _Place]]]:
    found = []
    for name in wanted:
        value = device.template.values[name]
        if value.cjt188 is not None:
            found.append((value.cjt188.item, (name, (value, value.cjt188))))
    return found


def _end(keys: Cjt188Keys) -> int:
    return keys.at + keys.bytes + keys.sends_unit


def _number(device: Device, data: bytes, value: ValueKeys, keys: Cjt188Keys) -> float | None:
    """A value of an item.

    Raises:
        ReplyRefused: The item is shorter than the template says, or its unit another's.
    """
    if len(data) < _end(keys):
        msg = (
            f"meter {device.address}: item {keys.item:04X} has {len(data)} bytes,"
            f" expected {_end(keys)}"
        )
        raise ReplyRefused(msg)
    part = data[keys.at : _end(keys)]
    if keys.bit is not None:
        return as_written(value, float(part[0] >> keys.bit & 1))
    try:
        got = cjt188.value(part, decimals=keys.decimals, unit_byte=keys.sends_unit)
        if got is None:
            return None
        number, unit = got
        return as_written(value, in_template_unit(value, number, unit) if unit else number)
    except Misconfigured as error:
        msg = f"meter {device.address}: {error}"
        raise ReplyRefused(msg) from error
