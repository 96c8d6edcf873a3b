"""Entering, confirming, refusing and undoing non-routine events: two people, and a document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.records.base import ALL, scope_of
from adapters.records.ledger import AccountRow, PlanRow
from adapters.records.ledger_events import LedgerEventRow, LedgerEventStepRow
from adapters.records.orders import Order
from adapters.records.tables import AuditRow
from core.actor import SYSTEM, Actor
from core.clock import Clock
from core.site import Site
from core.words import CARRIER_UNIT, Carrier, Role, Text
from workorders.ledger.adjusting import local_day, touches
from workorders.ledger.events import (
    CONFIRMED,
    REFUSED,
    UNDONE,
    EventStanding,
    LedgerEvent,
    Source,
    append_event,
    append_step,
    read_events,
)
from workorders.office import Sessions
from workorders.refusals import OrderRefused, absent, forbidden, invalid

ENTERERS = frozenset({Role.ENGINEER, Role.ADMIN})
"""Who enters: the same as decide on use and on rules."""
SIGNERS = frozenset({Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN})
"""Who confirms, refuses or undoes: the same as sign what no telemetry proves."""

MOST_DAYS = 366
"""That one event may last: after twelve months a new level is the baseline. [d]"""

_LARGEST = 1e9
_MOST_WORDS, _LEAST_DOCUMENT, _MOST_DOCUMENT = 500, 3, 200


Borne = tuple[Order, PlanRow, str]
"""An order, what it is held against, and the local day until which it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person enters.

    Attributes:
        place: A meter or an asset.
        per_day: Added to a day's use; negative where it takes off. [kWh, m³]
        u: Half-width, 90 %. [kWh, m³]
        words: What changed.
        document: Where it is written down.
        evidence: Of an estimate; empty where it is stated.
    """

    place: str
    carrier: Carrier
    first: date
    last: date
    per_day: float
    u: float
    words: str
    document: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An event, the orders that it bears on, and what somebody may do with it."""

    event: LedgerEvent
    orders: tuple[str, ...]
    may_decide: bool
    may_refuse: bool
    may_undo: bool


