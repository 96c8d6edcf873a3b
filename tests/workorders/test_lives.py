"""Lives of orders at random: whatever people and time do, none is lost, no clock runs back."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.orders import Order, OrderClock, OrderEvent
from core.clock import DAY_MS, HOUR_MS
from core.errors import Refused
from core.words import OPEN_STATES, CancelReason, HoldReason, OrderState, Permit
from tests.sample import WUSHAN
from tests.workorders.house import House, make_finding, make_house, opened
from workorders.dispatch import AT_WORK
from workorders.states import TABLE, Command

PEOPLE = ("wang.fang", "he.ping", "guo.hua", "chen.jing", "zhou.min", "admin", "xu.mei", "lin.na")
MAY_LEAVE = ("wang.fang", "he.ping", "zhou.min")
BY_HAND = sorted(command for command, row in TABLE.items() if row.roles)
TARGETS = ("a.ahu1", "c.ahu1", "d.ahu1")

people = st.sampled_from(PEOPLE)
orders = st.integers(0, 5)
priorities = st.integers(1, 4)


class Lives(RuleBasedStateMachine):
    """People act as they may and as they may not; time goes on; findings come; people leave."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.house: House = self.stack.enter_context(make_house(folder, WUSHAN.parent))
        self.dues: dict[int, int] = {}
        self.breached: dict[int, int] = {}
        self.events: dict[str, int] = {}
        self.known: set[str] = set()

    def teardown(self) -> None:
        self.stack.close()

    @initialize(asset=st.sampled_from(TARGETS))
    def begins(self, asset: str) -> None:
        self.house.publish(opened(make_finding(target=asset)))

    @rule(asset=st.sampled_from(TARGETS), severe=st.booleans())
    def a_fault_is_found(self, asset: str, severe: bool) -> None:  # noqa: FBT001 - drawn
        name = "FC-5" if severe else "AC-04"
        self.house.publish(opened(make_finding(name, asset, onset=self.house.now - HOUR_MS)))

    @rule(
        who=people, order=orders, do=st.sampled_from(BY_HAND), to=people, priority=priorities,
        hold=st.sampled_from(HoldReason), cancel=st.sampled_from(CancelReason),
        days=st.integers(1, 5),
    )  # fmt: skip
    def somebody_acts(
        self, who: str, order: int, do: Command, to: str, priority: int, hold: HoldReason,
        cancel: CancelReason, days: int,
    ) -> None:  # fmt: skip
        id_ = self._order(order)
        reason = hold if do is Command.HOLD else cancel
        try:
            self.house.act(
                who, id_, do, note="x", cause="x", minutes=5, reason=reason.value, who="y",
                until=self.house.now + days * DAY_MS, assignee=to, priority=priority,
            )  # fmt: skip
        except Refused:
            return

    @rule(order=orders)
    def who_has_it_goes_on(self, order: int) -> None:
        """The next step of whom it belongs to: else few orders would ever get far."""
        id_ = self._order(order)
        row = self.house.get(id_).row
        step = {
            OrderState.ASSIGNED: Command.ACCEPT, OrderState.ACCEPTED: Command.ARRIVE,
            OrderState.IN_PROGRESS: Command.DONE, OrderState.ON_HOLD: Command.RESUME,
        }.get(row.state)  # fmt: skip
        if step is None or row.person not in self.house.actors:
            return
        try:
            self.house.act(row.person, id_, step, note="x", cause="x", minutes=5)
        except Refused:
            return

    @rule(order=orders, who=people)
    def a_permit_is_asked_for_and_given(self, order: int, who: str) -> None:
        id_, work = self._order(order), self.house.orders.work
        try:
            work.need(self.house.actors["guo.hua"], id_, "permit", "isolation")
            work.permit(self.house.actors[who], id_, Permit.ISOLATION, "7",
                        self.house.now + HOUR_MS)  # fmt: skip
        except Refused:
            return

    @rule(hours=st.sampled_from([0.05, 0.5, 1, 4, 24, 80]))
    def time_goes_on(self, hours: float) -> None:
        self.house.step(hours)
        self.house.step()  # what one part sent back has been passed on by the next
        duty, now = self.house.orders.desk.office.duty, self.house.now
        with self.house.records.session(ALL, reading=True) as session:
            at_work = select(Order.id, Order.assignee).where(Order.state.in_(AT_WORK))
            for id_, login in session.execute(at_work):
                assert login is not None
                there = duty.person(login) is not None and not duty.away(login, now)
                assert there, f"{id_} lies with {login}, who is not there"

    @rule(login=st.sampled_from(MAY_LEAVE), days=st.integers(1, 9), substitute=people)
    def somebody_is_away(self, login: str, days: int, substitute: str) -> None:
        self.house.records.staff.add_leave(
            login, self.house.now - 1, self.house.now + days * DAY_MS, substitute=substitute,
            note="", by="guo.hua", at=self.house.now,
        )  # fmt: skip

    @rule(login=st.sampled_from(MAY_LEAVE))
    def somebody_leaves(self, login: str) -> None:
        self.house.records.staff.dismiss(login, by="admin", at=self.house.now)

    @rule()
    def everybody_is_back(self) -> None:
        self.house.hire()

    @invariant()
    def no_order_is_lost(self) -> None:
        with self.house.records.session(ALL, reading=True) as session:
            found = session.scalars(select(Order)).all()
            assert self.known <= {order.id for order in found}
            self.known = {order.id for order in found}
            causes = [order.cause for order in found if order.closed_at is None]
            assert len(causes) == len(set(causes)), "one open order a cause"
            for order in found:
                running = order.state in OPEN_STATES
                assert (order.closed_at is None) is running
                waits = order.state in {OrderState.NEW, OrderState.TRIAGED}
                assert order.assignee is not None or waits or not running, "somebody has it"
                last = session.scalars(
                    select(OrderEvent).where(OrderEvent.order_id == order.id)
                    .order_by(OrderEvent.seq.desc()).limit(1)
                ).one()  # fmt: skip
                assert last.to_state is order.state, "the history tells where it stands"
                assert last.seq >= self.events.get(order.id, 0)
                self.events[order.id] = last.seq

    @invariant()
    def who_repaired_it_did_not_close_it(self) -> None:
        with self.house.records.session(ALL, reading=True) as session:
            for order in session.scalars(select(Order)):
                if order.outcome is not None:
                    assert order.closed_by != order.repaired_by

    @invariant()
    def no_clock_runs_back_and_no_breach_is_taken_back(self) -> None:
        with self.house.records.session(ALL, reading=True) as session:
            for clock in session.scalars(select(OrderClock)):
                assert clock.due_at >= self.dues.get(clock.id, clock.due_at)
                self.dues[clock.id] = clock.due_at
                assert clock.due_at > clock.started_at
                if clock.id in self.breached:
                    assert clock.breached_at == self.breached[clock.id]
                if clock.breached_at is not None:
                    self.breached[clock.id] = clock.breached_at

    def _order(self, n: int) -> str:
        with self.house.records.session(ALL, reading=True) as session:
            ids = session.scalars(select(Order.id).order_by(Order.id)).all()
        return ids[n % len(ids)]


class TestLives(Lives.TestCase):  # type: ignore[name-defined,misc]
    """Some dozen lives of a few dozen steps."""

    pytestmark: ClassVar = [pytest.mark.slow]
    settings = bounds(
        max_examples=6, stateful_step_count=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
