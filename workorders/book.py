"""The one hand that writes orders: steps, events, messages and clocks of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from adapters.records.adding import add_rows
from adapters.records.base import Base
from adapters.records.orders import (
    Notification,
    Order,
    OrderClock,
    OrderEvent,
    OrderNumber,
    OrderPause,
)
from adapters.records.tables import ChangeRow
from core.actor import SYSTEM
from core.service import ClockKind, Promise
from core.words import OrderState, Priority, Text
from workorders import clocks, messages
from workorders.duty import Remembered
from workorders.happenings import Happening
from workorders.office import Office
from workorders.states import Command
from workorders.workdays import hours_of

AT_IT = frozenset({OrderState.IN_PROGRESS, OrderState.ON_HOLD})
"""States of an order whose person has been at the place."""

PAUSED = frozenset({ClockKind.RESTORE, ClockKind.PERMANENT})
"""What a hold can stop; to acknowledge, to come and to make safe needs nobody else."""


@dataclass(kw_only=True)
class Memory:
    """What one transaction need not ask twice.

    Attributes:
        loads: Open work by log-in, kept up with what is handed out. [min]
        past: Minutes of past repairs, by rule.
        advice: Rules that only advise; None until somebody asked.
        pauses: Holds of orders whose clocks are read together, by order.
        number: The last order number given, and that nobody else may give now.
        touched: Orders whose change the live streams are told of already.
        gathered: Rows that wait to be written together; None where each is written by itself.
    """

    loads: dict[str, int] | None = None
    past: dict[str, Sequence[int]] = field(default_factory=dict)
    advice: frozenset[str] | None = None
    pauses: dict[str, list[OrderPause]] = field(default_factory=dict)
    number: OrderNumber | None = None
    touched: set[str] = field(default_factory=set)
    gathered: dict[type[Base], list[dict[str, Any]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Book:
    """Writes orders within one session, at one moment.

    Attributes:
        now: Run clock. [ms]
    """

    session: Session
    office: Office
    now: int
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def open(cls, session: Session, office: Office, now: int) -> Book:
        """A book for one transaction that may write; it asks who people are only once.

        Orders have one writer at a time, as SQLite has anyway: who holds the numbers. Else
        whoever locks orders and then numbers changes meets another who does it the other
        way round.
        """
        if session.get_bind().dialect.name != "sqlite":
            session.scalars(select(OrderNumber.year).with_for_update()).all()
        return cls.reading(session, office, now)

    @classmethod
    def reading(cls, session: Session, office: Office, now: int) -> Book:
        """A book for looking only."""
        return cls(session=session, office=replace(office, duty=Remembered(office.duty)), now=now)

    def number(self) -> str:
        """The next order number of the year; its row is locked since the book was opened."""
        year, row = self.office.year(self.now), self.memory.number
        if row is None:
            row = self.session.get(OrderNumber, year)
            if row is None:
                row = OrderNumber(year=year, last=0)
                self.session.add(row)
            self.memory.number = row
        row.last += 1
        return f"WO-{year}-{row.last:04d}"

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Events, promises, messages and changes are written at the end, a statement a table.

        What needs them before says :meth:`flush`.
        """
        self.memory.gathered = {}
        yield
        self.flush()
        self.memory.gathered = None

    def flush(self) -> None:
        """All that was said so far stands in the database, in this transaction."""
        self.session.flush()
        for of, rows in (self.memory.gathered or {}).items():
            add_rows(self.session, of, rows)
            rows.clear()

    def lock(self, id_: str, version: int | None = None) -> Order | None:
        """An order that nobody else can change until the end of the transaction.

        None where there is none in scope, or where it has another version.
        """
        claim = update(Order).where(Order.id == id_)
        if version is not None:
            claim = claim.where(Order.version == version)
        # Changes nothing, but locks the row (SQLite: the file) and tests the version at once.
        if not self._touch(claim.values(version=Order.version)):
            return None
        fresh = select(Order).where(Order.id == id_).execution_options(populate_existing=True)
        return self.session.scalars(fresh).one()

    def step(
        self, order: Order, command: Command, to: OrderState, actor: str = SYSTEM.login, *,
        note: str = "", **data: Any,
    ) -> None:  # fmt: skip
        """A transition: the state, its event, and a new version."""
        before, order.state = order.state, to
        order.version += 1
        self._event(order, command, before, actor, note, data)

    def happen(
        self, order: Order, what: Happening, *, note: str = "", actor: str = SYSTEM.login,
        **data: Any,
    ) -> None:  # fmt: skip
        """Something that people see but that changes no state."""
        order.version += 1
        self._event(order, what, order.state, actor, note, data)

    def touch(self, order: Order) -> None:
        """Something changed that dashboards show but that makes no form stale."""
        order.marking += 1
        order.changed_at = self.now
        if order.id not in self.memory.touched:
            # However often in one transaction, a stream sees it once.
            self.memory.touched.add(order.id)
            self._add(ChangeRow, at=self.now, kind="order", ref=order.id, building=order.building)

    def tell(
        self, order: Order, people: Iterable[str], kind: str, head: str,
        **params: str | float,
    ) -> None:  # fmt: skip
        """Owes a message to each; sent by :mod:`workorders.notify` after the commit."""
        said: dict[str, str | int | float] = {
            "order": order.id, "priority": order.priority, "asset": self.asset_name(order),
            "attempt": order.attempt, **params,
        }  # fmt: skip
        text = {
            "head": messages.dumped(Text(head, said)),
            "lines": [order.title, order.explanation],
            "names": {
                "asset": self._names(order.asset),
                "target": self._names(order.target or order.asset),
            },
        }
        for login in dict.fromkeys(people):
            self._add(
                Notification, key=f"{order.id}.{order.marking}.{kind}.{login}",
                building=order.building, order_id=order.id, person=login, kind=str(kind),
                priority=order.priority, text=text, created_at=self.now,
            )  # fmt: skip

    def supervisors(self, order: Order) -> Sequence[str]:
        """Who leads in the order's building."""
        return self.office.duty.supervisors(order.building)

    def asset_name(self, order: Order) -> str:
        """What people call the asset, with its id where it has no name."""
        return self._names(order.asset).get("en", order.asset)

    def _names(self, id_: str) -> dict[str, str]:
        """What something of the site is called, by language; nothing where it has no name."""
        site = self.office.site
        found = site.equipment.get(id_) or site.gateways.get(id_) or site.buildings.get(id_)
        return dict(found.names) if found is not None else {}

    def start_clocks(
        self, order: Order, start: int, kinds: Iterable[ClockKind] = tuple(ClockKind)
    ) -> None:
        """Promises by the order's present priority; clocks that already run are kept."""
        wanted = set(kinds)
        priority = Priority(order.priority)
        promised = self.office.levels.promised(priority, waste_raised=order.waste_raised)
        for promise in promised:
            if promise.kind in wanted:
                self._start(order, promise, start)
        if order.state in AT_IT:
            # Who is there need not come again.
            self.flush()
            self.meet(order, ClockKind.ARRIVE)

    def meet(self, order: Order, kind: ClockKind) -> None:
        """What was promised has happened; a breach not yet noticed is recorded with it."""
        for clock in self.clocks(order.id):
            if clock.kind == kind and clock.met_at is None:
                clock.met_at = self.now
                due = self.due(clock)
                if clock.breached_at is None and due < self.now:
                    clock.breached_at = due

    def unmeet(self, order: Order, kind: ClockKind) -> None:
        """It had not happened after all: the clocks run on as if it never had."""
        for clock in self.clocks(order.id):
            if clock.kind == kind:
                clock.met_at = None

    def clocks(self, order_id: str) -> Sequence[OrderClock]:
        """All promises of an order, the first first."""
        mine = select(OrderClock).where(OrderClock.order_id == order_id)
        return self.session.scalars(mine.order_by(OrderClock.id)).all()

    def due(self, clock: OrderClock) -> int:
        """When a clock falls due, the hold that goes on now counted as a pause. [ms]"""
        if clock.kind not in PAUSED:
            return clock.due_at
        rows = self.memory.pauses.get(clock.order_id)
        if rows is None:
            mine = select(OrderPause).where(OrderPause.order_id == clock.order_id)
            rows = list(self.session.scalars(mine))
        if not rows:
            return clock.due_at
        pauses = [(p.start, self.now if p.end is None else p.end) for p in rows]
        hours = hours_of(self.office.calendar, clock.building, always=clock.always)
        return clocks.due(clock.started_at, clock.minutes, hours, pauses)

    def _start(self, order: Order, promise: Promise, start: int) -> None:
        hours = hours_of(self.office.calendar, order.building, always=promise.always)
        minutes = promise.minutes + promise.workdays * hours.day_minutes
        self._add(
            OrderClock, order_id=order.id, building=order.building, kind=str(promise.kind),
            priority=order.priority, always=promise.always, started_at=start, minutes=minutes,
            due_at=clocks.due(start, minutes, hours),
        )  # fmt: skip

    def _event(
        self, order: Order, command: str, before: OrderState, actor: str, note: str,
        data: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.touch(order)
        self._add(
            OrderEvent, order_id=order.id, building=order.building, seq=order.marking, at=self.now,
            actor=actor, command=str(command), from_state=before, to_state=order.state, note=note,
            data=dict(data),
        )  # fmt: skip

    def _add(self, of: type[Base], **values: Any) -> None:
        """A row that is only ever added."""
        if self.memory.gathered is None:
            self.session.add(of(**values))
        else:
            self.memory.gathered.setdefault(of, []).append(values)

    def _touch(self, statement: Any) -> bool:
        result = self.session.execute(statement, execution_options={"synchronize_session": False})
        return isinstance(result, CursorResult) and result.rowcount == 1
