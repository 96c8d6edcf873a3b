"""The link of a DL/T 645-2007 bus: electricity meters, read item by item and never set."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.sites.devicekeys import BusKeys
from adapters.sites.meterkeys import Dlt645Keys
from adapters.sites.templatekeys import ValueKeys
from edge.buses.contract import Garbled, Give
from edge.buses.device import Device
from edge.buses.exchange import Exchange
from edge.buses.pace import Pace
from edge.drivers.items import ItemLink, ItemProtocol
from edge.drivers.metering import as_written, no_options, tried
from edge.protocols import dlt645
from edge.protocols.refusal import ReplyRefused

_BLOCK = 0xFF  # a byte of an item that stands for all of its kind
_MOST_FOLLOWING = 16
"""Answers that one item may have: more is a meter that never ends."""
PROTOCOL: ItemProtocol[Dlt645Keys] = ItemProtocol(
    grammar=dlt645.GRAMMAR, wake=dlt645.WAKE, keys=lambda value: value.dlt645,
    end=lambda keys: keys.at + keys.bytes,
)  # fmt: skip
exchange_of, cost_s = PROTOCOL.exchange, PROTOCOL.cost_s


def open_link(bus: BusKeys, devices: Sequence[Device], give: Give) -> Dlt645Link:  # noqa: ARG001
    """The link of a bus; meters send nothing unasked."""
    no_options(devices, "DL/T 645")
    return Dlt645Link(exchange_of(bus))


class Dlt645Link(ItemLink[Dlt645Keys]):
    """Asks the meters of one line; a :class:`edge.buses.contract.Link`."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(PROTOCOL, exchange)

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

    def _number(
        self, device: Device, data: bytes, value: ValueKeys, keys: Dlt645Keys
    ) -> float | None:
        """A value of an item.

        Raises:
            ReplyRefused: The item is shorter than the template says, or longer and no block.
        """
        end, is_block = keys.at + keys.bytes, _BLOCK in keys.item.to_bytes(4, "big")
        if len(data) < end or (len(data) > end and not is_block):
            place = f"meter {device.address}: item {keys.item:08X}"
            msg = f"{place} has {len(data)} bytes, expected {end}"
            raise ReplyRefused(msg)
        number = dlt645.value(data[keys.at : end], decimals=keys.decimals, signed=keys.signed)
        return as_written(value, number)
