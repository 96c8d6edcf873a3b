"""The use cases of orders for API, command line and crew: ``f(actor, command)``.

What is out of an actor's scope is absent for them, in the same words as what never was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import select

from adapters.records.base import ALL, scope_of
from adapters.records.orders import Order, OrderEvent
from core.actor import SYSTEM, Actor
from core.clock import Clock
from core.finding import Finding
from core.ports import Findings
from core.words import OrderState
from workorders import act as acts
from workorders import deeds, hands, once, silence, triage, viewing, watching
from workorders import queue as listing
from workorders.act import Act
from workorders.book import Book
from workorders.crew import late, presence, reports
from workorders.office import Office, Sessions
from workorders.queue import Ask, Counts, Page, Sum, View
from workorders.refusals import OrderRefused, absent, forbidden, stale
from workorders.states import decide, may
from workorders.views import OrderDetail, OrderRow


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Orders as an actor may see and change them."""

    sessions: Sessions
    findings: Findings
    office: Office
    clock: Clock

    def queue(
        self, actor: Actor, *, mine: bool = False, closed: bool = False, most: int = listing.MOST
    ) -> Sequence[OrderRow]:
        """The first orders in scope: by priority, then by value a day over hours of work.

        Args:
            actor: Who looks.
            mine: Only what belongs to them.
            closed: Closed and cancelled ones instead, the newest first.
            most: At most so many.
        """
        view = View.CLOSED if closed else View.MINE if mine else View.OPEN
        return self.page(actor, Ask(view=view, most=most)).rows

    def page(self, actor: Actor, ask: Ask) -> Page:
        """A page of a list of orders in scope.

        Raises:
            Refused: ``invalid``: no page gave out such a mark.
        """
        with self._reading(actor) as book:
            return listing.page(book, actor, ask)

    def counts(self, actor: Actor, building: str = "") -> Counts:
        """How many orders in scope each list has."""
        with self._reading(actor) as book:
            return listing.counts(book, actor, building)

    def sums(self, actor: Actor) -> list[Sum]:
        """How many orders are open in scope and what they waste, by building, priority and rule."""
        with self._reading(actor) as book:
            return listing.sums(book)

    def costliest(self, actor: Actor, most: int) -> list[OrderRow]:
        """The open orders in scope that waste most a day."""
        with self._reading(actor) as book:
            return listing.costliest(book, actor, most)

    def order(self, actor: Actor, id_: str) -> OrderDetail:
        """One order, whole.

        Raises:
            Refused: ``absent``.
        """
        with self._reading(actor) as book:
            found = book.session.get(Order, id_)
            if found is None:
                raise absent()
            return self._detail(book, found, actor)

    def act(self, actor: Actor, act: Act) -> OrderRow:
        """Do something to an order; the row as it then stands.

        A command that was done before is not done again; the row's version is then the one
        that it left behind.

        Raises:
            Refused: ``absent`` out of scope; ``forbidden`` by role or relation;
                ``conflict`` where somebody was faster or the state forbids it (by whom and
                when is said); ``invalid`` where something is missing.
        """
        now = self.clock.now()
        with self.sessions.session(scope_of(actor.buildings)) as session:
            book = Book.open(session, self.office, now)
            order = book.lock(act.order)
            if order is None:
                raise absent()
            person = book.office.duty.person(actor.login)
            if not once.again(book, actor, act):
                to = self._decide(book, order, act, actor)
                settled = late.settled(book, order, act, actor)
                acts.check(settled, now)
                settled = presence.settled(book, order, settled, actor)
                deeds.perform(book, order, settled, actor.login, to)
                once.keep(book, actor, act, order.version)
            clocks = book.clocks(order.id)
            row = viewing.row_of(book, order, clocks, actor, person, hands.of(book, order))
            return replace(row, version=once.version_then(book, actor, act) or row.version)

    def reporter(self, id_: str, *, mended: bool, note: str = "") -> None:
        """What who reported it says of the repair; their link is checked by who calls this.

        Raises:
            Refused: ``absent``; ``conflict`` where nobody waits for them.
        """
        with self.sessions.session(ALL) as session:
            book = Book.open(session, self.office, self.clock.now())
            order = book.lock(id_)
            if order is None:
                raise absent()
            silence.answer(book, order, mended=mended, note=note)

    @contextmanager
    def _reading(self, actor: Actor) -> Iterator[Book]:
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            yield Book.reading(session, self.office, self.clock.now())

    def _decide(self, book: Book, order: Order, act: Act, actor: Actor) -> OrderState:
        """First whether they may at all, then whether what they saw is still so."""
        if actor.login == SYSTEM.login or not may(act.do, actor.role):
            raise forbidden()
        person = book.office.duty.person(actor.login)
        relations = viewing.relations(order, actor.login, person, hands.of(book, order))
        if order.version != act.version and not late.tells_nothing_new(book, order, act):
            # Who was faster may have taken the order away: say that, not "not yours".
            raise self._stale(book, order)
        return decide(order.state, act.do, actor.role, relations)

    def _stale(self, book: Book, order: Order) -> OrderRefused:
        query = select(OrderEvent).where(OrderEvent.order_id == order.id)
        last = book.session.scalars(query.order_by(OrderEvent.seq.desc()).limit(1)).one()
        who = SYSTEM.name if last.actor == SYSTEM.login else book.office.name(last.actor)
        return stale(who, self.office.local(last.at))

    def _detail(self, book: Book, order: Order, actor: Actor) -> OrderDetail:
        clocks = book.clocks(order.id)
        person = book.office.duty.person(actor.login)
        return OrderDetail(
            row=viewing.row_of(book, order, clocks, actor, person, hands.of(book, order)),
            origin=order.origin,
            proof=order.proof, family=order.family, cause_code=order.cause_code,
            minutes=order.minutes, acknowledged_at=order.acknowledged_at,
            arrived_at=order.arrived_at, done_at=order.done_at, repaired_by=order.repaired_by,
            closed_by=order.closed_by, cancel_reason=order.cancel_reason,
            risk_until=order.risk_until, hold_reason=order.hold_reason,
            hold_until=order.hold_until,
            due_times=tuple(viewing.due_time(book, clock) for clock in clocks),
            findings=self._findings(book, order),
            watches=tuple(viewing.watch_view(book, w) for w in watching.of(book, order)),
            reports=tuple(viewing.report_view(book, r) for r in reports.of(book, order.id)),
            history=viewing.history(book, order),
        )  # fmt: skip

    def _findings(self, book: Book, order: Order) -> tuple[Finding, ...]:
        linked = [self.findings.get(link.finding_id) for link in triage.links(book, order.id)]
        known = [finding for finding in linked if finding is not None]
        return tuple(sorted(known, key=lambda finding: finding.severity))
