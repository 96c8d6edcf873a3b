"""The use cases of quotes: entering one, looking at it, approving or refusing it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from adapters.records.base import scope_of
from adapters.records.checks import QuoteRow, QuoteSaidRow
from adapters.records.orders import Order
from core.actor import SYSTEM, Actor
from core.words import OPEN_STATES, Role, Text
from workorders import messages
from workorders.book import Book
from workorders.crew import quotes
from workorders.desk import Desk
from workorders.happenings import Happening
from workorders.refusals import OrderRefused, absent, forbidden, invalid, not_now

APPROVERS = frozenset({Role.SUPERVISOR, Role.ADMIN})

MOST_AMOUNT = 1e9
"""Beyond it a quote is a slip of the finger. [site currency]"""

MOST_BYTES = 5 * 1024 * 1024
"""A quote is a page or two."""

_MEDIA = (
    (b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)  # fmt: skip
"""What a paper may be, by how its bytes begin; it is given back as it came, to be saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file as it came."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """A quote of an order.

    Attributes:
        approved: None where nobody has said anything.
        counts: Whether it is the newest of the firm that has the order.
    """

    id: int
    firm: str
    amount: float
    words: str
    entered_by: str
    at: int
    file_name: str
    approved: bool | None
    said_by: str
    reason: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """All that is known of an order's quotes.

    Attributes:
        total: Of all orders that count together. [site currency]
        others: The other ones among them.
        split: Other orders on the asset within a week, with or without a quote.
        waits: Whether the work waits for an approval.
        may_say: Whether the reader may approve or refuse the one that counts.
        may_enter: Whether the reader may enter one.
    """

    rows: tuple[QuoteView, ...]
    total: float
    limit: float
    others: tuple[str, ...]
    split: tuple[str, ...]
    waits: bool
    may_say: bool
    may_enter: bool


@dataclass(frozen=True)
class Quoting:
    """Quotes, as an actor may see, enter and approve them."""

    desk: Desk

    def of(self, actor: Actor, id_: str) -> Quotes:
        """An order's quotes, the newest first; to a contractor their own alone.

        Raises:
            Refused: ``absent``.
        """
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            book = Book.reading(session, self.desk.office, self.desk.clock.now())
            order = session.get(Order, id_)
            if order is None:
                raise absent()
            query = select(QuoteRow).where(QuoteRow.order_id == id_, *_theirs(book, actor))
            rows = session.scalars(query.order_by(QuoteRow.id.desc())).all()
            said = {
                row.quote_id: row for row in session.scalars(
                    select(QuoteSaidRow).where(QuoteSaidRow.quote_id.in_([r.id for r in rows])))
            }  # fmt: skip
            stands = quotes.standing(book, order)
            running = order.state in OPEN_STATES
            newest = stands.quote
            return Quotes(
                rows=tuple(_view(book, row, said.get(row.id), newest) for row in rows),
                total=stands.total, limit=stands.limit, others=stands.others,
                split=quotes.split(book, order), waits=running and stands.waits,
                may_say=running and stands.over and newest is not None
                and newest.id not in said and _may_say(actor, newest),
                may_enter=running and _may_enter(book, actor, order),
            )  # fmt: skip

    def enter(
        self, actor: Actor, id_: str, *, amount: float, words: str = "", paper: Paper | None = None
    ) -> int:
        """A quote of the contractor who has the order: by themselves, or by a dispatcher.

        Raises:
            Refused: ``absent``, ``forbidden``, ``conflict`` where the order is over,
                ``invalid`` where no contractor has it or the amount or the file cannot stand.
        """
        with self.desk.sessions.session(scope_of(actor.buildings)) as session:
            book = Book.open(session, self.desk.office, self.desk.clock.now())
            order = book.lock(id_)
            if order is None:
                raise absent()
            if order.state not in OPEN_STATES:
                raise not_now(order.state)
            firm = book.office.duty.person(order.assignee or "")
            if firm is None or not firm.firm:
                raise invalid(Text("Give the order to a contractor first."), "assignee")
            if not _may_enter(book, actor, order):
                raise forbidden()
            if not (math.isfinite(amount) and 0 < amount <= MOST_AMOUNT):
                raise invalid(Text("Say the amount as a number above zero."), "amount")
            row = QuoteRow(
                order_id=id_, building=order.building, firm=firm.login, amount=round(amount, 2),
                words=words.strip()[:2000], entered_by=actor.login, at=book.now,
                file_name=_name(paper), media=_media(paper),
                data=paper.data if paper is not None else None,
            )  # fmt: skip
            session.add(row)
            session.flush()
            book.happen(order, Happening.QUOTED, actor=actor.login, amount=row.amount)
            if quotes.standing(book, order).waits:
                book.tell(order, book.supervisors(order), "quote", messages.QUOTE_WAITS,
                          amount=row.amount)  # fmt: skip
            return row.id

    def say(self, actor: Actor, quote: int, *, approved: bool, reason: str) -> None:
        """Approves or refuses the quote that counts, for the sum that it makes now.

        Raises:
            Refused: ``absent``; ``forbidden`` by role and to who entered it; ``conflict`` where
                it was decided or a newer one counts; ``invalid`` without a reason.
        """
        if not reason.strip():
            raise invalid(Text("Say why."), "reason")
        try:
            with self.desk.sessions.session(scope_of(actor.buildings)) as session:
                book = Book.open(session, self.desk.office, self.desk.clock.now())
                row = session.get(QuoteRow, quote)
                order = book.lock(row.order_id) if row is not None else None
                if row is None or order is None:
                    raise OrderRefused(Text("There is no such quote."), code="absent")
                if not _may_say(actor, row):
                    raise forbidden()
                stands = quotes.standing(book, order)
                if stands.quote is None or stands.quote.id != quote or stands.said is not None:
                    raise _decided()
                session.add(
                    QuoteSaidRow(
                        quote_id=quote, building=order.building, approved=approved, by=actor.login,
                        at=book.now, reason=reason.strip()[:500], total=stands.total,
                    )
                )  # fmt: skip
                session.flush()
                what = "approved" if approved else "refused"
                book.happen(order, Happening.QUOTE_SAID, actor=actor.login, note=reason,
                            amount=row.amount, total=stands.total, said=what)  # fmt: skip
                people = [order.assignee] if order.assignee else []
                head = messages.QUOTE_APPROVED if approved else messages.QUOTE_REFUSED
                book.tell(order, people, f"quote-{what}", head, amount=row.amount)
        except IntegrityError as error:
            raise _decided() from error

    def file(self, actor: Actor, id_: str, quote: int) -> tuple[str, str, bytes]:
        """The paper of a quote: its name, media type and bytes.

        Raises:
            Refused: ``absent``.
        """
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            book = Book.reading(session, self.desk.office, self.desk.clock.now())
            query = select(QuoteRow).where(QuoteRow.id == quote, *_theirs(book, actor))
            row = session.scalars(query).one_or_none()
            if row is None or row.order_id != id_ or not row.data:
                raise OrderRefused(Text("There is no such file."), code="absent")
            return row.file_name, row.media, row.data


def _theirs(book: Book, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What a contractor may read: what another firm asked before them is not theirs to know."""
    person = book.office.duty.person(actor.login)
    return (QuoteRow.firm == actor.login,) if person is not None and person.firm else ()


