"""The use cases of muting: what is muted, muting something, ending it before its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from adapters.records.base import scope_of
from adapters.records.mutes import Mute, MutedFinding, MuteKind
from adapters.records.orders import Order
from core.actor import SYSTEM, Actor
from core.clock import DAY_MS, Clock
from core.words import CancelReason, Role, Text, Trade
from workorders import messages
from workorders.office import Office, Sessions
from workorders.ownplant.cards import FAMILIES as OWN_PLANT
from workorders.refusals import OrderRefused, forbidden, invalid

MUTERS = frozenset({Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN})
"""Who may mute; everybody sees what is muted."""

MOST_MS: Mapping[MuteKind, int] = {
    MuteKind.MAINTENANCE: 14 * DAY_MS,
    MuteKind.SHELVED: 90 * DAY_MS,
    MuteKind.SHUTDOWN: 180 * DAY_MS,
}
"""How long each may last. A shelf is an accepted risk, and ends like one (crews.md); works longer
than two weeks are entered again, by somebody who looked; a plant is off for a season at most."""

BACKDATED_MS = DAY_MS
"""How long ago a mute may have begun: works are entered when they are over, too."""

SHOWN_MS = 30 * DAY_MS
"""How long an ended mute stays listed."""

_MANY = 200
"""Findings listed a mute; the count says how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants muted.

    Attributes:
        scope: Id of a building, system, piece of equipment, gateway or point.
        family: Only faults of this family; all where empty.
        owner: Log-in of who answers for it; who asks, where empty.
        start: From when; now where None. [ms]
        until: Until when. [ms]
    """

    kind: MuteKind
    scope: str
    reason: str
    until: int
    start: int | None = None
    family: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finding that was kept back.

    Attributes:
        released: When it went to an order after all. [ms]
    """

    finding: str
    rule: str
    target: str
    title: str
    severity: int
    state: str
    muted_at: int
    released: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRow:
    """Something that is, will be or was muted.

    Attributes:
        family: Or the rule, where it covers one rule alone.
        end: When it ends, or ended. [ms]
        count: Findings that it kept back.
        kept: The newest of them.
        may_end: Whether the reader may end it now.
    """

    id: int
    kind: MuteKind
    building: str
    scope: str
    family: str
    owner: str
    owner_name: str
    reason: str
    start: int
    end: int
    ended_by: str
    count: int
    kept: tuple[Kept, ...]
    may_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """What keeps quiet without a mute: an accepted risk, or rules that lean on a bad sensor.

    Attributes:
        order: The order it is about.
        title: Of the order.
        until: When a risk expires; None where it ends with the repair. [ms]
    """

    order: str
    building: str
    target: str
    title: Text
    until: int | None


