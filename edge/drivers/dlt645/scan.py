"""Which DL/T 645 meters are on a line: addresses searched by their low digits.

A question to an address whose high bytes are AA is answered by every meter with those low
bytes (DL/T 645-2007, shortened addresses). Where several answer, one byte more is fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.sites.devicekeys import BusKeys
from adapters.sites.templates import load_packaged
from core.errors import PlantroomError
from edge.buses.contract import Garbled, NoAnswer
from edge.buses.exchange import Exchange
from edge.buses.pace import Pace
from edge.drivers.dlt645.link import Dlt645Link, exchange_of
from edge.drivers.metering import look_at, see_addresses
from edge.protocols import dlt645
from edge.scanning import Found

_DIGITS = 12
_ITEM = 0x00010000
"""Import of active energy: every meter has it, or refuses it under its own address."""

_LONGEST_S = 0.5
"""DL/T 645-2007 lets a meter take as long until its answer begins."""
_THREE_PHASE, _SINGLE_PHASE = "dlt645-three-phase", "dlt645-single-phase"


def scan(bus: BusKeys, addresses: Sequence[str]) -> Iterator[Found]:
    """Meters at addresses, or all on the line, with the template that fits. Only reads.

    Raises:
        Misconfigured: There can be no such address.
        Retryable: The line cannot be reached.
    """
    see_addresses(addresses, r"(\d\d){1,6}", "twelve digits, or the last of them")
    exchange = exchange_of(bus)
    link, pace = Dlt645Link(exchange), Pace(_LONGEST_S)
    try:
        for low in addresses or [""]:
            for address in search(exchange, pace, low):
                yield _found(link, address, pace)
    finally:
        link.close()


def _found(link: Dlt645Link, address: str, pace: Pace) -> Found:
    read: dict[str, float | None] = {}
    for name in ("voltage_b", "energy"):
        try:
            read.update(look_at(link, load_packaged(_THREE_PHASE), address, [name], pace))
        except PlantroomError:
            read[name] = None  # a meter of one phase has a shorter block, or none
    energy = read["energy"]
    return Found(
        address=address,
        says="" if energy is None else f"{energy:g} kWh",
        templates=(_SINGLE_PHASE,) if not read["voltage_b"] else (_THREE_PHASE, _SINGLE_PHASE),
    )


def search(exchange: Exchange, pace: Pace, low: str = "") -> Iterator[str]:
    """Addresses, in the order of their low digits read backwards.

    Args:
        exchange: Of the line.
        pace: How long a meter may take until its answer begins.
        low: Digits, two a byte, that all addresses looked for end with.

    Raises:
        Retryable: The line cannot be reached.
    """
    waiting = [low]
    while waiting:
        fixed = waiting.pop()
        pattern = fixed.rjust(_DIGITS, "A")

        def pick(frame: bytes, pattern: str = pattern) -> str | None:
            return dlt645.speaker(frame, pattern)

        question = dlt645.WAKE + dlt645.read_request(pattern, _ITEM)
        try:
            yield exchange.ask(question, pick, pace, f"meters {pattern}")
        except NoAnswer:
            continue
        except Garbled:
            if len(fixed) < _DIGITS:
                waiting.extend(f"{byte:02d}{fixed}" for byte in reversed(range(100)))
