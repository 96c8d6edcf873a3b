"""Whatever happens in whatever order, no finding and no report is ever without its order."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.folds import OrderFold
from adapters.records.mutes import MutedFinding, MuteKind
from adapters.records.orders import Order, OrderEvent, OrderFinding
from adapters.records.requests import ServiceRequest
from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Refused
from core.finding import Finding, FindingChange, FindingState
from core.words import CancelReason, OrderState
from tests.sample import WUSHAN
from tests.workorders.house import House, later, make_finding, make_house, opened
from workorders.muting.board import Wish
from workorders.requests.intake import Report
from workorders.requests.kinds import Kind
from workorders.states import Command

TARGETS = (
    "a.ahu1", "a.ahu2", "a.booster", "a.w-toilets", "a.w-main", "a.tank", "a.chiller", "a.boiler",
    "a.m-main", "a.m-plant", "a.hw-pump", "a.tower", "a.m-lifts", "a.reducer",
)  # fmt: skip
RULES = ("AC-04", "FC-5", "WAT-01", "HTG-09", "PWR-03", "SEN-01")
OVER = frozenset({OrderState.CLOSED, OrderState.CANCELLED})


class Paths(RuleBasedStateMachine):
    """Findings come, go on, clear and are taken back; people mute, report, work and cancel."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._opened = make_house(Path(self._folder.name), WUSHAN.parent)
        self.house: House = self._opened.__enter__()
        self.findings: dict[str, Finding] = {}
        self.reports: list[str] = []
        self.events = 0

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)
        self._folder.cleanup()

    def _tell(self, change: FindingChange, *findings: Finding) -> None:
        events = [
            opened(one)
            if change is FindingChange.OPENED
            else later(one, change, last=self.house.now)
            for one in findings
        ]
        for event in events:
            self.findings[event.finding.id] = event.finding
        self.house.records.findings.save(events)
        self.house.publish(*events)
        self.house.publish(*events)  # at least once

    @rule(
        name=st.sampled_from(RULES), asset=st.sampled_from(TARGETS),
        severity=st.sampled_from([1, 2, 3, 3, 3]), ago=st.integers(0, 50),
    )  # fmt: skip
    def a_finding(self, name: str, asset: str, severity: int, ago: int) -> None:
        onset = self.house.now - 2 * HOUR_MS + ago * MINUTE_MS
        finding = make_finding(name, asset, onset=onset, severity=severity)
        if finding.id not in self.findings:
            self._tell(FindingChange.OPENED, finding)

    @rule(count=st.integers(3, 14))
    def a_storm(self, count: int) -> None:
        onset = self.house.now - HOUR_MS - MINUTE_MS
        some = [make_finding("AC-04", t, onset=onset) for t in TARGETS[:count]]
        self._tell(FindingChange.OPENED, *(f for f in some if f.id not in self.findings))

    @rule(pick=st.integers(0, 99), change=st.sampled_from(list(FindingChange)[1:]))
    def a_change(self, pick: int, change: FindingChange) -> None:
        open_ = [f for f in self.findings.values() if f.state is FindingState.OPEN]
        if open_:
            self._tell(change, open_[pick % len(open_)])

    @rule(scope=st.sampled_from(["a", "a.air", "a.water", "a.ahu1"]), hours=st.integers(1, 9))
    def a_mute(self, scope: str, hours: int) -> None:
        wish = Wish(kind=MuteKind.SHELVED, scope=scope, reason="x",
                    until=self.house.now + hours * HOUR_MS)  # fmt: skip
        self.house.orders.mutes.mute(self.house.actors["guo.hua"], wish)

    @rule(kind=st.sampled_from(list(Kind)), place=st.sampled_from(["a.meet3", "a.ahu2", "a.plant"]))
    def a_report(self, kind: Kind, place: str) -> None:
        call = Report(place=place, kind=kind, words="x")
        taken = self.house.orders.requests.enter(self.house.actors["lin.na"], call)
        self.reports.append(taken.secret)

    @rule(pick=st.integers(0, 99), do=st.sampled_from(list(Command)))
    def a_person_acts(self, pick: int, do: Command) -> None:
        rows = self.house.queue()
        if not rows:
            return
        row = rows[pick % len(rows)]
        login = "guo.hua" if do in {Command.CANCEL, Command.REASSIGN} else str(row.person)
        said = {"cause": "x", "note": "x", "minutes": 5, "reason": CancelReason.FALSE_ALARM.value}
        try:
            self.house.act(login, row.id, do, assignee=str(row.person), **said)
        except (Refused, KeyError):
            return

    @rule(pick=st.integers(0, 99), mended=st.booleans())
    def a_reporter_answers(self, pick: int, mended: bool) -> None:  # noqa: FBT001
        if self.reports:
            try:
                self.house.orders.requests.answer(
                    self.reports[pick % len(self.reports)], mended=mended
                )
            except Refused:
                return

    @rule(minutes=st.sampled_from([1, 20, 90, 600]))
    def time_goes_on(self, minutes: int) -> None:
        self.house.step(minutes / 60)

    @invariant()
    def nothing_is_lost(self) -> None:
        with self.house.records.session(ALL, reading=True) as session:
            orders = {order.id: order for order in session.scalars(select(Order))}
            links = session.scalars(select(OrderFinding)).all()
            muted = {m.finding_id: m for m in session.scalars(select(MutedFinding))}
            folds = {f.order_id: f.into_id for f in session.scalars(select(OrderFold))}
            requests = session.scalars(select(ServiceRequest)).all()
            events = len(session.scalars(select(OrderEvent.id)).all())
        of_finding: dict[str, set[str]] = {}
        for link in links:
            of_finding.setdefault(link.finding_id, set()).add(link.order_id)
        for finding in self.findings.values():
            held = muted.get(finding.id)
            kept_back = held is not None and held.released_at is None
            assert kept_back or of_finding.get(finding.id), finding
            assert finding.severity > 1 or not kept_back, "severity 1 is never muted"
        open_ = [order for order in orders.values() if order.closed_at is None]
        assert len({order.cause for order in open_}) == len(open_), "one order a cause"
        for order in orders.values():
            assert (order.closed_at is None) == (order.state not in OVER)
        for gone, into in folds.items():
            assert orders[gone].state is OrderState.CANCELLED
            assert orders[gone].severity > 1
            assert into in orders
        assert {request.order_id for request in requests} <= set(orders)
        assert len(requests) == len(self.reports)
        assert events >= self.events, "what happened stays"
        self.events = events


Paths.TestCase.settings = settings(
    max_examples=4, stateful_step_count=20, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
TestPaths = Paths.TestCase
