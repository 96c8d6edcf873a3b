"""Keeps tickets as orders are: at least once, made only once, read back, never obeyed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.cmms import TicketRow
from adapters.records.orders import Order
from core.clock import HOUR_MS, MINUTE_MS, Clock, SystemClock
from core.cmms import Cmms, Ticket, Wording
from core.errors import Refused, Retryable
from workorders.cmms.wording import digest
from workorders.happenings import Happening
from workorders.office import Sessions
from workorders.ticking import Ticking

log = structlog.get_logger(__name__)

BATCH = 50
"""Tickets sent, and read, in one round: some seconds of a slow server."""
READ_EVERY_MS = 5 * MINUTE_MS
"""How old what we know of their side may be."""
GIVE_UP_MS = 72 * HOUR_MS
"""After this a ticket that is refused is failed, until its order changes or a person asks."""
CLAIM_MS = 2 * MINUTE_MS
"""Longer than the calls of one ticket may take together; after a crash it is free again then."""
_FIRST_MS, _LONGEST_MS = 5_000, 15 * MINUTE_MS
_LONGEST_DOUBLING = 20
_ERROR = 1_000


class Remark(Protocol):
    """Writes what they did beside an order."""

    def __call__(
        self, order_id: str, what: Happening, data: Mapping[str, Any], *, tell: bool
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did.

    Attributes:
        made: Tickets opened.
        found: Tickets that were there already, from before a crash.
        changed: Tickets updated.
        read: Tickets looked at.
        news: Of them, changed by somebody there.
        failed: Tries that failed.
        waiting: Tickets that are not as their orders are, afterwards, where anything was tried.
        error: Why the round ended early; empty where it did not.
    """

    made: int = 0
    found: int = 0
    changed: int = 0
    read: int = 0
    news: int = 0
    failed: int = 0
    waiting: int = 0
    error: str = ""


