"""The use cases of second looks: what waits, what was found, how often by person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from adapters.records.base import scope_of
from adapters.records.checks import CheckResultRow, CheckRow
from adapters.records.orders import Order
from core.actor import SYSTEM, Actor
from core.clock import DAY_MS
from core.words import Role, Text
from workorders import messages
from workorders.book import Book
from workorders.crew import checks, presence
from workorders.crew.checks import CheckKind, Why
from workorders.desk import Desk
from workorders.refusals import OrderRefused, forbidden, invalid

LOOKERS = {
    CheckKind.INSPECTION: frozenset({Role.TECHNICIAN, Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN}),
    CheckKind.AUDIT: frozenset({Role.SUPERVISOR, Role.ADMIN}),
}
"""Who may say what was found."""

COUNTERS = frozenset({Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN})
"""Who sees everybody's counts; everybody sees their own."""

SHOWN_MS = 90 * DAY_MS
"""How long a result stays listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One second look.

    Attributes:
        waits: Whether somebody should still look.
        passed: What was found; None where nobody has looked, or it was opened again before.
        may: Whether the reader may say what was found.
    """

    id: int
    order: str
    building: str
    target: str
    asset: str
    title: Text
    kind: CheckKind
    why: Why
    subject: str
    at: int
    waits: bool
    passed: bool | None
    by: str
    looked_at: int | None
    note: str
    may: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of one person: of what was drawn, what was looked at, and what of it had failed."""

    login: str
    name: str
    firm: bool
    kind: CheckKind
    drawn: int
    looked: int
    failed: int


@dataclass(frozen=True)
class CheckBoard:
    """Second looks, as an actor may see and take them."""

    desk: Desk

    def rows(self, actor: Actor) -> list[CheckView]:
        """Those that wait, the oldest first, then what was found, the newest first."""
        now = self.desk.clock.now()
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            book = Book.reading(session, self.desk.office, now)
            query = select(CheckRow, Order).join(Order, Order.id == CheckRow.order_id)
            pairs = session.execute(query.order_by(CheckRow.id)).all()
            said = checks.results(book, [check.id for check, _ in pairs])
            views = [_view(book, actor, c, o, said.get(c.id)) for c, o in pairs]
        waiting = [view for view in views if view.waits]
        looked = [v for v in views if v.looked_at is not None and v.looked_at >= now - SHOWN_MS]
        return waiting + looked[::-1]

    def counts(self, actor: Actor) -> list[Counts]:
        """By person and kind, who failed most first; to a technician their own alone."""
        now = self.desk.clock.now()
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            book = Book.reading(session, self.desk.office, now)
            rows = session.scalars(select(CheckRow)).all()
            said = checks.results(book, [row.id for row in rows])
            found: dict[tuple[str, CheckKind], list[CheckRow]] = {}
            for row in rows:
                if actor.role in COUNTERS or row.subject == actor.login:
                    found.setdefault((row.subject, CheckKind(row.kind)), []).append(row)
            counts = [_counts(book, key, mine, said) for key, mine in found.items()]
        return sorted(counts, key=lambda one: (-one.failed, -one.looked, one.login, one.kind))

    def say(
        self, actor: Actor, id_: int, *, passed: bool, note: str, scan: str = "",
        elsewhere: str = "",
    ) -> None:  # fmt: skip
        """What was found at the place, or in the order.

        That a repair holds is said at its place, by the scan of its label; elsewhere only by a
        supervisor who says why. That it does not anybody may say from anywhere.

        Raises:
            Refused: ``absent`` out of scope; ``forbidden`` by role, and to whose work it is or
                who closed it; ``conflict`` where it was looked at, or opened again;
                ``invalid`` without a word, or without the scan.
        """
        if actor.login == SYSTEM.login:
            raise forbidden()
        if not note.strip():
            raise invalid(Text("Say what you found."), "note")
        try:
            with self.desk.sessions.session(scope_of(actor.buildings)) as session:
                book = Book.open(session, self.desk.office, self.desk.clock.now())
                check = session.get(CheckRow, id_)
                order = book.lock(check.order_id) if check is not None else None
                if check is None or order is None:
                    raise OrderRefused(Text("There is no such check."), code="absent")
                if not _may(book, actor, check, order):
                    raise forbidden()
                if checks.results(book, [id_]) or not checks.pending(check, order):
                    raise OrderRefused(Text("Nothing is left to look at here."), code="conflict")
                inspects = passed and check.kind == CheckKind.INSPECTION
                where = presence.where(book, order, actor, scan, elsewhere) if inspects else {}
                words = note.strip()[:2000]
                checks.say(book, check, order, actor.login, passed=passed, note=words, **where)
        except IntegrityError as error:
            raise OrderRefused(Text("Nothing is left to look at here."), code="conflict") from error


def _may(book: Book, actor: Actor, check: CheckRow, order: Order) -> bool:
    person = book.office.duty.person(actor.login)
    if actor.role not in LOOKERS[CheckKind(check.kind)] or (person is not None and person.firm):
        return False
    return actor.login not in checks.subject_to(book, check, order)


def _view(
    book: Book, actor: Actor, check: CheckRow, order: Order, said: CheckResultRow | None
) -> CheckView:
    waits = said is None and checks.pending(check, order)
    return CheckView(
        id=check.id, order=order.id, building=order.building, target=order.target,
        asset=order.asset,
        title=messages.loaded(order.title), kind=CheckKind(check.kind), why=Why(check.why),
        subject=book.office.name(check.subject), at=check.at, waits=waits,
        passed=said.passed if said is not None else None,
        by=book.office.name(said.by) if said is not None else "",
        looked_at=said.at if said is not None else None,
        note=said.note if said is not None else "",
        may=waits and _may(book, actor, check, order),
    )  # fmt: skip


def _counts(
    book: Book, key: tuple[str, CheckKind], rows: list[CheckRow], said: dict[int, CheckResultRow]
) -> Counts:
    login, kind = key
    person = book.office.duty.person(login)
    looked = [said[row.id] for row in rows if row.id in said]
    return Counts(
        login=login, name=book.office.name(login), firm=person is not None and person.firm,
        kind=kind, drawn=len(rows), looked=len(looked),
        failed=sum(not row.passed for row in looked),
    )  # fmt: skip
