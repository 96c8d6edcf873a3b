"""Planned work for pages, programs and the command line: ``f(actor, …)``, one transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from adapters.records.base import ALL, scope_of
from adapters.records.orders import Order
from core.actor import SYSTEM, Actor
from core.words import OPEN_STATES, Role, Text
from workorders import once
from workorders.act import Act
from workorders.book import Book
from workorders.crew import late
from workorders.desk import Desk
from workorders.people import PersonOf
from workorders.planned import checklists, feeds, orders
from workorders.planned.checklists import Checklist, Said
from workorders.planned.feeds import KeyView
from workorders.planned.looking import MONTHS_DAYS, Entry, Looking, PlanRow
from workorders.planned.planner import Planner
from workorders.refusals import OrderRefused, absent, forbidden, not_now
from workorders.states import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A checklist as its order's page shows it.

    Attributes:
        may: Whether who looks may answer.
    """

    checklist: Checklist
    may: bool
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a calendar program is shown.

    Attributes:
        actor: Whose key it is.
        today: Local.
    """

    actor: Actor
    trade: str
    today: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How an answer came that a phone may have kept for a while.

    Attributes:
        key: The same for every sending of one answer; empty where it comes but once.
        pressed: When the button was pressed, by the phone's clock. [ms]
        sent: The phone's clock at this sending. [ms]
    """

    key: str = ""
    pressed: int | None = None
    sent: int | None = None


