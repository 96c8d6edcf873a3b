"""The link of a CJ/T 188 bus: water, heat and gas meters."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.sites.devicekeys import BusKeys
from adapters.sites.meterkeys import Cjt188DeviceKeys, Cjt188Keys
from adapters.sites.templatekeys import ValueKeys
from core.errors import Misconfigured, Mistake
from edge.buses.contract import Give
from edge.buses.device import Device
from edge.buses.exchange import Exchange
from edge.buses.pace import Pace
from edge.drivers.items import ItemLink, ItemProtocol
from edge.drivers.metering import as_written, in_template_unit, no_options, tried
from edge.protocols import cjt188
from edge.protocols.refusal import ReplyRefused


def _end(keys: Cjt188Keys) -> int:
    return keys.at + keys.bytes + keys.sends_unit


PROTOCOL: ItemProtocol[Cjt188Keys] = ItemProtocol(
    grammar=cjt188.GRAMMAR, wake=cjt188.WAKE, keys=lambda value: value.cjt188, end=_end
)
exchange_of, cost_s = PROTOCOL.exchange, PROTOCOL.cost_s


def open_link(bus: BusKeys, devices: Sequence[Device], give: Give) -> Cjt188Link:  # noqa: ARG001
    """The link of a bus; meters send nothing unasked."""
    no_options(devices, "CJ/T 188")
    return Cjt188Link(exchange_of(bus))


class Cjt188Link(ItemLink[Cjt188Keys]):
    """Asks the meters of one line; a :class:`edge.buses.contract.Link`."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(PROTOCOL, exchange)
        self._serial = 0

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

    def _number(
        self, device: Device, data: bytes, value: ValueKeys, keys: Cjt188Keys
    ) -> float | None:
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


def _device_keys(device: Device) -> Cjt188DeviceKeys:
    keys = device.template.cjt188
    if keys is None:
        what = f"the template of '{device.id}' does not say which type of meter it is"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="cjt188: {type: 0x10}")])
    return keys
