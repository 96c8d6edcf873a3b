"""Commands of a phone that had no network: when they count from, and what they may overlook.

A phone says when its button was pressed and when it sends, both by its own clock. Only the time
between the two is believed, and only backwards from now: so a clock that is hours off does no harm.
The proof counts from the moment so found, promises from when the command is known, as with a
sheet of paper.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from adapters.records.orders import Order, OrderEvent
from core.actor import SYSTEM, Actor
from core.clock import DAY_MS, MINUTE_MS
from core.words import Text
from workorders.act import Act
from workorders.book import Book
from workorders.happenings import Happening
from workorders.refusals import invalid

AS_GOOD_AS_NOW_MS = MINUTE_MS
"""What arrives within this gets the server's own stamp, as from a page with a network."""

MOST_LATE_MS = 14 * DAY_MS
"""As long as keys are kept (:data:`workorders.once.KEPT_MS`): what is older might be done twice."""

NEUTRAL = frozenset({
    Happening.JOINED, Happening.REMINDED, Happening.BREACHED, Happening.UNDELIVERED,
    Happening.REPORTED, Happening.HOLD_OVER,
})  # fmt: skip
"""What happens to an order by itself and takes nothing from who works on it without a network."""


def settled(book: Book, order: Order, act: Act, actor: Actor) -> Act:
    """The command with its moment by the run clock; None where now is as good.

    Never before the order was given to somebody, nor before what the same person did to it last.

    Raises:
        Refused: ``invalid`` where it is older than keys are kept.
    """
    if act.pressed is None or act.sent is None:
        return replace(act, pressed=None, sent=None)
    age = act.sent - act.pressed
    if age > MOST_LATE_MS:
        text = Text("This was pressed {days} days ago; enter it as a paper sheet.",
                    {"days": age // DAY_MS})  # fmt: skip
        raise invalid(text, "pressed")
    at = max(book.now - age, _earliest(book, order, actor))
    late = age > AS_GOOD_AS_NOW_MS and at < book.now
    return replace(act, pressed=at if late else None, sent=None)


def moment(book: Book, act: Act) -> int:
    """When a settled command counts from. [ms]"""
    return book.now if act.pressed is None else act.pressed


def tells_nothing_new(book: Book, order: Order, act: Act) -> bool:
    """Whether all that a phone without a network has not seen of an order leaves its work alone.

    Each version but the first has its event; a photo and an answer to a step make none.
    """
    if act.pressed is None or not 0 < act.version < order.version:
        return False
    mine = select(OrderEvent).where(
        OrderEvent.order_id == order.id,
        OrderEvent.command.not_in([Happening.PHOTO, Happening.STEP]),
    )
    unseen = book.session.scalars(
        mine.order_by(OrderEvent.seq.desc()).limit(order.version - act.version)
    ).all()
    return len(unseen) == order.version - act.version and all(
        event.actor == SYSTEM.login and event.command in NEUTRAL for event in unseen
    )


def _earliest(book: Book, order: Order, actor: Actor) -> int:
    mine = select(OrderEvent).where(
        OrderEvent.order_id == order.id, OrderEvent.actor == actor.login,
        OrderEvent.command != Happening.PHOTO,  # stamped when it arrives, in the same sending
    )  # fmt: skip
    last = book.session.scalars(mine.order_by(OrderEvent.seq.desc()).limit(1)).first()
    given = order.assigned_at or order.opened_at
    return given if last is None else max(given, int(last.data.get("pressed") or last.at))