@dataclass(frozen=True)
class PlannedWork:
    """Plans, their occurrences, checklists and calendar keys."""

    desk: Desk
    planner: Planner

    def step(self, now: int) -> None:
        """Whatever is due by the run clock. [ms]"""
        self.planner.step(now)

    def run(self) -> int:
        """Looks at once for what is due; how many occurrences were news."""
        return self.planner.step(self.desk.clock.now(), at_once=True)

    def plans(self, actor: Actor) -> list[PlanRow]:
        """Every plan with an asset in scope."""
        with self._looking(actor) as looking:
            return looking.plans(scope_of(actor.buildings))

    def plan(self, actor: Actor, id_: str) -> PlanRow:
        """One plan.

        Raises:
            Refused: ``absent``.
        """
        found = next((row for row in self.plans(actor) if row.plan.id == id_), None)
        if found is None:
            raise absent()
        return found

    def entries(
        self, actor: Actor, days: int = MONTHS_DAYS, plan: str | None = None
    ) -> list[Entry]:
        """What is not done, and what comes."""
        with self._looking(actor) as looking:
            return looking.entries(scope_of(actor.buildings), days, plan)

    def occurrences(self, actor: Actor, plan: str | None = None) -> list[Entry]:
        """What was noticed within a year.

        Raises:
            Refused: ``absent`` where there is no such plan.
        """
        if plan is not None:
            self.plan(actor, plan)
        with self._looking(actor) as looking:
            return looking.occurrences(plan)

    def at(self, actor: Actor, order: str) -> Opened | None:
        """The checklist of an order; None where it is no planned one.

        Raises:
            Refused: ``absent``.
        """
        with self._looking(actor) as looking:
            book = looking.book
            found = book.session.get(Order, order)
            if found is None:
                raise absent()
            checklist = checklists.of(book, found)
            if checklist is None:
                return None
            return Opened(
                checklist=checklist, may=checklists.may(book, found, actor),
                entry=looking.of_order(order),
            )  # fmt: skip

    def answer(self, actor: Actor, order: str, said: Said, sending: Sending | None = None) -> bool:
        """Answers a step; whether it lies within its limits. Sent again it is answered once.

        Raises:
            Refused: ``absent``, ``forbidden``, ``conflict``, ``invalid``.
        """
        sent = sending or Sending()
        body = once.body_of((order, said))
        with self._any(actor, order) as (book, found):
            before = once.known(book, actor, sent.key, body)
            if before is not None:
                return bool(before["within"])
            _demand_open(found)
            act = Act(order=order, do=Command.DONE, version=found.version, pressed=sent.pressed,
                      sent=sent.sent)  # fmt: skip
            pressed = late.settled(book, found, act, actor).pressed
            within = checklists.answer(book, found, actor, said, pressed).within
            once.remember(book, actor, sent.key, body, {"within": within})
            return within

    def follow_up(self, actor: Actor, order: str, step: str) -> str:
        """An order for what a step found beyond its limits; its number.

        Raises:
            Refused: ``absent`` where there is no such step; ``forbidden``; ``conflict`` where
                nothing was found beyond its limits.
        """
        with self._order(actor, order) as (book, found):
            helpers = actor.login == found.assignee or actor.role in {
                Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN,
            }  # fmt: skip
            if not helpers:
                raise forbidden()
            checklist = checklists.of(book, found)
            asked = next((a for a in checklist.asked if a.step.id == step), None) if (
                checklist
            ) else None  # fmt: skip
            if asked is None:
                raise absent()
            if asked.answer is None or asked.answer.within:
                raise OrderRefused(Text("Nothing was found beyond its limits."), code="conflict")
            return orders.follow_up(book, found, actor, asked, actor.language)

    def make_key(self, actor: Actor, trade: str = "") -> str:
        """A key for a calendar program, told once.

        Raises:
            Refused: ``forbidden`` to who has no log-in of their own; ``invalid``.
        """
        if actor.login == SYSTEM.login:
            raise forbidden()
        with self.desk.sessions.session(ALL) as session:
            return feeds.make(session, actor, trade)

    def keys(self, actor: Actor) -> list[KeyView]:
        """The keys that an actor may end."""
        with self.desk.sessions.session(ALL, reading=True) as session:
            return feeds.of(session, actor)

    def revoke_key(self, actor: Actor, id_: int) -> None:
        """Ends a key.

        Raises:
            Refused: ``absent``.
        """
        with self.desk.sessions.session(ALL) as session:
            feeds.revoke(session, actor, id_)

    def read(self, secret: str) -> Read:
        """What the key in an address shows.

        Raises:
            Refused: ``absent`` where it is none, or none any more.
        """
        with self.desk.sessions.session(ALL, reading=True) as session:
            found = feeds.by_secret(session, secret)
        person = self._people().person(found[0]) if found is not None else None
        if found is None or person is None:
            raise absent()
        actor = Actor(
            login=person.login, name=person.name, role=person.role, buildings=person.buildings,
            language=person.language,
        )  # fmt: skip
        with self._looking(actor) as looking:
            book = looking.book
            entries = feeds.shown(looking, book, actor, found[1])
            today = book.office.calendar.day_of(book.now + 1)
            return Read(actor=actor, trade=found[1], today=today, entries=tuple(entries))

    def _people(self) -> PersonOf:
        return self.desk.office.duty

    @contextmanager
    def _looking(self, actor: Actor) -> Iterator[Looking]:
        scope = scope_of(actor.buildings)
        with self.desk.sessions.session(scope, reading=True) as session:
            book = Book.reading(session, self.desk.office, self.desk.clock.now())
            yield Looking(self.planner, book)

    @contextmanager
    def _order(self, actor: Actor, order: str) -> Iterator[tuple[Book, Order]]:
        with self._any(actor, order) as (book, found):
            _demand_open(found)
            yield book, found

    @contextmanager
    def _any(self, actor: Actor, order: str) -> Iterator[tuple[Book, Order]]:
        with self.desk.sessions.session(scope_of(actor.buildings)) as session:
            book = Book.open(session, self.desk.office, self.desk.clock.now())
            found = book.lock(order)
            if found is None:
                raise absent()
            yield book, found


def _demand_open(order: Order) -> None:
    if order.state not in OPEN_STATES:
        raise not_now(order.state)
