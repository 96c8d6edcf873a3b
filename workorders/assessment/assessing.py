"""Who may see which figures, and the figures: the way in for pages, programs and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from adapters.records.base import ALL, scope_of
from adapters.records.orders import Order
from core.actor import Actor
from core.clock import Clock
from core.site import Site
from core.words import OrderState, Role, Text
from workorders import messages
from workorders.assessment.assess import Assessment
from workorders.assessment.period import Period
from workorders.assessment.reading import read
from workorders.assessment.targets import Targets
from workorders.office import Sessions
from workorders.refusals import forbidden

_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """An order in a line."""

    id: str
    title: Text
    target: str
    asset: str
    state: OrderState
    priority: int


@dataclass(frozen=True, kw_only=True)
class Assessor:
    """Looks at how the work went; changes nothing.

    Attributes:
        clock: The run clock.
    """

    sessions: Sessions
    site: Site
    clock: Clock

    def of(self, actor: Actor, period: Period) -> Assessment:
        """Figures of some months, as an actor may see them: a technician their own alone."""
        targets = Targets.of(self.site)
        scope = scope_of(actor.buildings)
        with self.sessions.session(scope, reading=True) as session:
            # The roster is of the whole campus: held against a part of its work it says nothing.
            work = read(session, period, most_h=targets.week_h, rostered=scope == ALL)
        return Assessment(
            work=work, period=period, now=self.clock.now(), targets=targets,
            only=None if sees_others(actor) else actor.login,
        )  # fmt: skip

    def brief(self, actor: Actor, ids: Sequence[str]) -> Mapping[str, Brief]:
        """What some orders are about, by id; those out of scope are left out."""
        found: dict[str, Brief] = {}
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            for first in range(0, len(ids), _MANY):
                query = select(
                    Order.id, Order.title, Order.target, Order.asset, Order.state, Order.priority
                ).where(Order.id.in_(ids[first : first + _MANY]))
                for id_, title, target, asset, state, priority in session.execute(query):
                    found[id_] = Brief(id=id_, title=messages.loaded(title), target=target,
                                       asset=asset, state=state, priority=priority)  # fmt: skip
        return found

    def whole(self, actor: Actor, period: Period) -> Assessment:
        """The same for who reports on everybody.

        Raises:
            Refused: ``forbidden``: a technician sees their own figures alone.
        """
        if not sees_others(actor):
            raise forbidden()
        return self.of(actor, period)


def sees_others(actor: Actor) -> bool:
    """Whether somebody may see figures of other people's work; managers are viewers."""
    return actor.role is not Role.TECHNICIAN
