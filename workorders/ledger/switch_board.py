"""Offering, accepting, declining and stopping switchbacks of what the desk has mended."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.records.base import scope_of
from adapters.records.ledger import AccountRow, PlanRow
from adapters.records.ledger_events import SwitchbackRow
from adapters.records.mutes import Mute, MuteKind
from adapters.records.orders import Order
from adapters.records.tables import AuditRow
from analytics.savings.constructions import CONSTRUCTIONS, Kind
from analytics.savings.switchback import LEAST_PAIRS, MOST_PAIRS, Spell, schedule
from core.actor import SYSTEM, Actor
from core.clock import DAY_MS
from core.rulecard import RuleCard
from core.words import Text
from workorders.ledger.accounts import VERIFIED
from workorders.ledger.event_board import SIGNERS
from workorders.ledger.ground import Daily, Ground
from workorders.ledger.switchbacks import (
    ACCEPTED,
    DECLINED,
    STOPPED,
    Measured,
    Said,
    Switchback,
    measured,
    read_switchback,
)
from workorders.refusals import OrderRefused, absent, forbidden, invalid

AHEAD_DAYS = 85
"""Within which a schedule has to end: a shelf of its findings holds for 90. [d]"""

USUAL_PAIRS = 6
"""Offered: with four all must be of one day type. [1]"""

_SPELL, _PLANT_SPELL = (1, 0), (2, 1)
"""Length of a spell and days of it that settle: a building that was kept warm all night remembers
it for a day, a circuit does not. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchView:
    """An order's switchback as somebody may see and decide it.

    Attributes:
        offer: A schedule to accept; empty where none is offered.
        declined_by: Who wanted none, and why.
        found: Of each carrier, as far as readings go.
        over: Whether it has run to its end.
    """

    offer: tuple[Spell, ...]
    pairs: int
    first: date
    accepted: Switchback | None
    declined_by: str
    declined_why: str
    found: tuple[Measured, ...]
    over: bool
    may_decide: bool
    may_stop: bool


