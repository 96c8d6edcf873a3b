"""The use cases of reports: for people at a place, for reporters with a link, for the desk."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from adapters.records.base import ALL, Scope, scope_of
from adapters.records.orders import Order
from adapters.records.requests import RequestPhoto, ServiceRequest
from core.actor import SYSTEM, Actor
from core.clock import Clock
from core.words import OrderState, Role, Trade
from workorders.book import Book
from workorders.crew import presence
from workorders.office import Office, Sessions
from workorders.refusals import absent, forbidden
from workorders.requests import explaining, following, intake, limits, marks, networks
from workorders.requests.following import Followed
from workorders.requests.intake import Report, Taken
from workorders.requests.kinds import Kind
from workorders.requests.places import Place, place_of, places, signed, unsigned

_SHOWN = 5
"""Earlier reports of a number that the desk sees: enough to know the caller by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A report as those who work on its order see it; the number stays masked.

    Attributes:
        by: Who took the call; empty where the reporter wrote it.
        photos: Ids.
        mended: What the reporter said of the repair.
    """

    id: int
    order: str
    place: str
    kind: Kind
    words: str
    phone: str
    by: str
    said_at: int
    photos: tuple[str, ...]
    mended: bool | None
    stars: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the desk knows of a caller by the number.

    Attributes:
        open: Whether its order still is.
    """

    said: Said
    state: OrderState
    open: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo as it is sent to a browser."""

    media: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Where reports come in and are asked after.

    Attributes:
        tries: What was refused lately before it came to be a report.
    """

    sessions: Sessions
    office: Office
    clock: Clock
    tries: limits.Tries = field(default_factory=limits.Tries)

    def labels(self, actor: Actor, building: str) -> list[tuple[Place, str]]:
        """Every place of a building with what its label's address ends with.

        Raises:
            Refused: ``absent`` out of scope.
        """
        if building not in self.office.site.buildings or not actor.sees(building):
            raise absent()
        with self._reading(ALL) as book:
            key = marks.key_of(book.session)
        if key is None:
            with self._writing(ALL) as book:
                key = marks.made_key(book.session)
        return [(one, signed(key, one.id)) for one in places(self.office.site, building)]

    def place(self, token: str) -> Place | None:
        """The place of a label; None where it is none of ours, or the place is gone."""
        with self._reading(ALL) as book:
            key = marks.key_of(book.session)
        id_ = unsigned(key, token) if key is not None else None
        return place_of(self.office.site, id_) if id_ is not None else None

    def presence(self, actor: Actor, place: Place) -> str:
        """What a scan of a place's label gives to who is logged in there, for half an hour."""
        with self._reading(ALL) as book:
            key = marks.key_of(book.session, presence.KEY)
        if key is None:
            with self._writing(ALL) as book:
                key = marks.made_key(book.session, presence.KEY)
        return presence.given(key, place.id, actor.login, presence.system_ms())

    def stands_at(self, actor: Actor, token: str) -> Place | None:
        """Where somebody stands by their scan; None where that is none, or too old."""
        with self._reading(ALL) as book:
            key = marks.key_of(book.session, presence.KEY)
        now = presence.system_ms()
        id_ = presence.place_in(key, token, actor.login, now) if key is not None else None
        return place_of(self.office.site, id_) if id_ is not None else None

    def known(self, place: Place) -> frozenset[Kind]:
        """What is known of a place already: somebody is on it."""
        with self._reading(ALL) as book:
            return explaining.known(book, place)

    def ask(self, place: Place, network: str, size: int) -> None:
        """Whether a report may come in at all, before its photos are looked into.

        Args:
            place: Where it comes from.
            network: The address that it comes from.
            size: Of its photos as they came. [bytes]

        Raises:
            Refused: ``too_many``.
        """
        now = _system_ms()
        self.tries.check(network, now)
        with self._reading(ALL) as book:
            key = marks.key_of(book.session)
            if key is not None:
                mark = marks.marked(key, "network", network)
                limits.check(book.session, place.id, mark, now, size)

    def refused(self, network: str) -> None:
        """A try of an address was refused: it counts, though nothing is written."""
        self.tries.note(network, _system_ms())

    def report(self, report: Report) -> Taken:
        """Somebody at a place reports something.

        Raises:
            Refused: ``invalid``, or ``too_many``.
        """
        with self._writing(ALL) as book:
            return intake.take(book, replace(report, entered_by=None), _system_ms())

    def follow(self, secret: str) -> Followed:
        """How far a report is.

        Raises:
            Refused: ``absent``.
        """
        with self._reading(ALL) as book:
            return following.follow(book, secret)

    def answer(self, secret: str, *, mended: bool, note: str = "") -> None:
        """The reporter says whether it is mended.

        Raises:
            Refused: ``absent``, or ``conflict`` where nobody asks.
        """
        with self._writing(ALL) as book:
            following.answer(book, secret, mended=mended, note=note)

    def works_from(self, login: str, network: str) -> None:
        """Somebody who works here comes from an address; it is kept as a mark. Empty: nothing."""
        if not network:
            return
        now = _system_ms()
        with self._reading(ALL) as book:
            key = marks.key_of(book.session)
            mark = marks.marked(key, "network", network) if key is not None else ""
            if mark and networks.known(book.session, login, mark, now):
                return
        with self._writing(ALL) as book:
            mark = marks.marked(marks.made_key(book.session), "network", network)
            networks.note(book.session, login, mark, now)

    def rate(self, secret: str, stars: int, remark: str, *, staff: bool, network: str = "") -> None:
        """The reporter says how it was, once.

        Raises:
            Refused: ``absent``, ``conflict`` or ``invalid``.
        """
        with self._writing(ALL) as book:
            following.rate(book, secret, stars, remark, staff=staff, network=network,
                           system=_system_ms())  # fmt: skip

    def may_enter(self, actor: Actor) -> bool:
        """Whether somebody takes calls: the desk (trade O), supervisors, admins."""
        if actor.role in {Role.SUPERVISOR, Role.ADMIN}:
            return actor.login != SYSTEM.login
        person = self.office.duty.person(actor.login)
        desk = person is not None and Trade.OPERATOR in person.trades
        return desk and actor.role is Role.TECHNICIAN

    def enter(self, actor: Actor, report: Report) -> Taken:
        """The desk enters a call for somebody.

        Raises:
            Refused: ``forbidden`` by role or trade, ``invalid``; ``absent`` out of scope.
        """
        if not self.may_enter(actor):
            raise forbidden()
        with self._writing(scope_of(actor.buildings)) as book:
            place = intake.check(book, report)
            if not actor.sees(place.building):
                raise absent()
            return intake.take(book, replace(report, entered_by=actor.login), _system_ms())

    def caller(self, actor: Actor, phone: str) -> list[Known]:
        """What a number reported before, the newest first; its place is likely the same.

        Raises:
            Refused: ``forbidden`` by role or trade.
        """
        if not self.may_enter(actor):
            raise forbidden()
        with self._reading(scope_of(actor.buildings)) as book:
            key = marks.key_of(book.session)
            mark = marks.phone_mark(key, phone) if key is not None else ""
            if not mark:
                return []
            query = select(ServiceRequest).where(ServiceRequest.phone_mark == mark)
            newest = query.order_by(ServiceRequest.id.desc()).limit(_SHOWN)
            rows = book.session.scalars(newest).all()
            orders = {row.order_id: book.session.get(Order, row.order_id) for row in rows}
            found = []
            for said in self._said(book, rows):
                order = orders[said.order]
                if order is not None:
                    found.append(Known(said=said, state=order.state, open=order.closed_at is None))
            return found

    def of_order(self, actor: Actor, order: str) -> list[Said]:
        """What people reported of an order, the first first."""
        with self._reading(scope_of(actor.buildings)) as book:
            query = select(ServiceRequest).where(ServiceRequest.order_id == order)
            return self._said(book, book.session.scalars(query.order_by(ServiceRequest.id)).all())

    def photo(self, actor: Actor, id_: str) -> Shown:
        """A photo of a report.

        Raises:
            Refused: ``absent``.
        """
        with self._reading(scope_of(actor.buildings)) as book:
            row = book.session.get(RequestPhoto, id_)
            if row is None:
                raise absent()
            return Shown(row.media, row.content)

    def _said(self, book: Book, rows: Sequence[ServiceRequest]) -> list[Said]:
        photos: dict[int, list[str]] = {row.id: [] for row in rows}
        query = select(RequestPhoto.request_id, RequestPhoto.id)
        for request, id_ in book.session.execute(query.where(RequestPhoto.request_id.in_(photos))):
            photos[request].append(id_)
        return [
            Said(
                id=row.id, order=row.order_id, place=row.place, kind=Kind(row.kind),
                words=row.words, phone=row.phone, said_at=row.said_at, mended=row.mended,
                by=self.office.name(row.entered_by) if row.entered_by else "", stars=row.stars,
                photos=tuple(photos[row.id]),
            )
            for row in rows
        ]  # fmt: skip

    @contextmanager
    def _reading(self, scope: Scope) -> Iterator[Book]:
        with self.sessions.session(scope, reading=True) as session:
            yield Book.reading(session, self.office, self.clock.now())

    @contextmanager
    def _writing(self, scope: Scope) -> Iterator[Book]:
        with self.sessions.session(scope) as session:
            yield Book.open(session, self.office, self.clock.now())


def _system_ms() -> int:
    return time.time_ns() // 1_000_000
