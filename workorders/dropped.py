"""Orders whose asset is no longer in the site model: they go on, and people are told."""

from __future__ import annotations

from sqlalchemy import select

from adapters.records.orders import Order
from core.site import Site
from workorders import messages
from workorders.book import Book
from workorders.happenings import Happening


def known(site: Site, asset: str) -> bool:
    """Whether an id is of something in the model: equipment, point, gateway, place."""
    if asset in site.equipment or asset in site.index or asset in site.gateways:
        return True
    if asset in site.buildings:
        return True
    return any(space.id == asset for one in site.buildings.values() for space in one.spaces)


def step(book: Book) -> None:
    """Says once of each open order that its asset is gone; no rule judges it any more.

    Nobody but a person knows what became of it: taken out, renamed, or left out by mistake.
    """
    here = Order.closed_at.is_(None)
    assets = book.session.scalars(select(Order.asset).where(here).distinct()).all()
    gone = [asset for asset in assets if not known(book.office.site, asset)]
    orders = select(Order).where(here, Order.asset.in_(gone)).order_by(Order.id)
    for found in book.session.scalars(orders).all() if gone else ():
        order = book.lock(found.id) if Happening.DROPPED not in found.told else None
        if order is None:
            continue
        order.told = [*order.told, Happening.DROPPED]
        book.happen(order, Happening.DROPPED, asset=order.asset)
        people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
        book.tell(order, people, Happening.DROPPED, messages.DROPPED)
