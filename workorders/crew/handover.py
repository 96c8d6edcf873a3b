"""The end of a shift: what is open goes to the next one with a word about each, and a log stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from adapters.records.base import scope_of
from adapters.records.crew import HandoverRow, ShiftLogRow
from adapters.records.orders import Order
from core.actor import SYSTEM, Actor
from core.words import Role, Text
from workorders import act as acts
from workorders import deeds, dispatch, viewing
from workorders.act import MOST_NOTE, Act
from workorders.book import Book
from workorders.desk import Desk
from workorders.refusals import OrderRefused, absent, forbidden, invalid
from workorders.states import Command, decide

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A hand-over list.

    Attributes:
        orders: For each its id, state and word.
        taken_at: When the other one said that they had read it. [ms]
    """

    id: int
    at: int
    giver: str
    giver_name: str
    taker: str
    taker_name: str
    note: str
    orders: Sequence[Mapping[str, Any]]
    taken_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of the shift log. [ms]"""

    at: int
    building: str
    person: str
    text: str


@dataclass(frozen=True)
class Handovers:
    """Hand-over lists and the shift log, as an actor may see and write them."""

    desk: Desk

    def give(self, actor: Actor, to: str, note: str, words: Mapping[str, str]) -> int:
        """Hands orders over, each with a word, all of them or none; how many.

        Args:
            actor: Whose they are.
            to: Who has them from now on.
            note: About the shift as a whole.
            words: By order id, what the next one has to know.

        Raises:
            Refused: ``absent``; ``forbidden`` where one is not theirs; ``invalid`` where the
                other one cannot take one.
        """
        if len(note) > MOST_NOTE or any(len(word) > MOST_NOTE for word in words.values()):
            raise invalid(Text("The note is too long; {most} characters fit.",
                               {"most": MOST_NOTE}), "note")  # fmt: skip
        if not words:
            raise invalid(Text("Tick what is to be handed over."), "orders")
        with self._writing(actor) as book:
            orders = [self._one(book, actor, id_, to, word) for id_, word in words.items()]
            book.session.add(
                HandoverRow(at=book.now, from_login=actor.login, to_login=to, note=note,
                            orders=orders)
            )  # fmt: skip
            return len(orders)

    def taken(self, actor: Actor, id_: int) -> None:
        """Who it is for has read the list.

        Raises:
            Refused: ``absent`` where it is not for them.
        """
        with self._writing(actor) as book:
            row = book.session.get(HandoverRow, id_)
            if row is None or row.to_login != actor.login:
                raise absent()
            row.taken_at = row.taken_at or book.now

    def lists(self, actor: Actor) -> list[Handed]:
        """Lists from and to an actor, a supervisor's all; the newest first."""
        query = select(HandoverRow)
        if actor.role not in {Role.SUPERVISOR, Role.ADMIN} or actor.buildings is not None:
            query = query.where(
                or_(HandoverRow.from_login == actor.login, HandoverRow.to_login == actor.login)
            )
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            name = self.desk.office.name
            rows = session.scalars(query.order_by(HandoverRow.id.desc()).limit(MOST_SHOWN))
            return [
                Handed(id=row.id, at=row.at, giver=row.from_login, giver_name=name(row.from_login),
                       taker=row.to_login, taker_name=name(row.to_login), note=row.note,
                       orders=row.orders, taken_at=row.taken_at)
                for row in rows
            ]  # fmt: skip

    def takers(self, actor: Actor) -> list[str]:
        """Who is on call now for what an actor has open, first to be called first."""
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            book = Book.reading(session, self.desk.office, self.desk.clock.now())
            mine = select(Order.skill, Order.building).where(
                Order.assignee == actor.login, Order.state.in_(dispatch.AT_WORK)
            )
            found: list[str] = []
            for skill, building in session.execute(mine.distinct()).all():
                found += book.office.duty.on_call(skill, building, book.now)
                found += book.office.duty.supervisors(building)
            return [login for login in dict.fromkeys(found) if login != actor.login]

    def log(self, actor: Actor, building: str, text: str) -> None:
        """Writes a line into a building's shift log; it stays as it is.

        Raises:
            Refused: ``forbidden`` to viewers; ``absent``; ``invalid``.
        """
        if actor.role is Role.VIEWER:
            raise forbidden()
        if building not in self.desk.office.site.buildings or not actor.sees(building):
            raise absent()
        if not text.strip() or len(text) > MOST_NOTE:
            raise invalid(Text("Say in a few words what the next shift has to know."), "text")
        with self._writing(actor) as book:
            book.session.add(
                ShiftLogRow(at=book.now, building=building, login=actor.login, text=text.strip())
            )

    def lines(self, actor: Actor) -> list[LogLine]:
        """The shift log in scope, the newest first."""
        query = select(ShiftLogRow).order_by(ShiftLogRow.id.desc()).limit(MOST_SHOWN)
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            return [
                LogLine(at=row.at, building=row.building, person=self.desk.office.name(row.login),
                        text=row.text)
                for row in session.scalars(query)
            ]  # fmt: skip

    def _one(self, book: Book, actor: Actor, id_: str, to: str, word: str) -> dict[str, Any]:
        order = book.lock(id_)
        if order is None:
            raise absent()
        before = order.state
        person = book.office.duty.person(actor.login)
        said = Act(order=id_, do=Command.HAND_OVER, version=order.version, assignee=to,
                   note=word or "–")  # fmt: skip
        state = decide(order.state, said.do, actor.role,
                       viewing.relations(order, actor.login, person))  # fmt: skip
        acts.check(said, book.now)
        try:
            deeds.perform(book, order, said, actor.login, state)
        except OrderRefused as why:
            raise invalid(
                Text("{person} cannot take {order}.", {"person": book.office.name(to),
                                                       "order": id_}), "assignee"
            ) from why  # fmt: skip
        return {"id": id_, "state": before.value, "word": word, "priority": order.priority}

    @contextmanager
    def _writing(self, actor: Actor) -> Iterator[Book]:
        if actor.login == SYSTEM.login:
            raise forbidden()
        with self.desk.sessions.session(scope_of(actor.buildings)) as session:
            yield Book.open(session, self.desk.office, self.desk.clock.now())
