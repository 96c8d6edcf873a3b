"""What is done at an order beside its states: permits, helpers, needs, links, photos.

Each is one transaction and one line of the order's history, under the actor's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from adapters.records.base import ALL, scope_of
from adapters.records.orders import Order
from adapters.records.work import ContractorLink, OrderPermit
from core.actor import SYSTEM, Actor
from core.clock import HOUR_MS
from core.words import OPEN_STATES, Licence, Permit, Role, Text
from workorders import hands
from workorders.book import Book
from workorders.crew import links, needs, quotes
from workorders.desk import Desk
from workorders.happenings import Happening
from workorders.refusals import absent, forbidden, invalid, not_now

LONGEST_PERMIT_MS = 24 * HOUR_MS
"""A permit is given for a shift or a day: the next one looks at the place again."""

ISSUERS = frozenset({Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN})
DISPATCHERS = frozenset({Role.SUPERVISOR, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """One thing that an order needs, and whether it is there.

    Attributes:
        what: ``licence:gas``, ``permit:isolation``, ``people:2``.
    """

    what: str
    there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitView:
    """A permit as it stands. Times of the run clock. [ms]"""

    id: int
    kind: Permit
    number: str
    issued_by: str
    issued_at: int
    valid_until: int
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A contractor's link; its secrets are told once and kept by nobody."""

    made_at: int
    expires_at: int
    person: str
    bound_at: int | None
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that is at an order.

    Attributes:
        helpers: Log-ins and names of who helps now.
        firm: Whether a contractor has it.
        split: Other orders on the same asset that the same contractor was given within a week:
            one job in two bills, perhaps.
    """

    needs: tuple[NeedView, ...]
    permits: tuple[PermitView, ...]
    helpers: tuple[tuple[str, str], ...]
    links: tuple[LinkView, ...]
    firm: bool
    split: tuple[str, ...]


@dataclass(frozen=True)
class Workplace:
    """Permits, helpers, needs and links, as an actor may give them."""

    desk: Desk

    def at(self, actor: Actor, id_: str) -> Work:
        """What is at an order.

        Raises:
            Refused: ``absent``.
        """
        now = self.desk.clock.now()
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            book = Book.reading(session, self.desk.office, now)
            order = book.session.get(Order, id_)
            if order is None:
                raise absent()
            return _view(book, order)

    def permit(
        self, actor: Actor, id_: str, kind: Permit, number: str, until: int, note: str = ""
    ) -> None:
        """Lets dangerous work begin; never one's own.

        Raises:
            Refused: ``forbidden`` to who works on it or may give none; ``invalid``.
        """
        with self._order(actor, id_) as (book, order):
            if actor.role not in ISSUERS or actor.login in _workers(book, order):
                raise forbidden()
            if not number.strip():
                raise invalid(Text("Say the number of the paper, the lock or the tag."), "number")
            if not book.now < until <= book.now + LONGEST_PERMIT_MS:
                raise invalid(Text("A permit ends within 24 hours; say when."), "until")
            book.session.add(
                OrderPermit(
                    order_id=order.id, building=order.building, kind=kind.value,
                    number=number.strip()[:80], issued_by=actor.login, issued_at=book.now,
                    valid_until=until,
                )
            )  # fmt: skip
            book.happen(order, Happening.PERMITTED, actor=actor.login, note=note[:4000],
                        permit=kind.value, number=number.strip()[:80], until=until)  # fmt: skip

    def end_permit(self, actor: Actor, id_: str, permit: int) -> None:
        """A permit is handed back or withdrawn, by who gave it or works under it."""
        with self._order(actor, id_) as (book, order):
            row = book.session.get(OrderPermit, permit)
            if row is None or row.order_id != order.id:
                raise absent()
            if actor.role not in ISSUERS and actor.login not in _workers(book, order):
                raise forbidden()
            if row.ended_at is None:
                row.ended_at = book.now
                book.happen(order, Happening.PERMIT_ENDED, actor=actor.login, permit=row.kind)

    def helper(self, actor: Actor, id_: str, login: str) -> None:
        """Somebody helps with it, from now until it is done."""
        with self._order(actor, id_) as (book, order):
            if actor.role not in DISPATCHERS and actor.login != order.assignee:
                raise forbidden()
            person = book.office.duty.person(login)
            here = person is not None and (
                person.buildings is None or order.building in person.buildings
            )
            if person is None or not here or person.role is Role.VIEWER:
                raise invalid(Text("Nobody of that name works there."), "login")
            if login == order.assignee:
                raise invalid(Text("Who leads the work is no helper of theirs."), "login")
            given = needs.permits(book, order)
            if any(p.issued_by == login and needs.holds(p, book.now) for p in given):
                raise invalid(Text("Who gave the permit does not work under it."), "login")
            needs.present(book, order, [login])
            book.happen(order, Happening.HELPED, actor=actor.login, person=login)

    def need(self, actor: Actor, id_: str, kind: str, what: str) -> None:
        """The order needs more than its card says: a permit, a licence, one more."""
        with self._order(actor, id_) as (book, order):
            if actor.role not in ISSUERS and actor.login != order.assignee:
                raise forbidden()
            if not _known_need(kind, what):
                raise invalid(Text("There is no such need."), "what")
            needs.add(book, order, kind, what, actor.login)
            book.happen(order, Happening.NEEDED, actor=actor.login, need=f"{kind}:{what}")

    def link(self, actor: Actor, id_: str, until: int) -> links.Made:
        """A link for the contractor who has the order; told once.

        Raises:
            Refused: ``forbidden``, ``invalid``.
        """
        with self._order(actor, id_) as (book, order):
            if actor.role not in DISPATCHERS:
                raise forbidden()
            made = links.make(book, order, actor.login, until)
            book.happen(order, Happening.LINKED, actor=actor.login, until=until)
            return made

    def knock(self, secret: str) -> bool:
        """Whether a link is one; changes nothing, so that a preview may fetch it."""
        with self.desk.sessions.session(ALL, reading=True) as session:
            book = Book.reading(session, self.desk.office, self.desk.clock.now())
            return links.by_secret(book, secret) is not None

    def bind(self, secret: str, code: str, person: str) -> str | None:
        """Binds a link to the phone that knows its code: its cookie, None for a wrong one.

        Raises:
            Refused: ``absent`` where the link is none any more; ``conflict``; ``invalid``.
        """
        if not person.strip():
            raise invalid(Text("Say who comes."), "person")
        with self.desk.sessions.session(ALL) as session:
            book = Book.open(session, self.desk.office, self.desk.clock.now())
            link = links.by_secret(book, secret)
            if link is None:
                raise absent()
            cookie = links.bind(book, link, secret, code, person)
            order = book.lock(link.order_id) if cookie is not None else None
            if order is not None:
                book.happen(order, Happening.BOUND, actor=link.login, person=link.person)
            return cookie

    def guest(self, cookie: str) -> tuple[Actor, str] | None:
        """Who comes with a phone's cookie, and to which order; None where it holds no more."""
        with self.desk.sessions.session(ALL, reading=True) as session:
            book = Book.reading(session, self.desk.office, self.desk.clock.now())
            link = links.by_cookie(book, cookie)
            person = book.office.duty.person(link.login) if link is not None else None
            if link is None or person is None:
                return None
            actor = Actor(
                login=person.login, name=f"{person.name}, {link.person}", role=person.role,
                buildings=frozenset({link.building}), language=person.language,
            )  # fmt: skip
            return actor, link.order_id

    @contextmanager
    def _order(self, actor: Actor, id_: str) -> Iterator[tuple[Book, Order]]:
        if actor.login == SYSTEM.login:
            raise forbidden()
        with self.desk.sessions.session(scope_of(actor.buildings)) as session:
            book = Book.open(session, self.desk.office, self.desk.clock.now())
            order = book.lock(id_)
            if order is None:
                raise absent()
            if actor.role is Role.VIEWER:
                raise forbidden()
            if order.state not in OPEN_STATES:
                raise not_now(order.state)
            yield book, order


