"""Orders for the simulated crew, who act as the persons the orders belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.actor import SYSTEM, Actor
from core.errors import Refused
from core.words import OrderState
from workorders.act import Act
from workorders.desk import Desk
from workorders.states import Command
from workorders.views import OrderRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewOrder:
    """What a crew needs to know of an order.

    Attributes:
        assigned_at: When it came to its person. [ms]
    """

    id: str
    rule: str
    target: str
    asset: str
    state: OrderState
    assignee: str
    attempt: int
    assigned_at: int
    priority: int


@dataclass(frozen=True, slots=True)
class CrewDesk:
    """Accept, arrive and done, in the name of whom the order belongs to."""

    desk: Desk

    def open_orders(self) -> Sequence[CrewOrder]:
        """Orders that somebody has, by priority, then value."""
        return [
            CrewOrder(
                id=row.id, rule=row.rule, target=row.target, asset=row.asset, state=row.state,
                assignee=row.person, attempt=row.attempt, assigned_at=row.assigned_at or 0,
                priority=int(row.priority),
            )
            for row in self.desk.queue(SYSTEM, most=10_000)
            if row.person is not None
        ]  # fmt: skip

    def accept(self, id_: str) -> None:
        """The person has seen it and goes."""
        self._act(id_, Command.ACCEPT)

    def arrive(self, id_: str) -> None:
        """The person is on site."""
        self._act(id_, Command.ARRIVE)

    def done(self, id_: str, *, cause: str, note: str, minutes: int) -> None:
        """The person says that it is mended."""
        self._act(id_, Command.DONE, cause=cause, note=note, minutes=minutes)

    def _act(
        self, id_: str, do: Command, *, cause: str = "", note: str = "", minutes: int | None = None
    ) -> None:
        row = self.desk.order(SYSTEM, id_).row
        said = Act(order=id_, do=do, version=row.version, cause=cause, note=note, minutes=minutes)
        self.desk.act(self._person(row), said)

    def _person(self, row: OrderRow) -> Actor:
        person = self.desk.office.duty.person(row.person or "")
        if person is None:
            raise Refused(f"nobody has order {row.id}", code="absent")
        return Actor(
            login=person.login,
            name=person.name,
            role=person.role,
            buildings=person.buildings,
            language=person.language,
        )
