"""What is reported of a dead channel, and the order on it: nobody hears the same of both."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from adapters.records.orders import Notification, Order
from workorders.book import Book
from workorders.notify.copies import GROUP
from workorders.notify.outlook import REPORT, keepers, report_key
from workorders.ownplant.cards import CHANNEL, channel_target


def give_way(book: Book, order: Order) -> None:
    """Whoever gets the order needs no report that still waits: the order says it, and more.

    Groups hear of every order.
    """
    if order.family != CHANNEL.family:
        return
    name = (order.target or "").removeprefix(channel_target(""))
    hears = or_(
        Notification.person == order.assignee,
        Notification.person.startswith(GROUP, autoescape=True),
    )
    waiting = select(Notification).where(
        Notification.state == "waiting", Notification.kind == REPORT,
        Notification.key.startswith(report_key(name), autoescape=True), hears,
    )  # fmt: skip
    for row in book.session.scalars(waiting):
        row.state = "moot"


def readers(book: Book, order: Order) -> Sequence[str]:
    """Who was told of what the order is about, beside those who had it: its end is theirs too."""
    return keepers(book.session) if order.family == CHANNEL.family else ()
