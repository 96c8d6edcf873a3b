"""How urgent, and where in the list: pure numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words import Priority
from tests.workorders.house import House, make_finding, opened
from workorders.priority import Rates, urgency
from workorders.ranking import Loss, expected_effort, rank
from workorders.triage import COMFORT, SERVICE

RATES = Rates()


@pytest.mark.parametrize(
    ("severity", "at_risk", "comfort", "money", "priority", "reasons"),
    [
        (1, False, 0, 0, 1, ()),
        (1, True, 999, 9999, 1, ()),
        (2, True, 0, 0, 1, ("safety",)),
        (2, False, 101, 0, 1, ("comfort",)),
        (2, False, 100, 0, 2, ()),
        (2, False, 0, 9999, 2, ()),
        (2, False, 101, 9999, 1, ("comfort", "cost")),
        (3, False, 0, 500, 3, ()),
        (3, False, 0, 501, 2, ("cost",)),
        (3, True, 101, 501, 2, ("safety", "comfort", "cost")),
        (4, False, 0, 501, 3, ("cost",)),
    ],
)
def test_the_severity_is_raised_by_one_step(
    severity: int, at_risk: object, comfort: float, money: float, priority: int, reasons: tuple[str]
) -> None:  # fmt: skip
    found = urgency(
        severity, safety=bool(at_risk), comfort_hours=comfort, money_per_day=money, rates=RATES
    )
    assert (found.priority, found.reasons) == (Priority(priority), reasons)


@given(
    severity=st.integers(2, 4), money=st.floats(0, 1e9), comfort=st.floats(0, 100),
)  # fmt: skip
def test_waste_alone_never_makes_a_p1(severity: int, money: float, comfort: float) -> None:
    found = urgency(severity, safety=False, comfort_hours=comfort, money_per_day=money, rates=RATES)
    assert found.priority >= Priority.P2


def test_the_terms_add_up_and_effort_divides_them() -> None:
    losses = [
        Loss(target="x", money_per_day=100.0, confidence=0.8, comfort_hours=4, service_hours=1),
        Loss(target="y", money_per_day=10.0, confidence=1.0),
    ]
    found = rank(losses, wear=5.0, effort_min=90, rates=RATES)
    assert {term.name: term.amount for term in found.terms} == {
        "waste": 90.0, "comfort": 60.0, "service": 40.0, "wear": 5.0,
    }  # fmt: skip
    assert found.value_per_day == 195.0
    assert found.score == 130.0


def test_two_findings_of_one_target_show_one_loss() -> None:
    twice = [Loss(target="x", money_per_day=money, confidence=1.0) for money in (50.0, 80.0)]
    assert rank(twice, wear=0.0, effort_min=60, rates=RATES).value_per_day == 80.0


def test_trifles_do_not_stand_on_top_for_being_short() -> None:
    loss = [Loss(target="x", money_per_day=1.0, confidence=1.0)]
    assert rank(loss, wear=0.0, effort_min=0, rates=RATES).score == 4.0


def test_ten_past_closes_replace_the_minutes_of_the_card() -> None:
    assert expected_effort(60, [30] * 9, RATES) == 60
    assert expected_effort(60, [30] * 9 + [500], RATES) == 30


def test_the_queue_is_by_priority_then_value_over_effort(house: House) -> None:
    house.publish(
        opened(make_finding("AC-04", "a.ahu1", money=100.0)),
        opened(make_finding("AC-04", "a.ahu2", money=400.0)),
        opened(make_finding("AC-04", "c.ahu1", money=10.0, references={SERVICE: 20.0})),
        opened(make_finding("AC-04", "c.ahu2", money=0.0, references={COMFORT: 101.0})),
        opened(make_finding("WAT-01", "a.w-main", money=1.0, severity=1)),
    )
    assert [row.asset for row in house.queue()] == [
        "a.w-main", "c.ahu2", "c.ahu1", "a.ahu2", "a.ahu1",
    ]  # fmt: skip
    third = house.queue()[2]
    assert {term.name: term.amount for term in third.terms}["service"] == 800.0
    assert third.effort_min == 60
