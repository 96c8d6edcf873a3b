"""The link of a DL/T 645-2007 bus: electricity meters, read item by item and never set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.sites.devicekeys import BusKeys
from adapters.sites.meterkeys import Dlt645Keys
from adapters.sites.templatekeys import ValueKeys
from edge.buses.contract import Garbled, Give, Values
from edge.buses.device import Device
from edge.buses.exchange import Exchange
from edge.buses.line import byte_time_s, line_of
from edge.buses.pace import Pace
from edge.drivers.metering import (
    Refusals,
    as_written,
    grouped,
    no_options,
    poll_items,
    tried,
)
from edge.protocols import dlt645
from edge.protocols.refusal import ReplyRefused

_SLOWEST_S = 0.5
"""DL/T 645-2007 lets a meter take 20 to 500 ms until its answer begins."""
_LONG = 64  # bytes of an answer with its wake-ups, longer ones come seldom
_USUAL_S = 0.08
"""What meters take, for reckoning a cycle: with it an item costs 0.28 s at 2400 bit/s, as seen."""
_QUESTION, _ANSWER = 16, 16  # bytes of the frames around an item, its number included
_BLOCK = 0xFF  # a byte of an item that stands for all of its kind
_MOST_FOLLOWING = 16
"""Answers that one item may have: more is a meter that never ends."""

_Place = tuple[ValueKeys, Dlt645Keys]


def open_link(bus: BusKeys, devices: Sequence[Device], give: Give) -> Dlt645Link:  # noqa: ARG001
    """The link of a bus; meters send nothing unasked."""
    no_options(devices, "DL/T 645")
    return Dlt645Link(exchange_of(bus))


def exchange_of(bus: BusKeys) -> Exchange:
    """Questions and answers of DL/T 645 on a bus."""
    return Exchange(line_of(bus), dlt645.GRAMMAR, _SLOWEST_S, _LONG)


def cost_s(bus: BusKeys, device: Device) -> float:
    """How long one poll of a meter takes the bus. [s]"""
    byte_s = byte_time_s(bus)
    cost = 0.0
    for values in grouped(_items(device, device.wanted)).values():
        data = max(keys.at + keys.bytes for _, (_, keys) in values)
        sent = len(dlt645.WAKE) + _QUESTION + len(dlt645.WAKE) + _ANSWER + data
        cost += sent * byte_s + _USUAL_S
    return cost


class Dlt645Link:
    """Asks the meters of one line; a :class:`edge.buses.contract.Link`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._refusals = Refusals()

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
        """An item's bytes, with all that follows."""
        meter = device.address
        question = dlt645.read_request(meter, item)
        answer = self._ask(device, question, item, None, pace, answered_before=answered_before)
        data, sequence = answer.data, 0
        while answer.more:
            sequence += 1
            if sequence > _MOST_FOLLOWING:
                msg = f"meter {meter}: item {item:08X} does not end after {sequence} answers"
                raise Garbled(msg)
            question = dlt645.read_on_request(meter, item, sequence)
            answer = self._ask(device, question, item, sequence, pace, answered_before=True)
            data += answer.data
        return data

    def _ask(
        self, device: Device, question: bytes, item: int, sequence: int | None, pace: Pace,
        *, answered_before: bool,
    ) -> dlt645.Answer:  # fmt: skip
        def pick(frame: bytes) -> dlt645.Answer | None:
            return dlt645.answer_to(frame, device.address, item, sequence)

        def ask() -> dlt645.Answer:
            whom = f"meter {device.address}, item {item:08X}"
            return self._exchange.ask(dlt645.WAKE + question, pick, pace, whom)

        return tried(ask, answered_before=answered_before)


def _items(device: Device, wanted: Sequence[str]) -> list[tuple[int, tuple[str, _Place]]]:
    found = []
    for name in wanted:
        value = device.template.values[name]
        if value.dlt645 is not None:
            found.append((value.dlt645.item, (name, (value, value.dlt645))))
    return found


def _number(device: Device, data: bytes, value: ValueKeys, keys: Dlt645Keys) -> float | None:
    """A value of an item.

    Raises:
        ReplyRefused: The item is shorter than the template says, or longer where it is no block.
    """
    end, is_block = keys.at + keys.bytes, _BLOCK in keys.item.to_bytes(4, "big")
    if len(data) < end or (len(data) > end and not is_block):
        msg = f"meter {device.address}: item {keys.item:08X} has {len(data)} bytes, expected {end}"
        raise ReplyRefused(msg)
    number = dlt645.value(data[keys.at : end], decimals=keys.decimals, signed=keys.signed)
    return as_written(value, number)
