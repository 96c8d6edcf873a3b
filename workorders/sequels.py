"""Orders that may come from another one: they are proven after it, or together with it.

A coil whose hand valve was shut leaks no more, and cools no more either: what that shows is an
order of its own. Mending it by opening the valve again proves nothing while the leak is there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from adapters.records.orders import Order, Watch
from analytics.proof import PATIENCE_MS, ProofState
from core.words import OrderState, Origin, ProofKind
from workorders import watching
from workorders.book import Book
from workorders.cases import CLOCK_FAMILY
from workorders.ownplant.cards import FAMILIES as OWN_PLANT
from workorders.routing import gateways_of


def before(book: Book, order: Order, alone: Collection[str] = ()) -> str | None:
    """Id of an open order that this one may come from, and that is not proven; None of none.

    It is one on the same asset that was worked on in the week before this one's fault began, or
    whose fault shows as this one's and was there when this one was first worked on. Neither can
    go in a circle: the other one's visit, or its fault, was always earlier.

    Args:
        book: With the order's session.
        order: That telemetry would prove.
        alone: Rules that judge an instrument by what it says itself. Plant at fault makes no sensor
            silent: one that speaks again is mended, whatever its visit did before. To wait would
            keep mute what leans on it, and with that the proof that is waited for.
    """
    query = select(Order).where(
        Order.asset == order.asset, Order.id != order.id, Order.closed_at.is_(None),
        Order.origin == Origin.FINDING, Order.proof == ProofKind.TELEMETRY,
        Order.withdrawn_at.is_(None), Order.family.not_in(sorted(OWN_PLANT)),
    )  # fmt: skip
    card = book.office.cards.get(order.rule)
    others = book.session.scalars(query.order_by(Order.id)).all()
    done = _done(book, [order.id, *(other.id for other in others)])
    done_first = min(done[order.id], default=None)
    for other in others:
        visited = order.rule not in alone and any(
            0 <= order.first_seen - at <= PATIENCE_MS for at in done[other.id]
        )
        explains = card is not None and other.family in card.behind
        there = done_first is not None and other.first_seen < done_first
        if (visited or (explains and there)) and not _proven(book, other):
            return other.id
    return None


def wrong_clock(book: Book, order: Order) -> str | None:
    """Id of an open order on the clock of a gateway that this one's points come through."""
    through = gateways_of(book.office.site, order.asset)
    query = select(Order.id).where(
        Order.asset.in_(sorted(through)), Order.family == CLOCK_FAMILY, Order.closed_at.is_(None)
    )
    return book.session.scalars(query.order_by(Order.id)).first() if through else None


def _proven(book: Book, order: Order) -> bool:
    """Whether it is about to close by itself."""
    if order.state is not OrderState.VERIFYING:
        return False
    return watching.combined(watching.of(book, order)) is ProofState.VERIFIED


def _done(book: Book, ids: Sequence[str]) -> dict[str, list[int]]:
    """When each order was said to be done, each time. [ms]"""
    query = select(Watch.order_id, Watch.done_at).where(Watch.order_id.in_(ids)).distinct()
    found: dict[str, list[int]] = {id_: [] for id_ in ids}
    for id_, at in book.session.execute(query):
        found[id_].append(at)
    return found
