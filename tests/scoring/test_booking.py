"""Booked against true savings, by hand-made seasons."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.booking import booked_error, pairs
from scoring.page import _ledger
from scoring.records import Booked, Placebo, Saving
from scoring.season import Season
from tests.scoring.parts import day


def saving(order: str = "1", carrier: str = "water", a_day: float = 10.0) -> Saving:
    return Saving(cause=f"leak-{order}", order=order, at=day(2), saved={carrier: 12 * a_day},
                  days={carrier: [0.0, 0.0, *[a_day] * 12]})  # fmt: skip


def booked(order: str = "1", carrier: str = "water", **more: Any) -> Booked:
    values: dict[str, Any] = {
        "order": order, "done": day(2), "rule": "WAT-01", "carrier": carrier,
        "days": (3, 4, 5, 6), "saving": 44.0, "u": 6.0, "use": 400.0, "price": 5.0, **more,
    }  # fmt: skip
    return Booked(**values)


def season(savings: tuple[Saving, ...], *orders: Booked, **more: Any) -> Season:
    return Season(seed=1, start=0, end=day(14), buildings=("a",), alarms=(), causes=(),
                  savings=savings, booked=orders, **more)  # fmt: skip


def test_the_truth_is_of_the_booked_days_alone() -> None:
    (pair,) = pairs([season((saving(),), booked())])
    assert (pair.truth, pair.covered) == (40.0, True)
    assert pair.error == pytest.approx(0.1)


def test_two_repairs_for_one_order_are_one_truth() -> None:
    (pair,) = pairs([season((saving(), saving(a_day=1.0)), booked())])
    assert pair.truth == pytest.approx(44.0)


def test_what_an_earlier_visit_spared_is_not_the_truth_of_a_later_one() -> None:
    half = saving(a_day=30.0)
    later = Saving(cause="leak-1", order="1", at=day(3), saved={}, days=half.days)
    (pair,) = pairs([season((saving(a_day=5.0), later), booked(done=day(3)))])
    assert pair.truth == pytest.approx(120.0)


def test_a_small_truth_is_no_denominator() -> None:
    (pair,) = pairs([season((), booked(saving=2.0))])
    assert (pair.truth, pair.least, pair.error) == (0.0, 4.0, 0.5)


def test_what_was_booked_for_nothing_is_told_in_money() -> None:
    found = booked_error([
        season((saving(),), booked(), booked("2", saving=3.0, price=2.0), booked("3", saving=-5.0))
    ])  # fmt: skip
    assert found["false_booked"] == pytest.approx(6.0 / 200.0)
    assert found["total_bias"] == {"water": pytest.approx(0.05)}
    assert (found["n"], found["orders"], found["enough"]) == (3, 3, False)


def test_coverage_and_errors() -> None:
    found = booked_error([season((saving(), saving("2")), booked(), booked("2", saving=60.0))])
    assert found["coverage90"] == 0.5
    assert found["median_abs"] == pytest.approx(0.3)


def test_an_order_without_booked_days_is_none() -> None:
    assert booked_error([season((saving(),), booked(days=()))])["n"] == 0


def test_the_placebo_stands_beside() -> None:
    runs = tuple(Placebo(carrier="heat", saving=x, u=2.0, use=1000.0) for x in (1.0, -1.0, 3.0))
    found = booked_error([season((), placebos=runs)])["placebo"]
    assert found == {"heat": {"runs": 3, "mean": 0.001, "coverage90": 0.6667}}


def test_the_page_says_when_they_are_too_few() -> None:
    text = "\n".join(_ledger(booked_error([season((saving(),), booked())])))
    assert "1 orders: too few" in text
    assert "Nothing was booked" in "\n".join(_ledger({"n": 0}))