def _may_enter(book: Book, actor: Actor, order: Order) -> bool:
    person = book.office.duty.person(order.assignee or "")
    if person is None or not person.firm or actor.login == SYSTEM.login:
        return False
    return actor.login == order.assignee or actor.role in APPROVERS


def _may_say(actor: Actor, row: QuoteRow) -> bool:
    return actor.role in APPROVERS and actor.login not in {SYSTEM.login, row.entered_by, row.firm}


def _view(
    book: Book, row: QuoteRow, said: QuoteSaidRow | None, newest: QuoteRow | None
) -> QuoteView:
    return QuoteView(
        id=row.id, firm=book.office.name(row.firm), amount=row.amount, words=row.words,
        entered_by=book.office.name(row.entered_by), at=row.at, file_name=row.file_name,
        approved=said.approved if said is not None else None,
        said_by=book.office.name(said.by) if said is not None else "",
        reason=said.reason if said is not None else "",
        counts=newest is not None and newest.id == row.id,
    )  # fmt: skip


def _media(paper: Paper | None) -> str:
    if paper is None:
        return ""
    if len(paper.data) > MOST_BYTES:
        raise invalid(Text("The file is too large; {most} MB fit.",
                           {"most": MOST_BYTES // 1024**2}), "file")  # fmt: skip
    media = next((word for magic, word in _MEDIA if paper.data.startswith(magic)), "")
    if not media:
        raise invalid(Text("A quote is a PDF, a PNG or a JPEG."), "file")
    return media


def _name(paper: Paper | None) -> str:
    if paper is None:
        return ""
    kept = "".join(c for c in paper.name if c.isprintable() and c not in '/\\"<>|:*?;')
    return kept.strip(" .")[:120] or "quote"


def _decided() -> OrderRefused:
    return OrderRefused(Text("This was decided already; look at it again."), code="conflict")
