"""What false alarms propose: the milder change first, and never beyond what a card allows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.rules.late_stop import CARD as PWR03
from analytics.rules.mixed_air import FC02
from core.clock import DAY_MS, HOUR_MS
from tests.workorders.house import at, make_card
from tests.workorders.teaching.cases import make_case
from workorders.teaching.precision import Case
from workorders.teaching.proposing import Kind, Proposal, propose

ZONE = ZoneInfo("Asia/Shanghai")


def proposed(card: Any, cases: list[Case], margins: list[float], lift: float = 0.0) -> Proposal:
    by_order = {case.order: m for case, m in zip(cases, margins, strict=False)}
    found = propose(card, cases, by_order, lift=lift, zone=ZONE)
    assert found is not None
    return found


def three(**more: Any) -> list[Case]:
    return [make_case(n, **more) for n in (1, 2, 3)]


def test_two_propose_nothing_nor_do_three_without_a_telling_cause() -> None:
    assert propose(FC02, three()[:2], {}, lift=0.0, zone=ZONE) is None
    assert propose(FC02, three(cause="other"), {}, lift=0.0, zone=ZONE) is None
    assert propose(FC02, three(true=True), {}, lift=0.0, zone=ZONE) is None


def test_a_limit_goes_just_beyond_the_largest_false_residual() -> None:
    found = proposed(FC02, three(), [0.42, 0.97, 0.6])
    assert found.kind is Kind.LIMIT
    assert found.detail == {
        "parameter": "eps_mat", "unit": "K", "from": 3.0, "to": 4.0, "by": 1.0, "most": 6.0,
    }  # fmt: skip
    assert proposed(FC02, three(), [1.0, 0.2, 0.2]).detail["by"] == pytest.approx(1.1), "beyond it"


def test_a_limit_that_was_moved_goes_on_from_there() -> None:
    assert proposed(FC02, three(), [1.25, 1.1, 1.1], lift=1.0).detail["from"] == 4.0
    assert proposed(FC02, three(), [1.25, 1.1, 1.1], lift=1.0).detail["to"] == pytest.approx(4.3)


@pytest.mark.parametrize(
    ("card", "margins", "why"),
    [
        (FC02, [3.4, 0.1, 0.1], "too_far"),
        (FC02, [0.1, 0.1], "no_figures"),
        (make_card("FC-2", "x", FC02.trade), [0.1, 0.1, 0.1], "not_movable"),
    ],
)
def test_what_a_card_does_not_allow_is_a_mute(card: Any, margins: list[float], why: str) -> None:
    found = proposed(card, three(), margins)
    assert (found.kind, found.why, dict(found.detail)) == (Kind.MUTE, why, {})


def test_an_event_that_comes_every_week_is_a_plan() -> None:
    evenings = [at(f"2026-03-{day} 19:20") for day in ("05", "12", "19")]  # Thursdays
    cases = [
        make_case(n, cause="planned_event", spans=((on, on + round(2.5 * HOUR_MS)),))
        for n, on in enumerate(evenings)
    ]
    found = proposed(PWR03, cases, [])
    assert found.kind is Kind.CALENDAR
    # 19:20 to 21:50, in quarters of an hour, and overtime for a rule that judges closed hours.
    assert found.detail == {"weekdays": [3], "from": 1155, "to": 1320, "mode": "overtime"}
    assert proposed(FC02, cases, []).detail["mode"] == "maintenance"


def test_past_midnight_belongs_to_the_evening_before() -> None:
    nights = [at(f"2026-03-{day} 23:00") for day in ("05", "12", "19")]
    cases = [make_case(n, cause="planned_event", spans=((on, on + 3 * HOUR_MS),))
             for n, on in enumerate(nights)]  # fmt: skip
    assert proposed(PWR03, cases, []).detail["to"] == 26 * 60


def test_what_shows_no_pattern_is_a_mute() -> None:
    days = [at("2026-03-02 19:00") + n * round(timedelta(days=1).total_seconds() * 1000)
            for n in range(3)]  # fmt: skip
    cases = [make_case(n, cause="planned_event", spans=((on, on + HOUR_MS),))
             for n, on in enumerate(days)]  # fmt: skip
    assert proposed(PWR03, cases, []).why == "no_pattern", "Monday, Tuesday, Wednesday: once each"
    long = [make_case(n, cause="planned_event", spans=((0, 2 * DAY_MS),)) for n in range(3)]
    assert proposed(PWR03, long, []).why == "no_pattern"
