"""Orders for the simulated crew, who act as the persons the orders belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.actor import SYSTEM, Actor
from core.errors import Refused
from core.words import OrderState, Permit
from workorders.act import Act
from workorders.crew.work import LONGEST_PERMIT_MS, Workplace
from workorders.desk import Desk
from workorders.queue import Ask
from workorders.routing import owner_of
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
    work: Workplace

    def open_orders(self) -> Sequence[CrewOrder]:
        """Orders that somebody has, by priority, then value."""
        return [
            CrewOrder(
                id=row.id, rule=row.rule, target=row.target, asset=row.asset, state=row.state,
                assignee=row.person, attempt=row.attempt, assigned_at=row.assigned_at or 0,
                priority=int(row.priority),
            )
            for row in self._rows()
            if row.person is not None
        ]  # fmt: skip

    def _rows(self) -> Iterator[OrderRow]:
        """All open orders, by pages: a crew leaves none out."""
        after = ""
        while True:
            page = self.desk.page(SYSTEM, Ask(after=after))
            yield from page.rows
            if page.next is None:
                return
            after = page.next

    def accept(self, id_: str) -> None:
        """The person has seen it and goes."""
        self._act(id_, Command.ACCEPT)

    def arrive(self, id_: str) -> None:
        """The person is on site, with who helps and what somebody else has permitted."""
        self._prepare(id_)
        self._act(id_, Command.ARRIVE)

    def done(self, id_: str, *, cause: str, note: str, minutes: int) -> None:
        """The person says that it is mended."""
        self._act(id_, Command.DONE, cause=cause, note=note, minutes=minutes)

    def _prepare(self, id_: str) -> None:
        """What a crew does before it begins: gets its permits, waits for enough people."""
        row = self.desk.order(SYSTEM, id_).row
        duty, now = self.desk.office.duty, self.desk.clock.now()
        heads = [*duty.supervisors(row.building),
                 owner_of(self.desk.office.site, "", row.building)]  # fmt: skip
        heads = [login for login in dict.fromkeys(heads) if login != row.person]
        others = [*duty.on_call(row.trade, row.building, now), *reversed(heads)]
        for need in sorted(self.work.at(SYSTEM, id_).needs, key=lambda need: need.what):
            kind, _, what = need.what.partition(":")
            if need.there:
                continue
            if kind == "people":
                free = [login for login in dict.fromkeys(others) if login != row.person]
                for login in free[: int(what) - 1]:
                    self.work.helper(self._actor(row.person or ""), id_, login)
            elif kind == "permit":
                helping = {login for login, _ in self.work.at(SYSTEM, id_).helpers}
                issuer = next((login for login in heads if login not in helping), "")
                self.work.permit(
                    self._actor(issuer), id_, Permit(what), id_, now + LONGEST_PERMIT_MS
                )

    def _act(
        self, id_: str, do: Command, *, cause: str = "", note: str = "", minutes: int | None = None
    ) -> None:
        row = self.desk.order(SYSTEM, id_).row
        said = Act(order=id_, do=do, version=row.version, cause=cause, note=note, minutes=minutes)
        self.desk.act(self._person(row), said)

    def _person(self, row: OrderRow) -> Actor:
        return self._actor(row.person or "")

    def _actor(self, login: str) -> Actor:
        person = self.desk.office.duty.person(login)
        if person is None:
            raise Refused(f"there is nobody '{login}' to do it", code="absent")
        return Actor(
            login=person.login,
            name=person.name,
            role=person.role,
            buildings=person.buildings,
            language=person.language,
        )
