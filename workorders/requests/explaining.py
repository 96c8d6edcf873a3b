"""Which open order explains what somebody reports: "known, somebody is on it"."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.orders import Order
from core.site import Site
from workorders.book import Book
from workorders.requests.kinds import KINDS, Kind, family
from workorders.requests.places import Place

_URGENT = 1


def cause_of(place: Place, kind: Kind) -> str:
    """The cause of an order that a request opens."""
    return f"{place.id}|{family(kind)}"


def explaining(book: Book, place: Place, kind: Kind) -> Order | None:
    """The open order that a report belongs to; None where it is news.

    The same thing at the same place; else a fault of the right trade on what stands there, what
    serves it, or the plant of the whole building. What cannot wait joins only what does not
    wait either.
    """
    return _explaining(book, place, kind, _open(book, place))


def known(book: Book, place: Place) -> frozenset[Kind]:
    """Everything that an open order explains at a place."""
    orders = _open(book, place)
    return frozenset(k for k in KINDS if _explaining(book, place, k, orders) is not None)


def _open(book: Book, place: Place) -> Sequence[Order]:
    open_ = select(Order).where(Order.building == place.building, Order.closed_at.is_(None))
    return book.session.scalars(open_.order_by(Order.priority, Order.id)).all()


def _explaining(book: Book, place: Place, kind: Kind, orders: Sequence[Order]) -> Order | None:
    cause = cause_of(place, kind)
    same = next((order for order in orders if order.cause == cause), None)
    if same is not None:
        return same
    serving = _serving(book, place) | _plant(book.office.site, place, kind)
    for order in orders:
        urgent = KINDS[kind].severity > _URGENT or order.priority == _URGENT
        if urgent and order.asset in serving and _fits(order, kind):
            return order
    return None


def _fits(order: Order, kind: Kind) -> bool:
    """Whether a fault may show as this; what others reported shows as itself alone."""
    reported = not order.rule
    return order.trade in KINDS[kind].trades and (not reported or order.family == family(kind))


def _serving(book: Book, place: Place) -> set[str]:
    """The place, what stands there, and what feeds that."""
    site, graph = book.office.site, book.office.graph
    here = {one.id for one in site.equipment.values() if one.location == place.id} | {place.id}
    if place.id in site.equipment:
        here = {place.id}
    found = set(here)
    for one in here:
        found |= graph.above(one)
    return found


def _plant(site: Site, place: Place, kind: Kind) -> set[str]:
    classes = KINDS[kind].plant
    return {e.id for e in site.of_class(*classes) if e.building == place.building}
