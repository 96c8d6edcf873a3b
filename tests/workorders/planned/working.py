"""A house with planned work: plans as tests want them, at the sample site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from adapters.records import ALL
from adapters.records.planned import PlannedOccurrence
from core.batch import Batch, BatchName, Columns, Floats, Ints
from core.plans import Plan, Season, Step, StepKind, Trigger, TriggerKind, Unit
from core.site import CalendarEntry
from core.words import Priority, Trade
from tests.workorders.house import CARDS, House, make_house
from workorders.duty import RosterDuty
from workorders.planned.checklists import Said
from workorders.service import WorkOrders
from workorders.states import Command

STEPS = (
    Step(id="drop", ask={"en": "Pressure drop", "zh": "压差"}, kind=StepKind.NUMBER, unit="Pa",
         low=20, high=150),
    Step(id="clean", ask={"en": "Frame clean", "zh": "框架清洁"}),
)  # fmt: skip
WEEKLY = Trigger(kind=TriggerKind.CALENDAR, every=1, unit=Unit.WEEKS)
RUNNING = Trigger(kind=TriggerKind.RUNNING, hours=100, point="fan_status", above=0.5)
SEASONS = {"heating": Season(begins=(11, 15), ends=(3, 15))}


def make_plan(id_: str = "filters", trigger: Trigger = WEEKLY, **more: Any) -> Plan:
    values: dict[str, Any] = {
        "id": id_, "names": {"en": "Change the filters", "zh": "更换过滤器"},
        "assets": ("a.ahu1",), "trade": Trade.HVAC, "priority": Priority.P4,
        "start": date(2026, 3, 4), "trigger": trigger, "steps": STEPS, "minutes": 40,
        "lead_days": 3, "grace_days": 2, **more,
    }  # fmt: skip
    return Plan(**values)


def plant(house: House, plans: Sequence[Plan], calendar: Sequence[CalendarEntry] = ()) -> None:
    """The house's site has these plans from now on."""
    house.site = replace(house.site, plans=tuple(plans), seasons=SEASONS, calendar=tuple(calendar))
    duty = RosterDuty(house.records.people, house.site.timezone, house.records.staff)
    house.orders = WorkOrders(
        house.site, house.records, house.store, house.clock, cards=CARDS,
        verdicts=house.records.verdicts, duty=duty, plans=True,
    )  # fmt: skip


@contextmanager
def planning(
    folder: Path, sites: Path, *plans: Plan, calendar: Sequence[CalendarEntry] = (), **more: Any
) -> Iterator[House]:
    """A house whose site has these plans."""
    with make_house(folder, sites, **more) as house:
        plant(house, plans, calendar)
        yield house


def occurrences(house: House) -> list[PlannedOccurrence]:
    """All rows, in order of due date."""
    with house.records.session(ALL, reading=True) as session:
        query = select(PlannedOccurrence)
        return list(session.scalars(query.order_by(PlannedOccurrence.due_at)).all())


def answer_all(house: House, order: str, login: str, number: float = 60.0) -> None:
    """Every step of the checklist, as tests have it."""
    actor = house.actors[login]
    house.orders.planned.answer(actor, order, Said(step="drop", number=number, note="seen"))
    house.orders.planned.answer(actor, order, Said(step="clean"))


def do(house: House, order: str, number: float = 60.0) -> None:
    """Accepted, gone to, answered, done."""
    login = begin(house, order)
    answer_all(house, order, login, number)
    house.act(login, order, Command.DONE, cause="as_described", note="done", minutes=35)


def begin(house: House, order: str) -> str:
    """Accepted and gone to; by whom."""
    login = house.get(order).row.person
    assert login is not None
    house.act(login, order, Command.ACCEPT)
    house.act(login, order, Command.ARRIVE)
    return login


def read_in(house: House, point: str, at: Ints, value: Floats) -> None:
    """Readings come into the store."""
    rows = Columns.of(np.full(len(at), house.site.index[point], np.int32), at, value)
    batch = Batch(name=BatchName("gw-a", "b1", int(at[0])), rows=rows, received=int(at[-1]))
    house.store.write([batch], receipted=frozenset())