def _workers(book: Book, order: Order) -> set[str]:
    """Who works on it now, or did."""
    now = {helper.login for helper in needs.helpers(book, order)}
    return now | hands.of(book, order) | ({order.assignee} if order.assignee else set())


def _known_need(kind: str, what: str) -> bool:
    if kind == "people":
        return what.isascii() and what.isdigit() and needs.PAIR <= int(what) <= needs.MOST_PEOPLE
    words: dict[str, list[str]] = {"permit": list(Permit), "licence": list(Licence)}
    return what in words.get(kind, [])


def _view(book: Book, order: Order) -> Work:
    wanted, wanting = needs.of(book, order), set(needs.missing(book, order))
    every = (
        *(f"licence:{kind}" for kind in sorted(wanted.licences)),
        *(f"permit:{kind}" for kind in sorted(wanted.permits)),
        *((f"people:{wanted.people}",) if wanted.people > 1 else ()),
        *((quotes.APPROVAL,) if quotes.standing(book, order).over else ()),
    )
    person = book.office.duty.person(order.assignee or "")
    return Work(
        needs=tuple(NeedView(what=what, there=what not in wanting) for what in every),
        permits=tuple(
            PermitView(id=p.id, kind=Permit(p.kind), number=p.number,
                       issued_by=book.office.name(p.issued_by), issued_at=p.issued_at,
                       valid_until=p.valid_until, holds=needs.holds(p, book.now))
            for p in needs.permits(book, order)
        ),
        helpers=tuple((h.login, book.office.name(h.login)) for h in needs.helpers(book, order)),
        links=tuple(_link(book, link) for link in links.of(book, order)),
        firm=person is not None and person.firm,
        split=_split(book, order) if person is not None and person.firm else (),
    )  # fmt: skip


def _split(book: Book, order: Order) -> tuple[str, ...]:
    others = quotes.split(book, order)
    query = select(Order.id).where(Order.id.in_(others), Order.assignee == order.assignee)
    return tuple(book.session.scalars(query.order_by(Order.id)))


def _link(book: Book, link: ContractorLink) -> LinkView:
    ended = link.revoked_at is not None or book.now > link.expires_at
    return LinkView(made_at=link.made_at, expires_at=link.expires_at, person=link.person,
                    bound_at=link.bound_at, revoked=ended)  # fmt: skip
