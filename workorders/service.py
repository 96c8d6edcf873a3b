"""Work orders as a part of the system: told of findings, driven by the run clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.orders import Order
from analytics.calendar import Calendar
from analytics.doubts import Doubts
from analytics.proof import prove
from core.clock import Clock, SystemClock
from core.cmms import Wording
from core.errors import Retryable
from core.finding import FindingEvent
from core.ports import Findings, Forecast, ReadingStore
from core.rulecard import RuleCard
from core.service import Levels
from core.site import Site
from workorders import dropped, keeping, marks, messages, triage
from workorders.awaiting import Awaiting
from workorders.book import Book
from workorders.cmms.wording import wording_of
from workorders.crew.checkboard import CheckBoard
from workorders.crew.handover import Handovers
from workorders.crew.photos import Photos
from workorders.crew.quoting import Quoting
from workorders.crew.work import Workplace
from workorders.crewdesk import CrewDesk
from workorders.desk import Desk
from workorders.happenings import Happening
from workorders.muting import releasing
from workorders.muting.board import MuteBoard
from workorders.notify import Notifier, ringing
from workorders.office import Office, Sessions
from workorders.ownplant import orders as own_plant
from workorders.ownplant.cards import CARDS as OWN_CARDS
from workorders.people import Duty
from workorders.planned.board import PlannedWork
from workorders.planned.counting import Counting
from workorders.planned.planner import Planner
from workorders.priority import Rates
from workorders.requests.counter import Counter
from workorders.symptoms import Graph
from workorders.teaching.board import LessonBoard
from workorders.ticking import Ticking
from workorders.verify import FindingsOf, Prove, RunsOf, Verifier

LOG = logging.getLogger(__name__)
_TOLD_OF_TICKETS: Mapping[Happening, str] = {
    Happening.TICKET_CLOSED: messages.TICKET_CLOSED, Happening.TICKET_GONE: messages.TICKET_GONE,
}  # fmt: skip


class KnownFindings(Findings, FindingsOf, Protocol):
    """Findings by id and by time."""


class OrderRecords(Sessions, Protocol):
    """What orders need of the records."""

    @property
    def findings(self) -> KnownFindings:
        """Where findings last."""
        ...


class Stepped(Protocol):
    """What is driven with the orders: the ledger of savings, teaching."""

    def step(self, now: int) -> None:
        """Whatever is due by the run clock. [ms]"""
        ...


class WorkOrders:
    """From a finding to a proven repair; a :class:`core.ports.FindingSink`.

    Args:
        site: The campus.
        records: Where orders last.
        store: Told of orders and findings, for dashboards.
        clock: The run clock.
        cards: Rule cards by id; a finding of another rule opens nothing.
        verdicts: What proofs are read from.
        duty: People and rosters.
        notify: Sends the outbox; without it messages wait there.
        rates: What things are worth; the site model's where left out.
        proof: How a repair is proven.
        levels: What is promised by priority; the usual table without it.
        ledger: Told after every step; books what proven repairs save.
        teaching: The same; proposes what false alarms teach.
        plans: Whether planned work that falls due makes orders by itself.
        system: System time, which channels of messages are kept by.
        forecast: What outdoor air will be, where somebody says.
    """

    def __init__(
        self,
        site: Site,
        records: OrderRecords,
        store: ReadingStore,
        clock: Clock,
        *,
        cards: Mapping[str, RuleCard],
        verdicts: RunsOf,
        duty: Duty,
        notify: Notifier | None = None,
        rates: Rates | None = None,
        proof: Prove = prove,
        levels: Levels | None = None,
        ledger: Stepped | None = None,
        teaching: Stepped | None = None,
        plans: bool = False,
        system: Clock | None = None,
        forecast: Forecast | None = None,
    ) -> None:
        self._records = records
        self._store = store
        self._clock = clock
        self._notify = notify
        self._after = tuple(part for part in (ledger, teaching) if part is not None)
        self._system = system or SystemClock()
        self._verifier = Verifier(
            verdicts=verdicts, findings=records.findings, doubts=Doubts(site), prove=proof,
            awaiting=Awaiting(site=site, store=store),
        )  # fmt: skip
        self._office = Office(
            site=site, graph=Graph(site), cards={**cards, **OWN_CARDS}, duty=duty,
            calendar=Calendar(site), rates=rates or Rates.of(site), levels=levels or Levels(),
            forecast=forecast,
        )  # fmt: skip
        self._one = threading.RLock()
        self._ticking = Ticking("work orders", lambda: self.step(clock.now()))
        self.desk = Desk(
            sessions=records, findings=records.findings, office=self._office, clock=clock
        )
        self.work = Workplace(self.desk)
        self.handovers = Handovers(self.desk)
        self.photos = Photos(self.desk)
        self.checks = CheckBoard(self.desk)
        self.quotes = Quoting(self.desk)
        self.crew = CrewDesk(self.desk, self.work)
        self.plans = plans
        counting = Counting(site, self._office.calendar, store, records)
        self.planned = PlannedWork(
            self.desk,
            Planner(office=self._office, sessions=records, counting=counting,
                    findings=records.findings),
        )  # fmt: skip
        self.mutes = MuteBoard(sessions=records, office=self._office, clock=clock)
        self.lessons = LessonBoard(sessions=records, people=duty, clock=clock)
        self.requests = Counter(sessions=records, office=self._office, clock=clock)
        if notify is not None:
            notify.on_failed(self._undelivered)

    def publish(self, events: Sequence[FindingEvent]) -> None:
        """Findings open, join, raise or tell orders, all of them in one transaction."""
        with self._one:
            with self._records.session(ALL) as session:
                triage.take_all(self._book(session, self._clock.now()), events)
            self._mark()

    def step(self, now: int) -> None:
        """Clocks, escalations, proofs, dashboards and messages, as of the run clock. [ms]"""
        with self._one:
            with self._records.session(ALL) as session:
                book = self._book(session, now)
                keeping.step(book)
                releasing.step(book, self._records.findings)
                dropped.step(book)
                ringing.step(book)
                own_plant.step(book, self._system.now())
            with self._records.session(ALL) as session:
                self._verifier.step(self._book(session, now))
            self._mark()
        if self.plans:
            self.planned.step(now)
        for part in self._after:
            part.step(now)
        if self._notify is not None and not self._notify.running:
            self._notify.step()

    def start(self, every_s: float = 2.0) -> None:
        """Steps and sends from threads of its own until :meth:`stop`: live operation."""
        if self._notify is not None:
            self._notify.start()
        self._ticking.start(every_s)

    def stop(self) -> None:
        """Ends the threads after what they have in hand."""
        self._ticking.stop()
        if self._notify is not None:
            self._notify.stop()

    def _book(self, session: Session, now: int) -> Book:
        return Book.open(session, self._office, now)

    def _mark(self) -> None:
        """Tells the store what changed; while it is away that stays owed."""
        while True:
            with self._records.session(ALL, reading=True) as session:
                owed = marks.owed(session)
            if not owed.marks:
                return
            try:
                self._store.write_marks(owed.marks)
            except Retryable as why:
                LOG.warning("dashboards wait for %d orders: %s", len(owed.orders), why)
                return
            with self._records.session(ALL) as session:
                marks.settle(session, owed)

    def remark(
        self, order_id: str, what: Happening, data: Mapping[str, Any], *, tell: bool
    ) -> None:
        """Something that was done elsewhere with what stands for an order there.

        It changes no state: who has the order, and who leads, are told where it matters.
        """
        with self._one, self._records.session(ALL) as session:
            book = self._book(session, self._clock.now())
            order = book.lock(order_id)
            if order is None:
                return
            book.happen(order, what, **data)
            if tell:
                people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
                book.tell(order, people, what, _TOLD_OF_TICKETS[what], system=str(data["system"]))

    def wording(self, order: Order, *, language: str, address: str) -> Wording:
        """What its ticket in another system says of an order."""
        equipment = self._office.site.equipment.get(order.asset)
        place = order.asset if equipment is None else f"{equipment.names['en']} ({order.asset})"
        person = self._office.name(order.assignee) if order.assignee else ""
        return wording_of(
            order, site=self._office.site.id, place=place, person=person, language=language,
            address=address,
        )  # fmt: skip

    def _undelivered(self, order_id: str, login: str) -> None:
        """That somebody cannot be reached is said once at the order and to its supervisors."""
        with self._one, self._records.session(ALL) as session:
            book = self._book(session, self._clock.now())
            order = book.lock(order_id)
            said = f"{Happening.UNDELIVERED}:{login}"
            if order is None or said in order.told:
                return
            order.told = [*order.told, said]
            book.happen(order, Happening.UNDELIVERED, person=login)
            others = [head for head in book.supervisors(order) if head != login]
            book.tell(
                order, others, f"undelivered-{login}", messages.UNDELIVERED,
                person=self._office.name(login),
            )  # fmt: skip
