"""From the records of a run to what is scored: its orders, and what was said of its repairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.meters import RecordMeterEvents
from adapters.records.orders import Notification, Order, OrderEvent, OrderFinding
from core.clock import DAY_MS
from core.finding import Finding
from core.meters import EventState
from core.site import Site
from plantroom.crew import DeskOfCrew
from plantroom.plant import Plant
from scoring.crew import OrderView
from scoring.reach import family_of
from scoring.records import Alarm, Visit
from scoring.truths import EFFECTIVE
from simulators.campus import Campus
from simulators.truth import Effect
from workorders.happenings import Happening
from workorders.states import Command

_SAID = {
    Command.VERIFY.value: "verified",
    Command.REFUSE.value: "refused",
    Command.RETURN.value: "returned",
    Happening.INCONCLUSIVE.value: "inconclusive",
}
_SITTING = 50
"""Most rounds of answers and further questions: a register that was read wrongly for days asks at
most fifty times at once, and again as these are answered."""


@dataclass(frozen=True, slots=True)
class Worked:
    """One visit: to which fault, for which order, when, and what it did."""

    fault: str
    order: str
    at: int
    effect: str


@dataclass
class Visited:
    """Desk and plant as the crew meets them, with a diary of who worked on what.

    Attributes:
        assets: By id of a fault what is broken; of faults that an instrument's repair mends.
        visits: In the order of time.
    """

    desk: DeskOfCrew
    plant: Campus
    assets: Mapping[str, str] = field(default_factory=dict)
    visits: list[Worked] = field(default_factory=list)
    _order: str = ""

    def open_orders(self) -> Sequence[OrderView]:
        """See :class:`scoring.crew.OrderDesk`."""
        return self.desk.open_orders()

    def accept(self, id_: str, login: str, at: int) -> None:
        """See :class:`scoring.crew.OrderDesk`."""
        self.desk.accept(id_, login, at)

    def arrive(self, id_: str, login: str, at: int) -> None:
        """See :class:`scoring.crew.OrderDesk`."""
        self.desk.arrive(id_, login, at)

    def done(self, id_: str, login: str, at: int, note: str) -> None:
        """See :class:`scoring.crew.OrderDesk`."""
        self.desk.done(id_, login, at, note)
        self._order = id_

    def causes(self, target: str) -> tuple[str, ...]:
        """See :class:`scoring.crew.Repairable`."""
        return self.plant.causes(target)

    def repair(self, at: int, effect: Effect, *, fault: str = "") -> tuple[str, ...]:
        """See :class:`scoring.crew.Repairable`."""
        worked = self.plant.repair(at, effect, fault=fault)
        self.visits += [Worked(id_, self._order, at, effect) for id_ in worked]
        return worked

    def tell(
        self, events: RecordMeterEvents, site: Site, now: int, settle: Callable[[], None]
    ) -> None:
        """Says what happened to the registers of meters that were mended within the day.

        Who changes a meter writes it down; who mended nothing, only said so, or mended something
        else there, does not. An
        answer may raise the next question, which is answered in the same sitting.

        Args:
            events: Of registers.
            site: Compiled.
            now: Run clock. [ms]
            settle: Waits until what was said is counted.
        """
        since = now - DAY_MS
        worked = [v for v in self.visits if v.at > since and v.effect == EFFECTIVE]
        mended = {self.assets[v.fault] for v in worked if v.fault in self.assets}
        mended &= set(site.equipment)
        if not any(site.equipment[asset].meter is not None for asset in mended):
            return
        for _ in range(_SITTING):
            asked = [
                event
                for event in events.list(ALL, state="open")
                if site.points[site.index[event.point]].equipment in mended
            ]
            for event in asked:
                events.decide(
                    ALL, event.id, event.version, EventState.CONFIRMED, "crew", now,
                    {"closing": event.before, "opening": event.first, "exact": False},
                )  # fmt: skip
            if not asked:
                return
            settle()


def alarms_of(plant: Plant, seed: int) -> list[Alarm]:
    """All orders of a run, in the order of time; their ids are made unique over seeds."""
    with plant.records.session(ALL, reading=True) as session:
        orders = session.scalars(select(Order).order_by(Order.opened_at, Order.id)).all()
        told = set(session.scalars(select(Notification.order_id)))
        links = session.execute(
            select(OrderFinding.order_id, OrderFinding.finding_id, OrderFinding.rule)
        ).all()
    found = {finding.id: finding for finding in plant.records.findings.since(0)}
    linked = {(order, rule): found.get(finding) for order, finding, rule in links}
    return [
        _alarm(plant, order, linked.get((order.id, order.rule)), seed, paged=order.id in told)
        for order in orders
    ]


def visits_of(plant: Plant, seed: int, worked: Sequence[Worked]) -> list[Visit]:
    """What was said of each repair before the next *done* of its order, if anything was."""
    with plant.records.session(ALL, reading=True) as session:
        events = session.execute(
            select(OrderEvent.order_id, OrderEvent.at, OrderEvent.command).order_by(OrderEvent.id)
        ).all()
    of = dict[str, list[tuple[int, str]]]()
    for order, at, what in events:
        of.setdefault(order, []).append((at, what))
    return [
        Visit(
            cause=visit.fault, order=f"{seed}/{visit.order}", at=visit.at, effect=visit.effect,
            said=_said(visit, of.get(visit.order, ())),
            judged=False,
        )
        for visit in worked
    ]  # fmt: skip


def _said(visit: Worked, events: Sequence[tuple[int, str]]) -> str:
    after = [(at, what) for at, what in events if at >= visit.at]
    for at, what in after:
        if what == Command.DONE.value and at > visit.at:
            break
        if what in _SAID:
            return _SAID[what]
    return "waiting"


def _alarm(plant: Plant, order: Order, found: Finding | None, seed: int, *, paged: bool) -> Alarm:
    card = plant.cards[order.rule]
    return Alarm(
        id=f"{seed}/{order.id}", asset=order.asset, start=order.opened_at, end=order.closed_at,
        trade=order.trade.value, rule=order.rule,
        family=family_of(card.family, gateway=order.asset in plant.site.gateways),
        discipline=card.discipline.value, building=order.building or "", paged=paged,
        waste={w.carrier.value: w.amount for w in found.waste} if found is not None else {},
    )  # fmt: skip
