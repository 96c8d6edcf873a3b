"""Second looks: closed orders that somebody else looks at again, drawn so that nobody foresees it.

The lot falls when an order closes, by its number and a secret of the installation: the same order
always draws the same lot, and who closes it can neither know nor repeat it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import func, select

from adapters.records.checks import CheckResultRow, CheckRow, LotRow
from adapters.records.orders import Order
from core.actor import SYSTEM
from core.words import OrderState, Outcome
from workorders import dispatch, hands, messages, returning
from workorders.book import Book
from workorders.happenings import Happening
from workorders.states import Command

SHARE = 0.1
"""Of what closes by a person's word, and of what ends without a proof (crews.md)."""

FIRST = 20
"""A contractor's first ones are all looked at (crews.md)."""


class CheckKind(StrEnum):
    """What is looked at again."""

    INSPECTION = "inspection"
    """A repair, at the place, by anybody of the crew who had no hand in it."""
    AUDIT = "audit"
    """An order that ended without a proof, by a supervisor who did not end it."""


class Why(StrEnum):
    """Why this one."""

    DRAWN = "drawn"
    FIRST = "first"


_BY_WORD = frozenset({Outcome.CONFIRMED, Outcome.UNCONFIRMED})


def draw(book: Book, order: Order) -> CheckRow | None:
    """What an order that has just ended draws; written down, told to nobody who did it."""
    found = _lot(book, order)
    if found is None:
        return None
    kind, why, subject = found
    known = select(CheckRow.id).where(
        CheckRow.order_id == order.id, CheckRow.attempt == order.attempt, CheckRow.kind == kind
    )
    if book.session.scalar(known) is not None:
        return None  # opened again and closed again by hand: the lot has fallen
    row = CheckRow(
        order_id=order.id, building=order.building, attempt=order.attempt, kind=kind.value,
        why=why.value, subject=subject, at=book.now,
    )  # fmt: skip
    book.session.add(row)
    return row


def _lot(book: Book, order: Order) -> tuple[CheckKind, Why, str] | None:
    if order.cancel_reason is not None or order.outcome is Outcome.INCONCLUSIVE:
        by = order.closed_by or ""
        if by in {"", SYSTEM.login}:
            return None  # what the system folds is no person's decision
        return (CheckKind.AUDIT, Why.DRAWN, by) if drawn(book, order, CheckKind.AUDIT) else None
    subject = order.repaired_by
    if subject is None or order.outcome is Outcome.INSPECTED:
        return None
    person = book.office.duty.person(subject)
    if person is not None and person.firm and _mended(book, order, subject) < FIRST:
        return CheckKind.INSPECTION, Why.FIRST, subject
    if order.outcome in _BY_WORD and drawn(book, order, CheckKind.INSPECTION):
        return CheckKind.INSPECTION, Why.DRAWN, subject
    return None


def drawn(book: Book, order: Order, kind: CheckKind) -> bool:
    """Whether the lot falls on this order, at this attempt."""
    return lot(_secret(book), f"{order.id}|{order.attempt}|{kind}") < SHARE


def lot(secret: str, name: str) -> float:
    """Where a name falls between 0 and 1; the same for the same secret."""
    digest = hmac.new(secret.encode(), name.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _secret(book: Book) -> str:
    """Of this installation; made when the first lot is drawn."""
    row = book.session.get(LotRow, 1)
    if row is None:
        row = LotRow(id=1, secret=secrets.token_hex(32))
        book.session.add(row)
        book.session.flush()
    return row.secret


def _mended(book: Book, order: Order, login: str) -> int:
    """Orders of a contractor that closed before."""
    query = select(func.count()).select_from(Order).where(
        Order.repaired_by == login, Order.closed_at.is_not(None), Order.id != order.id
    )  # fmt: skip
    return book.session.scalar(query) or 0


def subject_to(book: Book, check: CheckRow, order: Order) -> frozenset[str]:
    """Who does not look: whose it is, whose hands were on it, who was sent, who closed it."""
    others = {login for login in (order.closed_by, order.assignee) if login}
    return frozenset({check.subject, *hands.of(book, order), *others})


def pending(check: CheckRow, order: Order) -> bool:
    """Whether there is still something to look at: it was not opened again since."""
    return order.closed_at is not None and order.attempt == check.attempt


def say(
    book: Book, check: CheckRow, order: Order, by: str, *, passed: bool, note: str, **where: str
) -> None:  # fmt: skip
    """What was found, and from where; what was not mended, or closed wrongly, is work again."""
    book.session.add(
        CheckResultRow(
            check_id=check.id, building=order.building, at=book.now, by=by, passed=passed,
            note=note,
        )
    )  # fmt: skip
    book.session.flush()
    if passed:
        book.happen(order, Happening.LOOKED, actor=by, note=note, kind=check.kind, **where)
        return
    recalled = _recall(book, order, check, by, note)
    head = messages.AUDIT_FAILED if check.kind == CheckKind.AUDIT else messages.CHECK_FAILED
    people = [*([order.assignee] if recalled and order.assignee else []), *book.supervisors(order)]
    book.tell(order, people, f"check-failed-{check.kind}", head)


def _recall(book: Book, order: Order, check: CheckRow, by: str, note: str) -> bool:
    """Back to work as a refusal does; whether it went.

    It stays closed where another order of the same cause is open, which stands for it, and where
    nobody can be found for it.
    """
    other = select(Order.id).where(Order.cause == order.cause, Order.closed_at.is_(None))
    into = book.session.scalars(other).first()
    if order.assignee is None and into is None:
        found = dispatch.find(book, order)
        if found.login is not None:
            dispatch.hand(book, order, found.login)
    if into is not None or order.assignee is None:
        book.happen(order, Happening.LOOKED, actor=by, note=note, kind=check.kind, failed=True,
                    stands_for=into or "")  # fmt: skip
        return False
    mended = order.cancel_reason is None
    order.closed_at = order.closed_by = order.outcome = None
    order.cancel_reason = order.risk_until = order.lowered_from = None
    if mended:
        returning.back(book, order)
    else:
        order.attempt += 1
        dispatch.hand(book, order, order.assignee)
        book.start_clocks(order, book.now)
    book.step(order, Command.RECALL, OrderState.ASSIGNED, by, note=note, kind=check.kind,
              assignee=order.assignee)  # fmt: skip
    return True


def results(book: Book, ids: Sequence[int]) -> dict[int, CheckResultRow]:
    """What was found, by check."""
    query = select(CheckResultRow)
    if len(ids) < _MANY:
        query = query.where(CheckResultRow.check_id.in_(ids))
    return {row.check_id: row for row in book.session.scalars(query)}


_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""
