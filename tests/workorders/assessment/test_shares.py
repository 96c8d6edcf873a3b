"""Shares: promises kept, orders that one visit ended, planned hours; reckoned by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.site import Site
from tests.sample import wushan
from tests.workorders.assessment.made import NOW, START, D, H, M, Made, at, ended
from workorders.assessment.assess import By
from workorders.assessment.targets import Targets


def test_promises_kept_of_promises_decided() -> None:
    made = Made()
    made.promise(made.order(), met=30 * M)
    made.promise(made.order(), met=3 * H, breached=H)
    made.promise(made.order(), due=40 * D)
    made.promise(made.order(priority=2), priority=2, met=20 * M)
    made.promise(made.order(), "restore", due=10 * D, met=3 * H)
    figures = made.figures()
    assert (figures["respond"].value, figures["respond"].n) == pytest.approx((2 / 3, 3))
    assert (figures["respond_urgent"].value, figures["respond_urgent"].n) == (1.0, 1)
    assert (figures["resolve"].value, figures["resolve"].n) == (1.0, 1)
    assert (figures["respond"].met, figures["respond_urgent"].met) == (False, True)


def test_a_downgrade_is_timed_under_the_old_priority_too() -> None:
    made = Made()
    order = made.order(priority=3)
    made.promise(order, "restore", priority=1, due=4 * H, met=30 * H, breached=4 * H)
    made.promise(order, "restore", priority=3, due=10 * D, met=30 * H)
    figures = made.figures()
    assert (figures["resolve"].value, figures["resolve"].n) == (0.0, 1)
    assert (figures["resolve_urgent"].value, figures["resolve_urgent"].n) == (0.0, 1)


def test_a_worse_finding_adds_a_promise_and_the_first_one_stays() -> None:
    made = Made()
    order = made.order(priority=2)
    made.promise(order, priority=3, due=4 * H, met=2 * H)
    made.promise(order, priority=2, started=3 * H, due=4 * H, met=6 * H, breached=4 * H)
    assert made.figures()["respond"].value == pytest.approx(1 / 2)


def test_cancelling_is_no_way_out_of_a_promise() -> None:
    made = Made()
    made.promise(made.order(), met=30 * M)
    made.promise(made.cancelled(), due=4 * H)
    made.promise(made.cancelled(), due=4 * H, met=10 * M)
    figure = made.figures()["respond"]
    assert (figure.value, figure.n) == pytest.approx((2 / 3, 3))


def test_what_the_system_folded_into_another_order_is_that_order() -> None:
    made = Made()
    made.promise(made.cancelled("duplicate", "system"), due=4 * H)
    made.order()
    figures = made.figures()
    assert (figures["respond"].n, figures["first_time"].n) == (0, 1)


def test_one_visit_and_nothing_came_back() -> None:
    made = Made()
    good, twice, refused, *_ = [
        made.order(), made.order(), made.order(attempt=2), made.cancelled(),
        made.order(outcome="inconclusive"),
    ]  # fmt: skip
    made.arrive(good, H)
    made.arrive(twice, H)
    made.arrive(twice, 2 * H)
    made.arrive(refused, H)
    figure = made.figures()["first_time"]
    assert (figure.value, figure.n) == pytest.approx((1 / 5, 5)), "nothing leaves the denominator"
    assert (figure.low, figure.met) == (0.80, False)


def test_opened_again_within_14_days_did_not_hold() -> None:
    made = Made()
    early = made.order(attempt=2, done=6 * D, closed=7 * D)
    late = made.order(attempt=2, done=27 * D, closed=28 * D)
    made.order()
    again = [ended(early, 5 * H, 5 * D), ended(late, 5 * H, 20 * D)]
    figures = made.figures(ended=again, now=NOW)
    # Settled ends: early's first and second, late's first, and the third order's.
    assert (figures["reopened"].value, figures["reopened"].n) == pytest.approx((1 / 4, 4))
    assert figures["reopened"].undecided == 1, "late's second end is three days old"
    assert figures["first_time"].value == pytest.approx(2 / 4), "late's first, and the third"


def test_the_same_fault_again_within_14_days_came_back() -> None:
    made = Made()
    made.order()
    made.order()
    again = {"WO-2026-0000": START + 10 * D, "WO-2026-0001": START + 20 * D}
    figures = made.figures(again=again)
    assert figures["recurred"].value == pytest.approx(1 / 2)
    assert figures["first_time"].value == pytest.approx(1 / 2)
    assert figures["recurred"].met is False


def test_what_ended_a_week_ago_is_not_judged_yet() -> None:
    made = Made()
    made.order()
    figure = made.figures(now=START + 8 * D)["first_time"]
    assert (figure.value, figure.n, figure.undecided) == (None, 0, 1)


def test_planned_share_by_hours_and_without_reports() -> None:
    made = Made()
    made.order(origin="plan", minutes=180)
    made.order(origin="planned", minutes=120)
    made.order(minutes=100)
    made.order(origin="request", minutes=900)
    figure = made.figures()["planned"]
    assert figure.value == pytest.approx(300 / 400)
    assert (figure.n, figure.whole, figure.met) == pytest.approx((3, 400 / 60, True))


def test_planned_work_in_time_counts_the_missed() -> None:
    made = Made()
    kept, missed = made.order(origin="plan"), made.order(origin="plan", mender="wang")
    made.occurrences = [(kept, D, True), (missed, 3 * D, False), (missed, 40 * D, False)]
    figure = made.figures()["planned_on_time"]
    assert (figure.value, figure.n, figure.met) == (0.5, 2, False), "April's is April's"


def test_who_had_it_when_the_promise_broke_broke_it() -> None:
    made = Made()
    order = made.order(holder="wang", mender="wang")
    made.promise(order, due=H, breached=H, met=2 * H)
    made.promise(order, "restore", due=10 * D, met=3 * H)
    hands = {order: [(START, 0), (START + 90 * M, 1)]}
    rows = {r.key: r.figures for r in made.assessed(hands=hands).rows(By.PERSON)}
    assert (rows["li"]["respond"].value, rows["li"]["resolve"].n) == (0.0, 0)
    assert (rows["wang"]["respond"].n, rows["wang"]["resolve"].value) == (0, 1.0)


def test_cancelled_and_inconclusive_stay_in_the_figures_of_their_person() -> None:
    made = Made()
    made.order()
    made.cancelled()
    made.order(holder="wang", mender="wang", outcome="inconclusive")
    rows = {r.key: r.figures["first_time"] for r in made.assessed().rows(By.PERSON)}
    assert (rows["li"].value, rows["li"].n) == (0.5, 2)
    assert (rows["wang"].value, rows["wang"].n) == (0.0, 1)


def test_targets_are_the_sites_own_where_it_says_so() -> None:
    site: Site = replace(wushan(), targets={"first_time": 0.5})
    made = Made()
    made.order()
    made.cancelled()
    assert made.figures(targets=Targets.of(site))["first_time"].met is True
    assert made.figures(targets=Targets.of(wushan()))["first_time"].met is False


def test_a_month_is_the_sites_own() -> None:
    made = Made()
    made.order(done=at("2026-03-31 23:30") - START, closed=None, state="verifying", outcome=None)
    now = at("2026-04-02 00:00")
    assert made.figures(now=now)["repair"].n == 1, "in UTC too, but its day is the last of March"
    assert made.figures(now=now, first="2026-04", last="2026-04")["repair"].n == 0