@dataclass(frozen=True, kw_only=True)
class MuteBoard:
    """Mutes as an actor may see and set them."""

    sessions: Sessions
    office: Office
    clock: Clock

    def rows(self, actor: Actor) -> list[MuteRow]:
        """Mutes in scope that last, will last, or ended in the last month; the next to end first.

        What lasts comes before what is over.
        """
        now = self.clock.now()
        query = select(Mute).where(Mute.until >= now - SHOWN_MS)
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            mutes = session.scalars(query).all()
            kept: dict[int, list[MutedFinding]] = {mute.id: [] for mute in mutes}
            mine = select(MutedFinding).where(MutedFinding.mute_id.in_(list(kept)))
            for row in session.scalars(mine.order_by(MutedFinding.muted_at.desc())):
                kept[row.mute_id].append(row)
            rows = [self._row(mute, kept[mute.id], actor, now) for mute in mutes]
        shown = [row for row in rows if row.end >= now - SHOWN_MS]
        return sorted(shown, key=lambda row: (row.end <= now, abs(row.end - now), row.id))

    def risks(self, actor: Actor) -> list[Silenced]:
        """Accepted risks that have not expired: they absorb what is no worse."""
        query = select(Order).where(
            Order.cancel_reason == CancelReason.ACCEPTED_RISK, Order.risk_until > self.clock.now()
        )
        return self._orders(actor, query.order_by(Order.risk_until))

    def instruments(self, actor: Actor) -> list[Silenced]:
        """Open instrument orders: what leans on these sensors is not judged until they are well."""
        query = select(Order).where(
            Order.trade == Trade.INSTRUMENT, Order.closed_at.is_(None), Order.cleared_at.is_(None),
            Order.family.not_in(sorted(OWN_PLANT)),
        )  # fmt: skip
        return self._orders(actor, query.order_by(Order.opened_at))

    def mute(self, actor: Actor, wish: Wish) -> int:
        """Mutes something from now or a later time on; its number.

        Raises:
            Refused: ``forbidden`` by role; ``absent`` where there is no such thing in scope;
                ``invalid`` where something is missing, or it would last too long.
        """
        now = self.clock.now()
        _may(actor)
        building = self._building(wish.scope)
        if building is None or not actor.sees(building):
            raise OrderRefused(Text("There is nothing here with the id {id}.", {"id": wish.scope}),
                               code="invalid", fields=("scope",))  # fmt: skip
        start = now if wish.start is None else wish.start
        self._check(wish, start, now)
        owner = wish.owner or actor.login
        if self.office.duty.person(owner) is None:
            raise invalid(Text("Nobody here has the log-in {login}.", {"login": owner}), "owner")
        row = Mute(
            building=building, kind=wish.kind, scope=wish.scope, family=wish.family, owner=owner,
            reason=wish.reason.strip(), start=start, until=wish.until, made_at=now,
            made_by=actor.login, settled=False,
        )  # fmt: skip
        with self.sessions.session(scope_of(actor.buildings)) as session:
            session.add(row)
            session.flush()
            return row.id

    def end(self, actor: Actor, id_: int) -> None:
        """Ends a mute before its time; what still goes on opens its order at once.

        Raises:
            Refused: ``forbidden`` by role, ``absent`` out of scope, ``conflict`` where it is over.
        """
        _may(actor)
        now = self.clock.now()
        with self.sessions.session(scope_of(actor.buildings)) as session:
            mute = session.get(Mute, id_)
            if mute is None:
                raise OrderRefused(Text("There is no such mute."), code="absent")
            if mute.end <= now:
                raise OrderRefused(Text("This is over already."), code="conflict")
            mute.ended_at = now
            mute.ended_by = actor.login

    def _check(self, wish: Wish, start: int, now: int) -> None:
        if not wish.reason.strip():
            raise invalid(Text("Say why it is muted."), "reason")
        if start < now - BACKDATED_MS:
            raise invalid(Text("It can have begun a day ago at most."), "start")
        if wish.until <= max(start, now):
            raise invalid(Text("The end lies in the future, and after the beginning."), "until")
        most = MOST_MS[wish.kind]
        if wish.until - start > most:
            days = most // DAY_MS
            raise invalid(Text("This lasts {days} days at most; nothing is muted for ever.",
                               {"days": days}), "until")  # fmt: skip
        families = {card.family for card in self.office.cards.values()}
        if wish.family and wish.family not in families:
            raise invalid(Text("No rule finds faults of the family {family}.",
                               {"family": wish.family}), "family")  # fmt: skip

    def _building(self, scope: str) -> str | None:
        """The building that something is in; None where there is no such thing."""
        site = self.office.site
        if scope in site.buildings:
            return scope
        if scope in site.systems:
            return site.systems[scope].building
        if scope in site.equipment:
            return site.equipment[scope].building
        if scope in site.index:
            return site.points[site.index[scope]].building
        # As rules have it: a gateway's own faults are told of the building of its first point.
        return next((point.building for point in site.points if point.gateway == scope), None)

    def _orders(self, actor: Actor, query: Select[Order]) -> list[Silenced]:
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            return [
                Silenced(
                    order=order.id, building=order.building, target=order.target,
                    title=messages.loaded(order.title), until=order.risk_until,
                )
                for order in session.scalars(query)
            ]  # fmt: skip

    def _row(self, mute: Mute, kept: Sequence[MutedFinding], actor: Actor, now: int) -> MuteRow:
        return MuteRow(
            id=mute.id, kind=MuteKind(mute.kind), building=mute.building, scope=mute.scope,
            family=mute.rule or mute.family, owner=mute.owner,
            owner_name=self.office.name(mute.owner),
            reason=mute.reason, start=mute.start, end=mute.end,
            ended_by=self.office.name(mute.ended_by) if mute.ended_by else "", count=len(kept),
            kept=tuple(_kept(row) for row in kept[:_MANY]),
            may_end=actor.role in MUTERS and mute.end > now,
        )  # fmt: skip


def _kept(row: MutedFinding) -> Kept:
    return Kept(
        finding=row.finding_id, rule=row.rule, target=row.target, title=row.title,
        severity=row.severity, state=row.state, muted_at=row.muted_at, released=row.released_at,
    )  # fmt: skip


def _may(actor: Actor) -> None:
    if actor.role not in MUTERS or actor.login == SYSTEM.login:
        raise forbidden()
