"""The list of orders, a page at a time: which, in which order, and how many there are of each.

Open orders stand by priority, then by value a day over hours of work; closed ones the newest
first. The database sorts by columns that stand in an index, and only the orders of one page are
read whole. A page is told by the order beside it (its *mark*): what is opened or closed
meanwhile neither repeats an order nor leaves one out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true

from adapters.records.orders import Order, OrderClock, OrderPause
from adapters.records.scoping import BY_KEY
from core.actor import Actor
from core.words import OrderState, Text, Trade
from workorders import viewing
from workorders.book import PAUSED, Book
from workorders.refusals import invalid
from workorders.views import OrderRow

MOST = 500
"""Orders of one page, however many are asked for."""
MOST_MARK = 80
"""Characters of a mark; an id has 24, three numbers some fifty."""
_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""
_ID = re.compile(r"[A-Za-z0-9-]{1,24}")
_LARGEST = 2**53


class View(StrEnum):
    """Which orders a list shows."""

    OPEN = "open"
    MINE = "mine"
    DESK = "desk"
    """For the operator's desk: no visit is needed."""
    LATE = "late"
    """A promise was missed."""
    PROOF = "proof"
    """Telemetry watches the repair."""
    REFUSED = "refused"
    """A repair of it did not hold before telemetry."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which page of which list.

    Attributes:
        building: Only of it; of all in scope where empty.
        after: Mark of the last order of the page before, or empty.
        before: Mark of the first order of the page after, or empty.
        most: Orders a page, at most :data:`MOST`.
    """

    view: View = View.OPEN
    building: str = ""
    after: str = ""
    before: str = ""
    most: int = MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some orders of a list.

    Attributes:
        ahead: How many stand before the first of them.
        previous: Mark to ask for what stands before them; None where nothing does.
        next: Mark to ask for what comes after them; None where nothing does.
    """

    rows: Sequence[OrderRow]
    ahead: int
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """All orders of each view, on whatever page they stand.

    Attributes:
        orders: By view.
        waste: Of the open ones, by view. [site currency a day]
    """

    orders: Mapping[View, int]
    waste: Mapping[View, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Open orders of one building, priority and rule.

    Attributes:
        orders: How many.
        waste: Of them together. [site currency a day]
    """

    building: str
    priority: int
    rule: str
    orders: int
    waste: float


def page(book: Book, actor: Actor, ask: Ask) -> Page:
    """One page, and the marks of those beside it.

    Raises:
        Refused: ``invalid``: a mark that no page gave out, or two at once.
    """
    if ask.after and ask.before:
        raise invalid(Text("Ask for what comes after an order or before it, not for both."),
                      "after", "before")  # fmt: skip
    keys = _CLOSED if ask.view is View.CLOSED else _OPEN
    mark = _parsed(ask.after, "after", keys) or _parsed(ask.before, "before", keys)
    shown = and_(*_of(book, actor, ask))
    most = max(1, min(ask.most, MOST))
    found = _keys(book, keys, shown, mark, most + 1, back=bool(ask.before))
    more, found = len(found) > most, found[:most]
    if ask.before:
        found.reverse()
    if not found:
        return Page(rows=[], ahead=0, previous=None, next=None)
    query = select(func.count()).select_from(Order)
    ahead = book.session.scalar(query.where(shown, _beyond(keys, found[0], back=True))) or 0
    follows = more if not ask.before else True
    return Page(
        rows=rows_of(book, actor, [key[-1] for key in found]), ahead=ahead,
        previous=_said(found[0]) if ahead else None,
        next=_said(found[-1]) if follows else None,
    )  # fmt: skip


def rows_of(book: Book, actor: Actor, ids: Sequence[str]) -> list[OrderRow]:
    """Orders as an actor sees them, in the order of their ids."""
    orders = viewing.orders_of(book, ids)
    clocks = viewing.clocks_of(book, ids)
    person = book.office.duty.person(actor.login)
    return [viewing.row_of(book, one, clocks[one.id], actor, person) for one in orders]


def costliest(book: Book, actor: Actor, most: int) -> list[OrderRow]:
    """The open orders that waste most a day; of those alike the more urgent first."""
    query = select(Order.id).where(Order.closed_at.is_(None))
    order_by = (Order.waste_per_day.desc(), *_sorting(_OPEN))
    ids = book.session.scalars(query.order_by(*order_by).limit(most)).all()
    return rows_of(book, actor, ids)


def sums(book: Book) -> list[Sum]:
    """What is open in scope, by building, priority and rule: one query, no order read whole."""
    by = (Order.building, Order.priority, Order.rule)
    query = (
        select(*by, func.count(), func.sum(Order.waste_per_day))
        .where(Order.closed_at.is_(None)).group_by(*by).order_by(*by)
    )  # fmt: skip
    return [
        Sum(building=building, priority=int(priority), rule=rule, orders=n, waste=float(waste))
        for building, priority, rule, n, waste in book.session.execute(query)
    ]


