"""Which CJ/T 188 meter is on a line, or what those at given addresses are.

The protocol has no search: the question for an address is answered by all at once, so
it serves where one meter is on the line. Of several the addresses must be given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.sites.devicekeys import BusKeys
from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import load_packaged, packaged
from core.errors import PlantroomError, Refused
from edge.buses.contract import Garbled, NoAnswer
from edge.buses.exchange import Exchange
from edge.buses.pace import Pace
from edge.drivers.cjt188.link import Cjt188Link, exchange_of
from edge.drivers.metering import look_at, see_addresses
from edge.protocols import cjt188
from edge.protocols.cjt188 import Order
from edge.scanning import Found

_LONGEST_S = 0.5
_ORDERS: tuple[Order, ...] = ("low_first", "high_first")


def scan(bus: BusKeys, addresses: Sequence[str]) -> Iterator[Found]:
    """Meters at addresses, or the one on the line, with the template that fits. Only reads.

    Raises:
        Misconfigured: There can be no such address.
        Refused: Several meters answer at once.
        Retryable: The line cannot be reached.
    """
    see_addresses(addresses, r"\d{14}", "fourteen digits")
    exchange = exchange_of(bus)
    link, pace = Cjt188Link(exchange), Pace(_LONGEST_S)
    try:
        for address in addresses or _alone(exchange, pace):
            found = _found(link, address, pace)
            if found is not None:
                yield found
    finally:
        link.close()


def _alone(exchange: Exchange, pace: Pace) -> list[str]:
    """The address of the one meter on the line; none where nobody answers."""
    for order in _ORDERS:
        question = cjt188.WAKE + cjt188.address_request(order)
        try:
            _, address = exchange.ask(question, cjt188.address_answer, pace, "the one meter")
        except NoAnswer:
            continue
        except Garbled as error:
            msg = f"several meters answer at once ({error}); give their addresses"
            raise Refused(msg) from error
        return [address]
    return []


def _found(link: Cjt188Link, address: str, pace: Pace) -> Found | None:
    """What answers at an address; None where nobody does."""
    for name in packaged():
        template = load_packaged(name)
        if template.protocol != "cjt188":
            continue
        try:
            value = _register(template)
            read = look_at(link, template, address, [value], pace)[value]
        except PlantroomError:
            continue  # of another type or edition, which is silent or refuses
        unit = template.values[value].unit
        says = "" if read is None else f"{read:g} {unit}"
        return Found(address=address, says=says, templates=(name,))
    return None


def _register(template: TemplateKeys) -> str:
    """The value that such a meter is there for."""
    return next(name for name, value in template.values.items() if value.role)
