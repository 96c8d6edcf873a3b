"""What contractors ask, and what of it another person approves before the work begins.

Quotes of orders on one asset within a week count together: one job in two bills stays under no
limit. What somebody approved is approved up to that sum, and no further. Only the firm that has the
order counts: what was said of another one frees nobody and holds nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from adapters.records.checks import QuoteRow, QuoteSaidRow
from adapters.records.orders import Order
from core.clock import DAY_MS
from workorders.book import Book

SPLIT_MS = 7 * DAY_MS
"""Orders on one asset within this count as one job (crews.md)."""

APPROVAL = "approval:quote"
"""What an order needs whose quote waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the quotes of an order stand.

    Attributes:
        quote: The newest of the firm that has the order; None where there is none.
        said: What was said of it.
        total: Of all orders that count together. [site currency]
        others: Of these, the other ones that have a quote.
        limit: Above it somebody approves. [site currency]
    """

    quote: QuoteRow | None
    said: QuoteSaidRow | None
    total: float
    others: tuple[str, ...]
    limit: float

    @property
    def over(self) -> bool:
        """Whether somebody has to approve it at all."""
        return self.quote is not None and self.total > self.limit

    @property
    def waits(self) -> bool:
        """Whether the work may not begin: not approved, refused, or approved for less."""
        if not self.over:
            return False
        return self.said is None or not self.said.approved or self.said.total < self.total


def standing(book: Book, order: Order) -> Standing:
    """The quotes of an order, with those that count together with it."""
    mine = newest(book, order.id)
    together = [order.id, *(split(book, order) if mine is not None else ())]
    total, others = 0.0, []
    for id_ in together:
        quote = mine if id_ == order.id else newest(book, id_)
        if quote is not None:
            total += quote.amount
            others += [id_] if id_ != order.id else []
    said = None
    if mine is not None:
        said = book.session.scalars(
            select(QuoteSaidRow).where(QuoteSaidRow.quote_id == mine.id)
        ).one_or_none()
    return Standing(quote=mine, said=said, total=round(total, 2), others=tuple(others),
                    limit=book.office.rates.quote_limit)  # fmt: skip


def newest(book: Book, order_id: str) -> QuoteRow | None:
    """The quote of an order that counts: of the firm that has it, whatever others asked before."""
    query = select(QuoteRow).join(Order, Order.id == QuoteRow.order_id).where(
        QuoteRow.order_id == order_id, QuoteRow.firm == Order.assignee
    )  # fmt: skip
    return book.session.scalars(query.order_by(QuoteRow.id.desc()).limit(1)).one_or_none()


def split(book: Book, order: Order) -> tuple[str, ...]:
    """Other orders on the same asset that began within a week, whoever has them."""
    query = select(Order.id).where(
        Order.asset == order.asset, Order.id != order.id, Order.cancel_reason.is_(None),
        Order.opened_at.between(order.opened_at - SPLIT_MS, order.opened_at + SPLIT_MS),
    )  # fmt: skip
    return tuple(book.session.scalars(query.order_by(Order.id)))
