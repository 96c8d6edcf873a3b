"""Which slaves are on an M-Bus line, and which template fits each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adapters.sites.devicekeys import BusKeys
from edge.buses.contract import Garbled, NoAnswer
from edge.buses.line import line_of
from edge.buses.pace import Pace
from edge.drivers.mbus.master import LAST_PRIMARY, Master
from edge.drivers.mbus.search import Collision, search
from edge.drivers.metering import see_addresses
from edge.protocols.mbus.telegram import Telegram
from edge.scanning import Found

_LONGEST_S = 0.5
"""Longer than the 187 ms that a slave may take at 2400 bit/s, for the sake of device servers."""
_DIGITS = 8  # of a whole number
_MEDIA: Mapping[str, tuple[str, str]] = {
    "02": ("electricity", "mbus-electricity"),
    "04": ("heat, outlet", "mbus-heat"),
    "06": ("warm water", "mbus-water"),
    "07": ("water", "mbus-water"),
    "0A": ("cooling, outlet", "mbus-heat"),
    "0B": ("cooling, inlet", "mbus-heat"),
    "0C": ("heat, inlet", "mbus-heat"),
    "0D": ("heat and cooling", "mbus-heat"),
    "15": ("hot water", "mbus-water"),
    "16": ("cold water", "mbus-water"),
}
"""Words and template by medium (EN 13757-3, device types)."""


def scan(bus: BusKeys, addresses: Sequence[str]) -> Iterator[Found]:
    """Slaves at addresses, or all by their secondary addresses. Only reads.

    An address of up to seven digits that is no primary one is the beginning of secondary ones.

    Raises:
        Misconfigured: There can be no such address.
        Retryable: The line cannot be reached.
    """
    see_addresses(
        addresses,
        r"\d{1,7}|\d{8}([0-9A-Fa-f]{8})?",
        "1 to 250, 8 or 16 digits, or the first of them",
    )
    line = line_of(bus)
    master, pace = Master(line), Pace(_LONGEST_S)
    try:
        for address in addresses or [""]:
            if address and (len(address) >= _DIGITS or int(address) <= LAST_PRIMARY):
                yield from _at(master, address, pace)
                continue
            for found in search(master, pace, address):
                yield _collided(found) if isinstance(found, Collision) else _found(found)
    finally:
        line.close()


def _at(master: Master, address: str, pace: Pace) -> Iterator[Found]:
    try:
        telegrams = master.read(address, pace)
    except NoAnswer:
        return
    except Garbled as error:
        yield Found(address=address, says=str(error))
        return
    yield _found(telegrams[0], address)


def _found(telegram: Telegram, address: str | None = None) -> Found:
    slave = telegram.slave
    medium, template = _MEDIA.get(slave.medium, (f"medium {slave.medium}", ""))
    trouble = f", {telegram.trouble}" if telegram.trouble else ""
    return Found(
        address=address or str(slave),
        says=f"{slave.maker_letters} {slave.number}, {medium}, version {slave.version}{trouble}",
        templates=(template,) if template else (),
    )


def _collided(found: Collision) -> Found:
    return Found(address=found.number, says="several slaves of one number, or a bad line")
