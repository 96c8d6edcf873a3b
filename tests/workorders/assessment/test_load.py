"""What waits, what was saved, how content reporters are, and who sees whose; by hand."""

from __future__ import annotations

import pytest

from tests.workorders.assessment.made import START, D, H, Made, at
from workorders.assessment.assess import By
from workorders.assessment.backlog import Shift, weekly_hours

OPEN = {"state": "assigned", "outcome": None, "done": None, "closed": None, "mender": None}


def test_backlog_is_open_hours_over_the_hours_of_a_week() -> None:
    made = Made()
    made.order(**OPEN, effort=1800)
    made.order(**OPEN, effort=600)
    made.order(**{**OPEN, "state": "verifying", "done": 2 * H}, effort=6000)
    made.order(effort=6000)
    made.order(**OPEN, effort=4800, origin="plan")
    figures = made.figures(weekly={("li", "H"): 30.0, ("wang", "P"): 2.0})
    assert figures["backlog"].value == pytest.approx(40 / 32)
    assert (figures["backlog"].whole, figures["backlog"].met) == pytest.approx((40.0, False))
    assert (figures["backlog_planned"].value, figures["backlog_planned"].met) == (2.5, True)


def test_backlog_without_a_roster_says_hours_and_no_weeks() -> None:
    made = Made()
    made.order(**OPEN, effort=600)
    figure = made.figures()["backlog"]
    assert (figure.value, figure.whole, figure.n) == pytest.approx((None, 10.0, 1))


def test_backlog_of_a_crew_is_held_against_its_own_hours() -> None:
    made = Made()
    made.order(**OPEN, effort=600)
    made.order(**OPEN, effort=600, crew="P")
    weekly = {("li", "H"): 20.0, ("wang", "P"): 5.0}
    rows = {r.key: r.figures["backlog"].value for r in made.assessed(weekly=weekly).rows(By.CREW)}
    assert rows == {"H": pytest.approx(0.5), "P": pytest.approx(2.0)}


def test_backlog_of_a_month_is_what_was_open_when_it_ended() -> None:
    made = Made()
    made.order(done=35 * D, closed=36 * D, effort=600)
    assessed = made.assessed(
        first="2026-02", last="2026-04", now=at("2026-05-10 00:00"), weekly={("li", "H"): 10.0}
    )
    months = {r.key: r.figures["backlog"].whole for r in assessed.rows(By.MONTH)}
    assert months == {"2026-02": 0.0, "2026-03": pytest.approx(10.0), "2026-04": 0.0}


def test_ages_of_what_waits() -> None:
    made = Made()
    for days in (1, 8, 9, 45, 200):
        made.order(**OPEN, opened=-days * D, effort=90)
    ages = made.assessed(now=START).ages()
    assert [(a.above, a.below, a.orders) for a in ages] == [
        (0, 7, 1), (7, 30, 2), (30, 90, 1), (90, None, 1),
    ]  # fmt: skip
    assert ages[1].hours == pytest.approx(3.0)


def test_hours_of_a_week_are_counted_once_and_never_more_than_people_work() -> None:
    hours = weekly_hours([
        Shift("li", "H", 8 * 60, 12 * 60, "12345"), Shift("li", "H", 9 * 60, 13 * 60, "12345"),
        Shift("night", "P", 22 * 60, 6 * 60, "67"), Shift("desk", "O", 0, 1440, "1234567"),
        Shift("both", "E", 8 * 60, 18 * 60, "12345"), Shift("both", "I", 8 * 60, 13 * 60, "12345"),
    ], 40.0)  # fmt: skip
    assert hours[("li", "H")] == pytest.approx(25.0)
    assert hours[("night", "P")] == pytest.approx(16.0)
    assert hours[("desk", "O")] == pytest.approx(40.0)
    assert hours[("both", "E")] == pytest.approx(40 * 50 / 75)


def test_no_average_below_thirty_ratings_but_how_many_answered() -> None:
    made = Made()
    order = made.order()
    made.ratings = [(order, 5, False)] * 29 + [(order, 0, False)] * 29
    figures = made.figures()
    assert (figures["rating"].value, figures["rating"].n) == (None, 29)
    assert figures["response"].value == pytest.approx(0.5)


def test_silence_stays_unrated_and_the_crews_own_are_left_out() -> None:
    made = Made()
    order = made.order()
    made.ratings = (
        [(order, 4, False)] * 20 + [(order, 5, False)] * 10 + [(order, 1, True)] * 6
        + [(order, 0, False)] * 24
    )  # fmt: skip
    figures = made.figures()
    assert figures["rating"].value == pytest.approx(130 / 30)
    assert (figures["rating"].n, figures["rating"].met) == (30, False)
    assert figures["response"].value == pytest.approx(30 / 60)


def test_savings_with_their_sign_in_the_month_they_were_booked_for() -> None:
    made = Made()
    first, second = made.order(), made.order(holder="wang", mender="wang")
    made.saved = [(first, "2026-03", 120.0), (second, "2026-03", -20.0), (first, "2026-04", 90.0)]
    assert made.figures()["saving"].value == pytest.approx(100.0)
    rows = {r.key: r.figures["saving"].value for r in made.assessed().rows(By.PERSON)}
    assert rows == {"li": pytest.approx(120.0), "wang": pytest.approx(-20.0)}


def test_each_figure_opens_the_orders_behind_it() -> None:
    made = Made()
    for n, met in enumerate((H // 4, H // 2)):
        made.promise(made.order(building="ab"[n]), met=met)
    made.promise(made.order(), met=3 * H, breached=H)
    assessed = made.assessed()
    behind = assessed.behind("respond")
    assert [(c.order, c.value) for c in behind] == [
        ("WO-2026-0002", 0.0), ("WO-2026-0001", 1.0), ("WO-2026-0000", 1.0),
    ]  # fmt: skip
    assert [c.order for c in assessed.behind("respond", By.BUILDING, "b")] == ["WO-2026-0001"]
    assert assessed.behind("respond", By.BUILDING, "nowhere") == []


def test_contractors_are_people_of_a_firm() -> None:
    made = Made()
    made.order(holder="firm", mender="firm")
    made.order()
    (row,) = made.assessed().rows(By.CONTRACTOR)
    assert (row.key, row.figures["repair"].n) == ("firm", 1)


def test_who_may_see_only_their_own_sees_only_their_own() -> None:
    made = Made()
    for who in ("li", "wang", "wang"):
        made.promise(made.order(holder=who, mender=who), met=H)
    assessed = made.assessed(only="li")
    assert [r.key for r in assessed.rows(By.PERSON)] == ["li"]
    assert assessed.rows()[0].figures["repair"].n == 1
    assert [c.person for c in assessed.behind("acknowledge")] == ["li"]
    assert made.assessed(only="nobody").rows(By.PERSON) == []