def counts(book: Book, actor: Actor, building: str = "") -> Counts:
    """How many orders each view has, in scope; one query for what an open order says itself.

    Whether one is late its promises say: that is asked in a query of its own, once an order.
    """
    views = [view for view in View if view not in {View.CLOSED, View.LATE}]
    wanted: list[Any] = []
    for view in views:
        shown = _SHOWN[view](book, actor)
        wanted += [func.sum(case((shown, 1), else_=0)),
                   func.sum(case((shown, Order.waste_per_day), else_=0.0))]  # fmt: skip
    inside = _in(building)
    running = Order.closed_at.is_(None)
    row = book.session.execute(select(*wanted).where(running, *inside)).one()
    missed = select(func.count(), func.sum(Order.waste_per_day)).select_from(Order)
    late = book.session.execute(missed.where(running, _late(book), *inside)).one()
    closed = select(func.count()).select_from(Order).where(Order.closed_at.is_not(None), *inside)
    found = {view: int(row[2 * n] or 0) for n, view in enumerate(views)}
    waste = {view: float(row[2 * n + 1] or 0.0) for n, view in enumerate(views)}
    return Counts(
        orders=found | {View.LATE: int(late[0]), View.CLOSED: book.session.scalar(closed) or 0},
        waste=waste | {View.LATE: float(late[1] or 0.0)},
    )


def _of(book: Book, actor: Actor, ask: Ask) -> list[ColumnElement[bool]]:
    if ask.view is View.CLOSED:
        return [Order.closed_at.is_not(None), *_in(ask.building)]
    shown = _SHOWN[ask.view](book, actor)
    return [Order.closed_at.is_(None), shown, *_in(ask.building)]


def _in(building: str) -> list[ColumnElement[bool]]:
    return [Order.building == building] if building else []


def _late(book: Book) -> ColumnElement[bool]:
    """A promise was missed, noticed or not."""
    over = and_(
        OrderClock.met_at.is_(None), OrderClock.due_at < book.now,
        OrderClock.id.not_in(_excused(book)),
    )  # fmt: skip
    mine = OrderClock.order_id == Order.id
    return exists().where(mine, or_(OrderClock.breached_at.is_not(None), over))


def _excused(book: Book) -> list[int]:
    """Clocks that would be over, but that holds have moved on."""
    held = exists().where(OrderPause.order_id == OrderClock.order_id)
    query = select(OrderClock).join(Order, Order.id == OrderClock.order_id).where(
        Order.closed_at.is_(None), held,
        OrderClock.kind.in_([str(kind) for kind in PAUSED]), OrderClock.met_at.is_(None),
        OrderClock.breached_at.is_(None), OrderClock.due_at < book.now,
    )  # fmt: skip
    running = book.session.scalars(query.execution_options(**{BY_KEY: True})).all()
    ids = sorted({clock.order_id for clock in running})
    book.memory.pauses.update({id_: [] for id_ in ids})
    for first in range(0, len(ids), _MANY):
        mine = OrderPause.order_id.in_(ids[first : first + _MANY])
        for pause in book.session.scalars(select(OrderPause).where(mine)):
            book.memory.pauses[pause.order_id].append(pause)
    return [clock.id for clock in running if book.due(clock) >= book.now]


_SHOWN: Mapping[View, Any] = {
    View.OPEN: lambda _book, _actor: true(),
    View.MINE: lambda _book, actor: Order.assignee == actor.login,
    View.DESK: lambda _book, _actor: Order.skill == Trade.OPERATOR,
    View.LATE: lambda book, _actor: _late(book),
    View.PROOF: lambda _book, _actor: Order.state == OrderState.VERIFYING,
    View.REFUSED: lambda _book, _actor: Order.attempt > 1,
}
"""What an open order has to be, by view."""

_Keys = tuple[tuple[Any, bool], ...]
"""Columns that a list is sorted by, each with whether the largest stands first."""
_OPEN: _Keys = (
    (Order.priority, False), (Order.score, True), (Order.opened_at, False), (Order.id, False),
)  # fmt: skip
_CLOSED: _Keys = ((Order.closed_at, True), (Order.id, False))


def _sorting(keys: _Keys, *, back: bool = False) -> list[Any]:
    return [column.desc() if down is not back else column.asc() for column, down in keys]


def _keys(
    book: Book, keys: _Keys, shown: ColumnElement[bool], mark: Sequence[Any] | None, most: int,
    *, back: bool,
) -> list[Sequence[Any]]:  # fmt: skip
    """What the orders of a page are sorted by, off the index alone; ``back`` turns round."""
    query = select(*(column for column, _ in keys)).where(shown)
    if mark is not None:
        query = query.where(_beyond(keys, mark, back=back))
    return list(book.session.execute(query.order_by(*_sorting(keys, back=back)).limit(most)).all())


def _beyond(keys: _Keys, mark: Sequence[Any], *, back: bool) -> ColumnElement[bool]:
    """Orders that stand after a mark, or before it."""
    found: list[ColumnElement[bool]] = []
    for n, ((column, down), value) in enumerate(zip(keys, mark, strict=True)):
        same = [keys[i][0] == mark[i] for i in range(n)]
        found.append(and_(*same, column < value if down is not back else column > value))
    return or_(*found)


def _said(key: Sequence[Any]) -> str:
    """A mark: what its order is sorted by, as it stood then."""
    return "_".join(repr(value) if isinstance(value, float) else str(value) for value in key)


def _parsed(mark: str, field: str, keys: _Keys) -> list[Any] | None:
    if not mark:
        return None
    *numbers, id_ = mark[: MOST_MARK + 1].split("_")
    if len(numbers) != len(keys) - 1 or len(mark) > MOST_MARK or not _ID.fullmatch(id_):
        raise _unknown(field)
    return [*(_number(text, column, field) for text, (column, _) in
              zip(numbers, keys[:-1], strict=True)), id_]  # fmt: skip


def _number(text: str, column: Any, field: str) -> float | int:
    try:
        value = float(text) if column is Order.score else int(text)
    except ValueError:
        raise _unknown(field) from None
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise _unknown(field)
    return value


def _unknown(field: str) -> Exception:
    return invalid(Text("No page of orders gave out this mark; begin with the first."), field)
