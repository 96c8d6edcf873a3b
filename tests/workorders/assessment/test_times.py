"""Times to answer, to come and to mend, reckoned by hand."""

from __future__ import annotations

import pytest

from tests.workorders.assessment.made import D, H, M, Made, at
from workorders.assessment.assess import By


def test_time_to_answer_is_the_mean_to_the_first_answer() -> None:
    made = Made()
    for met in (10 * M, 20 * M, 60 * M):
        made.promise(made.order(), met=met)
    figure = made.figures()["acknowledge"]
    assert figure.value == pytest.approx(30.0)
    assert (figure.median, figure.n) == pytest.approx((20.0, 3))
    assert figure.p90 == pytest.approx(52.0), "0.8 of the way from 20 to 60"


def test_a_second_clock_does_not_make_a_second_answer() -> None:
    made = Made()
    order = made.order()
    made.promise(order, met=10 * M)
    made.promise(order, started=2 * H, due=3 * H, met=2 * H + 50 * M)
    figure = made.figures()["acknowledge"]
    assert (figure.value, figure.n) == pytest.approx((10.0, 1))


def test_a_response_ends_on_arrival_and_the_first_one_counts() -> None:
    made = Made()
    order = made.order()
    made.promise(order, met=5 * M)
    made.arrive(order, 90 * M)
    made.arrive(order, 40 * M)
    figures = made.figures()
    assert figures["arrive"].value == pytest.approx(40.0)
    assert figures["acknowledge"].value == pytest.approx(5.0)


def test_time_to_mend_with_and_without_holds_that_stop_the_clock() -> None:
    made = Made()
    held = made.order(done=10 * H, closed=12 * H)
    made.order(done=4 * H)
    start = at("2026-03-02 08:00")
    holds = {held: [(start + 2 * H, start + 5 * H)]}
    figures = made.figures(holds=holds)
    assert figures["repair"].value == pytest.approx((10 + 4) / 2)
    assert figures["repair_unheld"].value == pytest.approx((10 - 3 + 4) / 2)
    assert figures["repair"].median == pytest.approx(7.0)


def test_a_hold_takes_off_two_days_at_the_most() -> None:
    made = Made()
    order = made.order(done=10 * D, closed=10 * D)
    start = at("2026-03-02 08:00")
    figures = made.figures(holds={order: [(start, start + 5 * D)]})
    assert figures["repair_unheld"].value == pytest.approx(8 * 24.0)


def test_a_repair_that_was_signed_counts_and_one_sent_back_does_not() -> None:
    made = Made()
    made.order(done=6 * H, outcome="inconclusive")
    made.order(done=2 * H, state="assigned", outcome=None, closed=None)
    figure = made.figures()["repair"]
    assert (figure.value, figure.n) == pytest.approx((6.0, 1))


def test_from_the_fault_to_its_repair_only_where_telemetry_proved_it() -> None:
    made = Made()
    made.order(seen=-4 * D, done=2 * D, closed=3 * D)
    made.order(seen=-9 * D, done=2 * D, closed=3 * D, outcome="unconfirmed")
    figure = made.figures()["detected"]
    assert (figure.value, figure.n) == pytest.approx((6.0, 1))


def test_what_happened_in_another_month_is_another_months() -> None:
    made = Made()
    order = made.order(done=40 * D, closed=41 * D)
    made.promise(order, met=10 * M)
    assessed = made.assessed(first="2026-03", last="2026-04", now=at("2026-05-20 12:00"))
    march, april = assessed.rows(By.MONTH)
    assert (march.key, april.key) == ("2026-03", "2026-04")
    assert (march.figures["acknowledge"].n, april.figures["acknowledge"].n) == (1, 0)
    assert (march.figures["repair"].n, april.figures["repair"].n) == (0, 1)


def test_nothing_to_judge_is_nothing_and_not_zero() -> None:
    figures = Made().figures()
    assert {f.value for f in figures.values()} == {None}
    assert {f.met for f in figures.values()} == {None}
    assert {f.n for f in figures.values()} == {0}


def test_planned_work_is_no_answer_to_anything() -> None:
    made = Made()
    order = made.order(origin="plan")
    made.promise(order, met=10 * M)
    made.arrive(order, H)
    figures = made.figures()
    assert [figures[k].n for k in ("acknowledge", "arrive", "repair", "first_time")] == [0] * 4
