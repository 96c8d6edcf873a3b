"""The link of an M-Bus: meters are read whole, and their values picked by meaning."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import structlog

from adapters.sites.devicekeys import BusKeys
from adapters.sites.meterkeys import MbusDeviceKeys, MbusKeys
from edge.buses.contract import Denied, Give, Values
from edge.buses.device import Device
from edge.buses.line import byte_time_s, line_of
from edge.buses.pace import Pace
from edge.drivers.mbus.master import LAST_PRIMARY, Master, longest_wait_s
from edge.drivers.metering import as_written, in_template_unit, no_options
from edge.protocols.mbus.record import Function, Record
from edge.protocols.mbus.values import UNITS, Selection, What, select
from edge.protocols.refusal import ReplyRefused

_log = structlog.get_logger(__name__)
_SHORT, _SELECT, _ACK = 5, 17, 1  # bytes of the frames beside the telegram


def open_link(bus: BusKeys, devices: Sequence[Device], give: Give) -> MbusLink:  # noqa: ARG001
    """The link of a bus; slaves send nothing unasked."""
    no_options(devices, "M-Bus")
    return MbusLink(bus)


def cost_s(bus: BusKeys, device: Device) -> float:
    """How long one poll of a slave takes the bus, each answer as late as it may be. [s]"""
    keys = device.template.mbus or MbusDeviceKeys()
    by_secondary = len(device.address) > len(str(LAST_PRIMARY))
    exchanges = 1 + by_secondary + keys.telegrams
    sent = _SHORT + _ACK + by_secondary * _SELECT + keys.telegrams * (_SHORT + keys.telegram)
    byte_s = byte_time_s(bus)
    return sent * byte_s + exchanges * longest_wait_s(byte_s)


class MbusLink:
    """Asks the slaves of one line; a :class:`edge.buses.contract.Link`."""

    def __init__(self, bus: BusKeys) -> None:
        self._line = line_of(bus)
        self._master = Master(self._line)
        self._noted: set[tuple[str, str]] = set()

    def poll(self, device: Device, wanted: Sequence[str], pace: Pace) -> Iterator[Values]:
        """All values at once; those whose record is not there, or not one alone, have none."""
        telegrams = self._master.read(device.address, pace)
        trouble = next((t.trouble for t in telegrams if t.trouble), None)
        if trouble is not None:
            yield dict.fromkeys(wanted)
            msg = f"slave {device.address}: {trouble}"
            raise Denied(msg)
        records = [record for telegram in telegrams for record in telegram.records]
        values: dict[str, float | None] = {}
        missing: list[str] = []
        for name in wanted:
            try:
                values[name] = _number(device, name, records)
            except ReplyRefused as error:
                values[name] = None
                missing.append(name)
                self._note(device, name, error)
        yield values
        if len(missing) == len(wanted):
            msg = f"slave {device.address} has no {', '.join(missing)}"
            raise Denied(msg)

    def regroup(self, devices: Sequence[Device], changed: Collection[str]) -> None:
        """Say again what those that changed do not have; the line stays."""
        del devices
        self._noted = {noted for noted in self._noted if noted[0] not in changed}

    def close(self) -> None:
        """Release the line."""
        self._line.close()

    def _note(self, device: Device, name: str, error: ReplyRefused) -> None:
        if (device.id, name) not in self._noted:
            self._noted.add((device.id, name))
            _log.warning("no such record", device=device.id, value=name, says=str(error))


def _number(device: Device, name: str, records: Sequence[Record]) -> float | None:
    """A value of a slave's records.

    Raises:
        ReplyRefused: No record is it, or several are.
    """
    value = device.template.values[name]
    keys = value.mbus
    if keys is None:
        msg = f"the template does not say which record '{name}' is"
        raise ReplyRefused(msg)
    number = select(records, selection(keys))
    if number is None:
        return None
    return as_written(value, in_template_unit(value, number, UNITS[What(keys.what)]))


def selection(keys: MbusKeys) -> Selection:
    """Which record a template means."""
    return Selection(
        what=What(keys.what),
        storage=keys.storage,
        tariff=keys.tariff,
        unit=keys.part,
        function=Function[keys.function.upper()],
        vif=None if keys.vif is None else bytes.fromhex(keys.vif),
        extensions=bytes.fromhex(keys.extensions),
    )