@dataclass(frozen=True, kw_only=True)
class EventBoard:
    """Events as an actor may see and decide them.

    Attributes:
        key: Signs them; empty where they are only hashed.
    """

    sessions: Sessions
    site: Site
    clock: Clock
    key: bytes = field(default=b"", repr=False)

    def lines(self, actor: Actor) -> list[EventLine]:
        """Events in scope, the newest first."""
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            events = read_events(session)
            borne = self._borne(session) if events else []
            return [self._line(actor, event, self._orders(borne, event)) for event in events]

    def may_enter(self, actor: Actor) -> bool:
        """Whether somebody may enter one."""
        return actor.role in ENTERERS and actor.login != SYSTEM.login

    def enter(self, actor: Actor, said: Said) -> int:
        """Writes an event down; it counts nowhere yet. Its number.

        Raises:
            Refused: ``forbidden`` by role; ``absent`` out of scope; ``invalid``.
        """
        if not self.may_enter(actor):
            raise forbidden()
        equipment = self.site.equipment.get(said.place)
        if equipment is None or not actor.sees(equipment.building):
            raise absent()
        if equipment.meter is not None and equipment.meter.carrier is not said.carrier:
            raise invalid(Text("This meter counts something else."), "carrier")
        _check(said)
        now = self.clock.now()
        row = LedgerEventRow(
            building=equipment.building, place=said.place, carrier=said.carrier.value,
            first=said.first.isoformat(), last=said.last.isoformat(),
            per_day=round(said.per_day, 6), u=round(said.u, 6), words=said.words.strip(),
            document=said.document.strip(), evidence=dict(said.evidence), by=actor.login, at=now,
            source=(Source.ESTIMATED if said.evidence else Source.STATED).value,
        )  # fmt: skip
        # A chain is one for the whole campus, whoever adds to it.
        with self.sessions.session(ALL) as session:
            append_event(session, row, self.key)
            _audit(session, now, actor, "enter", row.id, f"{_told(said)} {row.document}")
            return row.id

    def confirm(self, actor: Actor, id_: int, *, reason: str) -> None:
        """From now on figures carry it, beside those without.

        Raises:
            Refused: ``forbidden`` by role, to who entered it, and to who repaired or closed an
                order that it bears on; ``absent``; ``conflict`` where it was decided.
        """
        with self._deciding(actor, id_, reason) as (session, event):
            if event.by == actor.login:
                raise OrderRefused(
                    Text("Who entered it does not confirm it; ask another one."), code="forbidden"
                )
            if actor.login in _hands(self._orders(self._borne(session), event)):
                raise OrderRefused(
                    Text("Who repaired or closed an order that it bears on does not confirm it; "
                         "ask another one."), code="forbidden",
                )  # fmt: skip
            self._say(session, actor, event, 1, CONFIRMED, reason)

    def refuse(self, actor: Actor, id_: int, *, reason: str) -> None:
        """It never counts; who entered it may say so too."""
        with self._deciding(actor, id_, reason) as (session, event):
            self._say(session, actor, event, 1, REFUSED, reason)

    def undo(self, actor: Actor, id_: int, *, reason: str) -> None:
        """A counter-entry: from now on it counts no longer; both stay to be read."""
        with self._event(actor, id_, reason) as (session, event):
            if event.standing is not EventStanding.COUNTS:
                raise OrderRefused(Text("This is over already."), code="conflict")
            self._say(session, actor, event, 2, UNDONE, reason)

    @contextmanager
    def _event(self, actor: Actor, id_: int, reason: str) -> Iterator[tuple[Session, LedgerEvent]]:
        if actor.role not in SIGNERS or actor.login == SYSTEM.login:
            raise forbidden()
        if not reason.strip():
            raise invalid(Text("Say why."), "reason")
        try:
            # A chain is one for the whole campus, whoever adds to it.
            with self.sessions.session(ALL) as session:
                event = next((e for e in read_events(session) if e.id == id_), None)
                if event is None or not actor.sees(event.building):
                    raise OrderRefused(Text("There is no such event."), code="absent")
                yield session, event
        except IntegrityError as error:  # somebody else said so at the same moment
            raise _decided() from error

    @contextmanager
    def _deciding(
        self, actor: Actor, id_: int, reason: str
    ) -> Iterator[tuple[Session, LedgerEvent]]:
        with self._event(actor, id_, reason) as (session, event):
            if event.standing is not EventStanding.WAITING:
                raise _decided()
            yield session, event

    def _say(
        self, session: Session, actor: Actor, event: LedgerEvent, seq: int, what: str, reason: str
    ) -> None:
        digest = session.get_one(LedgerEventRow, event.id).digest
        row = LedgerEventStepRow(
            building=event.building, event_id=event.id, event_digest=digest, seq=seq, what=what,
            by=actor.login, at=self.clock.now(), reason=reason.strip()[:500],
        )  # fmt: skip
        append_step(session, row, self.key)
        _audit(session, row.at, actor, what, event.id, row.reason)

    @staticmethod
    def _line(actor: Actor, event: LedgerEvent, of: Sequence[Order]) -> EventLine:
        signs = actor.role in SIGNERS and actor.login != SYSTEM.login
        waits = event.standing is EventStanding.WAITING
        other = event.by != actor.login and actor.login not in _hands(of)
        return EventLine(
            event=event, orders=tuple(sorted({o.id for o in of})),
            may_decide=signs and waits and other, may_refuse=signs and waits,
            may_undo=signs and event.standing is EventStanding.COUNTS,
        )  # fmt: skip

    def _orders(self, borne: Sequence[Borne], event: LedgerEvent) -> list[Order]:
        """Orders whose days, before or after, are measured where an event acts, while it does."""
        zone = ZoneInfo(self.site.timezone)
        return [
            order
            for order, plan, until in borne
            if until >= event.first.isoformat()
            and event.last >= local_day(plan.onset, zone)
            and touches(event, plan)
        ]

    @staticmethod
    def _borne(session: Session) -> Sequence[Borne]:
        """Every order that counts or counted, asked once for all events."""
        query = (
            select(Order, PlanRow, AccountRow.until)
            .join(AccountRow, AccountRow.order_id == Order.id)
            .join(PlanRow, PlanRow.id == AccountRow.plan_id)
        )
        return [(order, plan, until) for order, plan, until in session.execute(query)]


def _hands(of: Sequence[Order]) -> frozenset[str]:
    """Who repaired or closed some orders."""
    logins = {login for order in of for login in (order.repaired_by, order.closed_by) if login}
    return frozenset(logins - {SYSTEM.login})


def _check(said: Said) -> None:
    if not said.words.strip() or len(said.words) > _MOST_WORDS:
        raise invalid(Text("Say what changed."), "words")
    if not _LEAST_DOCUMENT <= len(said.document.strip()) <= _MOST_DOCUMENT:
        raise invalid(Text("Name the document that says so: without one nothing counts."),
                      "document")  # fmt: skip
    if said.last < said.first or (said.last - said.first).days >= MOST_DAYS:
        raise invalid(Text("It lasts at least a day and at most {days}.", {"days": MOST_DAYS}),
                      "last")  # fmt: skip
    numbers = (said.per_day, said.u)
    if not all(math.isfinite(x) and abs(x) <= _LARGEST for x in numbers) or said.u < 0:
        raise invalid(Text("A field of the form cannot be read."), "per_day", "u")
    if said.per_day == 0.0:
        raise invalid(Text("What changes nothing is no event."), "per_day")
    if said.u == 0.0:
        raise invalid(Text("Nothing is known exactly: say by how much it may be wrong."), "u")


def _told(said: Said) -> str:
    size = f"{said.per_day:+.6g} ± {said.u:.6g} {CARRIER_UNIT[said.carrier]}/d"
    return f"{said.place} {said.carrier.value} {said.first} – {said.last}: {size}"


def _audit(session: Session, at: int, actor: Actor, what: str, id_: int, detail: str) -> None:
    session.add(
        AuditRow(at=at, actor=actor.login, action=f"savings.event.{what}",
                 detail=f"event {id_}: {detail}")
    )  # fmt: skip


def _decided() -> OrderRefused:
    return OrderRefused(Text("Somebody has decided this already."), code="conflict")