class Connector:
    """One maintenance system. What is owed is what differs, so that nothing is kept twice.

    Args:
        sessions: The records.
        system: The other side.
        word: What the ticket of an order says now.
        remark: Writes beside an order what they did there.
        least: Orders of this priority and more urgent ones go there.
        clock: System time: it is another machine that is waited for.
    """

    def __init__(
        self, sessions: Sessions, system: Cmms, word: Callable[[Order], Wording], remark: Remark,
        *, least: int = 4, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self._sessions, self._system = sessions, system
        self._word, self._remark, self._least = word, remark, least
        self._clock = clock or SystemClock()
        self._rest_until = 0
        self._one = threading.Lock()
        self._ticking = Ticking("cmms", self.step)

    def start(self, every_s: float = 10.0) -> None:
        """Step from a thread of its own until :meth:`stop`."""
        self._ticking.start(every_s)

    def stop(self) -> None:
        """End after the call in hand."""
        self._ticking.stop()

    def step(self, *, now_all: bool = False) -> Round:
        """Send what is owed and read what is old.

        Args:
            now_all: Also what waits for its time, or was given up: a person asks for it.
        """
        with self._one:
            if self._clock.now() < self._rest_until and not now_all:
                return Round(error="it wants to be left alone for a while")
            tally: dict[str, int] = {}
            error = ""
            try:
                self._send(tally, now_all=now_all)
                self._read(tally, now_all=now_all)
            except Retryable as why:
                self._rest_until = self._clock.now() + round(why.retry_after_s * 1000)
                error = str(why)
                log.warning("the other system waits", system=self._system.name, reason=error)
            finally:
                self._system.leave()
            tried = tally or error or now_all
            return Round(**tally, waiting=self._waiting() if tried else 0, error=error)

    def _waiting(self) -> int:
        owed = self._owed(now_all=True).order_by(None).with_only_columns(func.count())
        with self._sessions.session(ALL, reading=True) as session:
            return int(session.scalar(owed) or 0)

    def _send(self, tally: dict[str, int], *, now_all: bool) -> None:
        with self._sessions.session(ALL) as session:
            for order in session.scalars(self._new().limit(BATCH)):
                session.add(TicketRow(order_id=order.id, building=order.building,
                                      system=self._system.name))  # fmt: skip
        with self._sessions.session(ALL, reading=True) as session:
            found = session.execute(self._owed(now_all=now_all).limit(BATCH)).all()
            owed = [(row, order, self._word(order)) for row, order in found]
        for row, order, wording in owed:
            if self._claimed(row):
                self._one_ticket(row, order, wording, tally)

    def _claimed(self, row: TicketRow) -> bool:
        """Whether this process may send it now: two at once would make two tickets."""
        now = self._clock.now()
        mine = (
            update(TicketRow)
            .where(TicketRow.order_id == row.order_id, TicketRow.system == row.system,
                   TicketRow.claimed_until <= now)
            .values(claimed_until=now + CLAIM_MS)
        )  # fmt: skip
        with self._sessions.session(ALL) as session:
            done = session.execute(mine, execution_options={"synchronize_session": False})
            return isinstance(done, CursorResult) and done.rowcount == 1

    def _new(self) -> Any:
        """Orders that have no row yet; what was over before it was ever there never goes."""
        mine = and_(TicketRow.order_id == Order.id, TicketRow.system == self._system.name)
        return (
            select(Order).outerjoin(TicketRow, mine)
            .where(TicketRow.order_id.is_(None), Order.closed_at.is_(None),
                   Order.priority <= self._least)
            .order_by(Order.priority, Order.id)
        )  # fmt: skip

    def _owed(self, *, now_all: bool) -> Any:
        """Rows whose order has changed since, the most urgent first."""
        due = TicketRow.next_at <= self._clock.now()
        given_up = and_(TicketRow.state == "failed", TicketRow.sent_marking >= Order.marking)
        query = (
            select(TicketRow, Order).join(Order, TicketRow.order_id == Order.id)
            .where(TicketRow.system == self._system.name, TicketRow.state != "gone",
                   or_(TicketRow.sent_marking < Order.marking, TicketRow.state == "waiting",
                       given_up if now_all else TicketRow.state == "waiting"))
            .order_by(Order.priority, TicketRow.order_id)
        )  # fmt: skip
        return query if now_all else query.where(due)

    def _one_ticket(
        self, row: TicketRow, order: Order, wording: Wording, tally: dict[str, int]
    ) -> None:
        if row.ticket is not None and row.sent == digest(wording):
            self._keep(row, sent_marking=order.marking, state="sent")
            return
        try:
            ticket = self._brought(row, wording, tally)
        except Refused as why:
            self._failed(row, order, str(why), tally)
            if why.code == "forbidden":
                # Who we are is wrong: nothing else would be taken either.
                raise Retryable(str(why), retry_after_s=MINUTE_MS / 1000) from why
            return
        except Retryable as why:
            self._failed(row, order, str(why), tally)
            raise
        self._keep(
            row, ticket=ticket.id, sent_marking=order.marking, sent=digest(wording),
            set_status=ticket.status, status=ticket.status, state="sent", error=None, attempts=0,
            first_try_at=None, next_at=0, seen_at=self._clock.now(),
        )  # fmt: skip

    def _brought(self, row: TicketRow, wording: Wording, tally: dict[str, int]) -> Ticket:
        """The ticket as it should be; made only where it is not found."""
        known = row.ticket
        if known is None:
            # It may have been made by a call that had no answer, or just before a crash.
            there = self._system.find(wording.key)
            if there is None:
                made = self._system.open(wording)
                _count(tally, "made")
                return made
            known = there.id
            _count(tally, "found")
        elif row.status != row.set_status:
            # Somebody there has set another status; ours goes on, and they are told so.
            self._system.remark(known, f"Plantroom: {wording.state.value}; {row.status} was here")
            said = {"system": self._system.name, "ticket": known, "was": row.status}
            self._remark(row.order_id, Happening.TICKET_SET_BACK, said, tell=False)
        changed = self._system.update(known, wording)
        _count(tally, "changed")
        return changed

    def _read(self, tally: dict[str, int], *, now_all: bool) -> None:
        before = self._clock.now() - (0 if now_all else READ_EVERY_MS)
        query = (
            select(TicketRow).join(Order, TicketRow.order_id == Order.id)
            .where(TicketRow.system == self._system.name, TicketRow.state == "sent",
                   TicketRow.seen_at <= before, Order.closed_at.is_(None))
            .order_by(TicketRow.seen_at, TicketRow.order_id)
        )  # fmt: skip
        with self._sessions.session(ALL, reading=True) as session:
            rows: Sequence[TicketRow] = session.scalars(query.limit(BATCH)).all()
        for row in rows:
            self._look(row, tally)

    def _look(self, row: TicketRow, tally: dict[str, int]) -> None:
        assert row.ticket is not None  # noqa: S101 it was sent
        ticket = self._system.get(row.ticket)
        _count(tally, "read")
        said = {"system": self._system.name, "ticket": row.ticket}
        if ticket is None:
            _count(tally, "news")
            self._remark(row.order_id, Happening.TICKET_GONE, said, tell=True)
            self._keep(row, state="gone", seen_at=self._clock.now())
            return
        if ticket.status != row.status:
            _count(tally, "news")
            # Before it is kept: twice is better than never.
            self._remark(
                row.order_id,
                Happening.TICKET_CLOSED if ticket.closed else Happening.TICKET_CHANGED,
                {**said, "status": ticket.status, "was": row.status}, tell=ticket.closed,
            )  # fmt: skip
        self._keep(row, status=ticket.status, seen_at=self._clock.now())

    def _failed(self, row: TicketRow, order: Order, why: str, tally: dict[str, int]) -> None:
        _count(tally, "failed")
        now = self._clock.now()
        first = row.first_try_at or now
        attempts = row.attempts + 1
        wait = min(_FIRST_MS * 2 ** min(attempts - 1, _LONGEST_DOUBLING), _LONGEST_MS)
        over = now - first >= GIVE_UP_MS
        self._keep(
            row, attempts=attempts, first_try_at=first, error=why[:_ERROR], next_at=now + wait,
            state="failed" if over else "waiting",
            sent_marking=order.marking if over else row.sent_marking,
        )  # fmt: skip
        log.warning("ticket not sent", order=row.order_id, system=self._system.name, reason=why)

    def _keep(self, row: TicketRow, **what: Any) -> None:
        with self._sessions.session(ALL) as session:
            fresh = _row(session, row)
            for name, value in {"claimed_until": 0, **what}.items():
                setattr(fresh, name, value)


def _row(session: Session, row: TicketRow) -> TicketRow:
    return session.get_one(TicketRow, (row.order_id, row.system))


def _count(tally: dict[str, int], what: str) -> None:
    tally[what] = tally.get(what, 0) + 1