@dataclass(frozen=True, kw_only=True)
class SwitchBoard:
    """Switchbacks as an actor may see and decide them.

    Attributes:
        cards: Which faults are mended at the desk, by rule.
    """

    ground: Ground
    cards: Mapping[str, RuleCard]

    def view(
        self, actor: Actor, order: str, *, first: date | None = None, pairs: int = USUAL_PAIRS
    ) -> SwitchView | None:
        """What is offered, goes on or was found; None where there is nothing to switch.

        Raises:
            Refused: ``absent``; ``invalid`` where no schedule can be had of such numbers.
        """
        ground = self.ground
        with ground.sessions.session(scope_of(actor.buildings), reading=True) as session:
            if session.get(Order, order) is None:
                raise absent()
            said = read_switchback(session, order)
            account, planned = _booked(session, order)
        if planned is None or account is None:
            return None
        start = first or self._tomorrow()
        offer: tuple[Spell, ...] = ()
        if said.accepted is None and said.declined is None:
            if not self._switchable(account, planned):
                return None
            offer = self._schedule(planned, account, start, pairs)
        signs = actor.role in SIGNERS and actor.login != SYSTEM.login
        last = ground.day(ground.clock.now()) - timedelta(days=1)
        of = said.accepted
        found: tuple[Measured, ...] = ()
        if of is not None and last >= of.first:
            found = measured(ground, Daily(ground, ground.sight()), planned, of, last)
        over = of is not None and of.stopped is None and last >= of.last
        return SwitchView(
            offer=offer, pairs=pairs, first=start, accepted=of,
            declined_by=said.declined.by if said.declined else "",
            declined_why=said.declined.reason if said.declined else "", found=found, over=over,
            may_decide=signs and bool(offer),
            may_stop=signs and of is not None and of.stopped is None and not over,
        )  # fmt: skip

    def accept(
        self,
        actor: Actor,
        order: str,
        *,
        reason: str,
        first: date | None = None,
        pairs: int = USUAL_PAIRS,
    ) -> None:
        """The schedule that was offered for this day and number is the one that is kept to.

        What the off days show opens no order: it is shelved for so long, and listed there.

        Raises:
            Refused: ``forbidden``, ``absent``, ``conflict``, ``invalid``.
        """
        with self._deciding(actor, order, reason) as (session, said):
            account, planned = _booked(session, order)
            first = first or self._tomorrow()
            if account is None or planned is None or not self._switchable(account, planned):
                raise _nothing()
            spells = self._schedule(planned, account, first, pairs)
            if not spells:
                raise invalid(
                    Text("So many pairs do not fit before it ends to count; take fewer."), "pairs"
                )
            of = Switchback(order=order, spells=spells, seed=_seed(order, first, pairs),
                            by=actor.login, at=0, reason=reason)  # fmt: skip
            mute = self._mute(session, actor, planned, of)
            self._say(session, actor, account, said, ACCEPTED, reason, of, mute)

    def decline(self, actor: Actor, order: str, *, reason: str) -> None:
        """Nothing is switched, and nothing changes."""
        with self._deciding(actor, order, reason) as (session, said):
            account, planned = _booked(session, order)
            if account is None or planned is None or not self._switchable(account, planned):
                raise _nothing()
            self._say(session, actor, account, said, DECLINED, reason)

    def stop(self, actor: Actor, order: str, *, reason: str) -> None:
        """Ends one before its time: the construction goes on to say what is saved."""
        with self._session(actor, order, reason) as (session, said):
            account, _ = _booked(session, order)
            of = said.accepted
            if of is None or of.stopped is not None or account is None:
                raise OrderRefused(Text("This is over already."), code="conflict")
            mute = session.get(Mute, of.mute) if of.mute is not None else None
            if mute is not None:
                mute.ended_at, mute.ended_by = self.ground.clock.now(), actor.login
            self._say(session, actor, account, said, STOPPED, reason)

    def _switchable(self, account: AccountRow, planned: PlanRow) -> bool:
        """Mended at the desk, proven, still counting: before the proof an off day refutes it."""
        card = self.cards.get(planned.rule)
        return (
            card is not None and card.desk and account.state == VERIFIED
            and not account.ended_why and planned.family in CONSTRUCTIONS
        )  # fmt: skip

    def _schedule(
        self, planned: PlanRow, account: AccountRow, first: date, pairs: int
    ) -> tuple[Spell, ...]:
        if pairs % 2 or not LEAST_PAIRS <= pairs <= MOST_PAIRS or first < self._tomorrow():
            raise invalid(
                Text("An even number of pairs from {least} to {most}, from tomorrow at the "
                     "earliest.", {"least": LEAST_PAIRS, "most": MOST_PAIRS}), "pairs", "first",
            )  # fmt: skip
        last = date.fromisoformat(account.until)
        last = min(last, self._tomorrow() + timedelta(days=AHEAD_DAYS))
        if first > last:
            return ()
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        working = {day: self.ground.calendar.workday(day, planned.target) for day in days}
        plant = CONSTRUCTIONS[planned.family].kind is Kind.PLANT
        spell, settling = _PLANT_SPELL if plant else _SPELL
        seed = _seed(planned.order_id, first, pairs)
        return schedule(first, working, seed=seed, pairs=pairs, spell=spell, settling=settling)

    def _tomorrow(self) -> date:
        return self.ground.day(self.ground.clock.now()) + timedelta(days=1)

    def _mute(self, session: Session, actor: Actor, planned: PlanRow, of: Switchback) -> int:
        now, ground = self.ground.clock.now(), self.ground
        row = Mute(
            building=planned.building, kind=MuteKind.SHELVED, scope=planned.target, family="",
            rule=planned.rule, owner=actor.login, start=ground.midnight(of.first),
            # A day more: what an off day showed clears by what comes after it.
            until=ground.midnight(of.last + timedelta(days=1)) + DAY_MS, made_at=now,
            made_by=actor.login, settled=False, reason=f"switchback of {planned.order_id}",
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id

    @contextmanager
    def _session(self, actor: Actor, order: str, reason: str) -> Iterator[tuple[Session, Said]]:
        if actor.role not in SIGNERS or actor.login == SYSTEM.login:
            raise forbidden()
        if not reason.strip():
            raise invalid(Text("Say why."), "reason")
        try:
            with self.ground.sessions.session(scope_of(actor.buildings)) as session:
                if session.get(Order, order) is None:
                    raise absent()
                yield session, read_switchback(session, order)
                session.flush()
        except IntegrityError as error:  # somebody else said so at the same moment
            raise _decided() from error

    @contextmanager
    def _deciding(self, actor: Actor, order: str, reason: str) -> Iterator[tuple[Session, Said]]:
        with self._session(actor, order, reason) as (session, said):
            if said.accepted is not None or said.declined is not None:
                raise _decided()
            yield session, said

    def _say(
        self, session: Session, actor: Actor, account: AccountRow, said: Said, what: str,
        reason: str, of: Switchback | None = None, mute: int | None = None,
    ) -> None:  # fmt: skip
        now = self.ground.clock.now()
        session.add(
            SwitchbackRow(
                order_id=account.order_id, building=account.building, seq=said.seq + 1, what=what,
                by=actor.login, at=now, reason=reason.strip()[:500],
                detail=of.as_json() if of is not None else {}, mute=mute,
            )
        )  # fmt: skip
        session.add(
            AuditRow(at=now, actor=actor.login, action=f"savings.switchback.{what}",
                     detail=f"{account.order_id}: {reason.strip()[:500]}")
        )  # fmt: skip


def _booked(session: Session, order: str) -> tuple[AccountRow | None, PlanRow | None]:
    """The newest account of an order and what it is held against."""
    account = session.scalars(
        select(AccountRow).where(AccountRow.order_id == order)
        .order_by(AccountRow.done_at.desc()).limit(1)
    ).one_or_none()  # fmt: skip
    if account is None or account.plan_id is None:
        return account, None
    return account, session.get(PlanRow, account.plan_id)


def _seed(order: str, first: date, pairs: int) -> int:
    """Of the draw: nobody chooses it, and who looks again gets the same."""
    told = f"{order} {first} {pairs}".encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:4], "big")


def _nothing() -> OrderRefused:
    return OrderRefused(Text("There is nothing to switch in this order."), code="conflict")


def _decided() -> OrderRefused:
    return OrderRefused(Text("Somebody has decided this already."), code="conflict")
