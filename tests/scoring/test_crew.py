"""The crew at a desk that writes down, on a real campus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Refused
from core.words import OrderState
from scoring.crew import NOTHING_FOUND, REPAIRED, Crew, OrderDesk, OrderView, Repairable
from simulators.campus import Campus
from simulators.physics.faults import FaultKind
from simulators.story import demo_story
from simulators.truth import Effect
from tests.simulators.parts import SEED, SITE, START, at, fault

PASSES = fault(FaultKind.HEAT_VALVE_PASSES, "c.ahu1", severity=0.4)
_NEXT = {
    "accept": OrderState.ACCEPTED,
    "arrive": OrderState.IN_PROGRESS,
    "done": OrderState.DONE,
}


@dataclass
class Desk:
    """A desk of one order that writes down what it is told."""

    order: OrderView
    told: list[tuple[str, str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def open_orders(self) -> Sequence[OrderView]:
        return [self.order]

    def accept(self, id_: str, login: str, at: int) -> None:
        self._do("accept", id_, login, at)

    def arrive(self, id_: str, login: str, at: int) -> None:
        self._do("arrive", id_, login, at)

    def done(self, id_: str, login: str, at: int, note: str) -> None:
        self._do("done", id_, login, at)
        self.notes.append(note)

    def _do(self, what: str, id_: str, login: str, at: int) -> None:
        assert id_ == self.order.id
        if what in self.refuses:
            raise Refused(f"not now: {what}", code="conflict")
        self.told.append((what, login, at))
        self.order = replace(self.order, state=_NEXT[what])


def order(assigned_at: int, *, target: str = "c.ahu1", attempt: int = 1) -> OrderView:
    return OrderView(
        id="WO-1", rule="FC-15", target=target, asset="c.ahu1", state=OrderState.ASSIGNED,
        assignee="he.ping", attempt=attempt, assigned_at=assigned_at,
    )  # fmt: skip


def at_work(desk: Desk, *, until: int, effect: Effect = "effective") -> Campus:
    """A crew that acts every quarter-hour on a campus whose valve passes."""
    campus = Campus(SITE, SEED, START, (PASSES,))
    port: OrderDesk = desk
    plant: Repairable = campus
    crew = Crew(port, plant, lambda _fault, _attempt: effect, SITE.timezone)
    now = desk.order.assigned_at
    while now < until:
        now += 15 * MINUTE_MS
        campus.advance(now)
        crew.step(now)
    return campus


def test_an_order_is_accepted_reached_and_repaired_in_turn() -> None:
    desk = Desk(order(at(1, 9.0)))
    campus = at_work(desk, until=at(1, 13.0))
    assert [what for what, _, _ in desk.told] == ["accept", "arrive", "done"]
    assert {who for _, who, _ in desk.told} == {"he.ping"}
    accepted, arrived, done = (when for _, _, when in desk.told)
    assert at(1, 9.0) < accepted < arrived < done <= at(1, 13.0)
    assert desk.notes == [REPAIRED]
    assert campus.truth()[0].repaired == done


def test_nobody_works_at_night() -> None:
    desk = Desk(order(at(1, 22.0)))
    at_work(desk, until=at(2, 12.0))
    assert all(at(2, 7.0) < when for _, _, when in desk.told)
    assert desk.order.state is OrderState.DONE


def test_a_useless_visit_is_remembered_and_mends_nothing() -> None:
    desk = Desk(order(at(1, 9.0)))
    campus = at_work(desk, until=at(1, 13.0), effect="useless")
    assert desk.notes == [REPAIRED]
    truth = campus.truth()[0]
    assert [visit.effect for visit in truth.repairs] == ["useless"]
    assert truth.end is None


def test_who_finds_nothing_says_so() -> None:
    desk = Desk(replace(order(at(1, 9.0), target="a.ahu2"), asset="a.ahu2"))
    campus = at_work(desk, until=at(1, 13.0))
    assert desk.notes == [NOTHING_FOUND]
    assert campus.truth()[0].end is None


def test_what_the_desk_refuses_is_tried_again_and_not_half_mended() -> None:
    desk = Desk(order(at(1, 9.0)), refuses={"done"})
    campus = at_work(desk, until=at(1, 13.0))
    assert [what for what, _, _ in desk.told] == ["accept", "arrive"]
    assert campus.truth()[0].repairs == ()


def test_an_order_of_nobody_is_left_alone() -> None:
    desk = Desk(replace(order(at(1, 9.0)), assignee=None))
    at_work(desk, until=at(1, 11.0))
    assert desk.told == []


def test_the_same_order_gets_the_same_visits_and_another_attempt_others() -> None:
    runs = []
    for attempt in (1, 1, 2):
        desk = Desk(order(at(1, 9.0), attempt=attempt))
        crew = Crew(desk, Campus(SITE, SEED, START), lambda *_: "useless", SITE.timezone)
        for minute in range(5 * 60):
            crew.step(at(1, 9.0) + minute * MINUTE_MS)
        runs.append(desk.told)
    assert runs[0] == runs[1] != runs[2]


def test_a_step_of_hours_does_all_that_is_due() -> None:
    desk = Desk(order(at(1, 9.0)))
    crew = Crew(desk, Campus(SITE, SEED, START), lambda *_: "useless", SITE.timezone)
    assert crew.step(at(1, 9.0) + 6 * HOUR_MS) == 1
    assert desk.order.state is OrderState.DONE


def test_the_story_botches_the_first_visit_and_not_the_second() -> None:
    story = demo_story(SITE)
    botched = next(iter(story.botched))
    assert story.effect(botched, 1) == "useless"
    assert story.effect(botched, 2) == "effective"
    assert story.effect("anything else", 1) == "effective"
